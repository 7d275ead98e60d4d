// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what users write
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CommandRequest, type Request, readCommandLine } from '../../src/settings/parse.js'
import { temporaryProject } from './temporary-project.js'

interface Surroundings {
  cwd?: string
  env?: Record<string, string>
}

function request(
  argv: string[],
  { cwd = temporaryProject(), env = {} }: Surroundings = {},
): Request {
  return readCommandLine(argv, { cwd, env })
}

function command(argv: string[], surroundings?: Surroundings): CommandRequest {
  const result = request(argv, surroundings)
  if (result.kind !== 'command') throw new Error(`got ${result.kind}`)
  return result
}

describe('readCommandLine()', () => {
  test('reads the command line of a Django project', () => {
    const cwd = temporaryProject({ 'static/a.css': '' })
    const line =
      'start-server --url-alias /static static --application-type module mysite.wsgi --processes 3'
    expect(command(line.split(' '), { cwd })).toMatchObject({
      command: 'start-server',
      entryPoint: 'mysite.wsgi',
      settings: {
        entryPoint: 'mysite.wsgi',
        urlAlias: [['/static', join(cwd, 'static')]],
        applicationType: 'module',
        processes: 3,
        threads: 5,
      },
      notYet: [],
      inert: [],
    })
  })

  test('knows the options of manage.py for runmodwsgi only', () => {
    const { settings } = command(['runmodwsgi', '--settings=mysite.dev', '--pythonpath', '/apps'])
    expect(settings).toMatchObject({ settings: 'mysite.dev', pythonpath: '/apps' })
    expect(() => command(['start-server', '--settings=mysite.dev'])).toThrow(
      'There is no option --settings',
    )
  })

  test('tells processes that were not given from one', () => {
    expect(command(['start-server']).settings.processes).toBeNull()
    expect(command(['start-server', '--processes', '1']).settings.processes).toBe(1)
  })

  test('prefers --entry-point, and ignores further positional arguments', () => {
    expect(command(['start-server', 'a', 'b', '--entry-point', 'c']).entryPoint).toBe('c')
    expect(command(['start-server', 'a', 'b']).entryPoint).toBe('a')
    expect(command(['start-server', 'a', '--entry-point=']).entryPoint).toBe('a')
    expect(command(['start-server']).entryPoint).toBeNull()
  })

  test('prefers a positional argument to the entry point of a variable', () => {
    const env = { MODWSGI_DEV_ENTRY_POINT: 'x.wsgi' }
    expect(command(['start-server'], { env }).entryPoint).toBe('x.wsgi')
    expect(command(['start-server', 'a'], { env }).entryPoint).toBe('a')
  })

  test('expands variables in every argument', () => {
    const cwd = temporaryProject({ 'htdocs/x': '' })
    const env = { SITE: cwd, NAME: 'mysite' }
    const argv = [
      'start-server',
      '${NAME}/wsgi.py',
      '--document-root=$SITE/htdocs',
      '--host',
      '$NO',
    ]
    expect(command(argv, { env })).toMatchObject({
      entryPoint: 'mysite/wsgi.py',
      settings: { documentRoot: join(cwd, 'htdocs'), host: '$NO' },
    })
  })

  test('prefers the command line to the variable, and that to pyproject.toml', () => {
    const cwd = temporaryProject({
      'pyproject.toml': '[tool.modwsgi-dev]\nport = 1\nthreads = 1\nprocesses = 1',
    })
    const env = { MODWSGI_DEV_PORT: '2', MODWSGI_DEV_THREADS: '2' }
    const { settings, origins } = command(['start-server', '--port', '3'], { cwd, env })
    expect(settings).toMatchObject({ port: 3, threads: 2, processes: 1 })
    expect(origins.get('port')?.source).toBe('command line')
    expect(origins.get('threads')).toEqual({ source: 'environment', detail: 'MODWSGI_DEV_THREADS' })
    expect(origins.get('processes')).toEqual({
      source: 'pyproject.toml',
      detail: `${join(cwd, 'pyproject.toml')}:4`,
    })
    expect(origins.get('host')?.source).toBe('default')
  })

  test('takes paths of pyproject.toml from its directory', () => {
    const cwd = temporaryProject({
      'pyproject.toml':
        '[tool.modwsgi-dev]\nurl-alias = [["/s", "static"]]\nentry-point = "a.wsgi"',
      'static/x': '',
      'inner/x': '',
    })
    expect(command(['start-server'], { cwd: join(cwd, 'inner') })).toMatchObject({
      entryPoint: join(cwd, 'a.wsgi'),
      settings: { urlAlias: [['/s', join(cwd, 'static')]] },
    })
  })

  test('leaves the entry point of pyproject.toml out of runmodwsgi', () => {
    const cwd = temporaryProject({ 'pyproject.toml': '[tool.modwsgi-dev]\nentry-point = "a.wsgi"' })
    expect(command(['runmodwsgi'], { cwd }).entryPoint).toBeNull()
    expect(command(['runmodwsgi', '--entry-point', 'x'], { cwd }).entryPoint).toBe('x')
  })

  test('lists the options without effect, whichever way they were given', () => {
    const env = { MODWSGI_DEV_GDB_EXECUTABLE: '/usr/bin/gdb' }
    const argv = ['start-server', '--verbose-debugging', '--httpd-executable', '/x', '--port', '80']
    expect(command(argv, { env }).inert).toEqual([
      '--verbose-debugging',
      '--gdb-executable',
      '--httpd-executable',
    ])
  })

  test('does not list a flag that was switched off', () => {
    const env = { MODWSGI_DEV_VERBOSE_DEBUGGING: 'no' }
    expect(command(['start-server'], { env }).inert).toEqual([])
  })

  test.each(['setup-server', 'runmodwsgi'])('reads the whole table for %s', name => {
    expect(command([name, '--port', '80'])).toMatchObject({ command: name, settings: { port: 80 } })
  })

  test('reads --modules-directory, and no other option, for install-module', () => {
    const argv = ['install-module', '--mod', '/usr/lib/apache2']
    expect(command(argv).settings.modulesDirectory).toBe('/usr/lib/apache2')
    expect(() => command(['install-module', '--port', '80'])).toThrow('There is no option --port')
  })

  test.each(['module-config', 'module-location'])('reads no options for %s', name => {
    const env = { MODWSGI_DEV_NONSENSE: '1' }
    expect(command([name], { env })).toMatchObject({ command: name, entryPoint: null })
    expect(() => command([name, '--port', '80'])).toThrow('There is no option --port')
  })

  test.each([[['--help']], [['-h']]])('gives the list of commands for %j', argv => {
    const result = request(argv)
    const text = expect.stringContaining('start-server')
    expect(result).toEqual({ kind: 'help', asked: true, text })
  })

  test('gives the list of commands where none is named, which is a mistake', () => {
    const text = expect.stringMatching(/^modwsgi-dev: name a command, [\s\S]*Usage: /)
    expect(request([])).toEqual({ kind: 'help', asked: false, text })
  })

  test('gives the options of a command for --help', () => {
    expect(request(['setup-server', '--port', '80', '-h', '--nonsense'])).toEqual({
      kind: 'help',
      asked: true,
      command: 'setup-server',
      text: expect.stringContaining('--url-alias URL-PATH FILE-PATH|DIRECTORY-PATH'),
    })
  })

  test('reads what ctl asks of which server, which no variable and no file names', () => {
    const cwd = temporaryProject({ 'pyproject.toml': '[tool.modwsgi-dev]\nport = 8001' })
    const env = { MODWSGI_DEV_PORT: '8002' }
    expect(request(['ctl', 'status'], { cwd, env })).toEqual({
      kind: 'control',
      request: { command: 'status' },
      choice: { serverRoot: null, host: null, port: null },
      json: false,
    })
    const argv = [
      'ctl',
      '--port',
      '8003',
      'resize',
      '--json',
      '2',
      '--server-root=root',
      '--host',
      'x',
    ]
    expect(request(argv, { cwd, env })).toEqual({
      kind: 'control',
      request: { command: 'resize', processes: 2 },
      choice: { serverRoot: join(cwd, 'root'), host: 'x', port: 8003 },
      json: true,
    })
  })

  test('gives the commands and options of ctl for --help', () => {
    const text = expect.stringMatching(/kill-worker N .*--server-root DIRECTORY-PATH.*--json/s)
    expect(request(['ctl', 'resize', '--help'])).toEqual({
      kind: 'help',
      asked: true,
      command: 'ctl',
      text,
    })
  })

  test('gives the version', () => {
    expect(request(['--version'])).toEqual({ kind: 'version' })
  })

  test.each<[string[], string]>([
    [['start-sever'], 'There is no command "start-sever", did you mean start-server'],
    [['nonsense'], 'There is no command "nonsense"'],
    [
      ['mysite/wsgi.py'],
      'There is no command "mysite/wsgi.py", did you mean start-server mysite/wsgi.py',
    ],
    [['--port', '80'], 'The command comes first, before "--port", as in modwsgi-dev start-server'],
    [['runmodwsgi', 'x'], 'runmodwsgi takes options only, got "x"'],
    [['module-config', 'x'], 'module-config takes options only, got "x"'],
    [['ctl', '--port', 'abc', 'status'], '--port expects a whole number, got "abc"'],
    [['ctl', '--processes', '2', 'status'], 'There is no option --processes'],
    [['start-server', '--port', 'abc'], '--port expects a whole number, got "abc"'],
    [['start-server', '--threads', '0'], '--threads has to be from 1 to 10000, got 0'],
    [
      ['start-server', '--ssl-certificate-file', 'x'],
      '--ssl-certificate-file needs --https-port as well, as --https-port 8443',
    ],
    [
      ['start-server', '--working-directory', '/nowhere'],
      '--working-directory expects a directory that exists, got "/nowhere"',
    ],
    [
      ['start-server', '--mime-types', ''],
      '--mime-types expects a value that is not empty, got ""',
    ],
    [
      ['start-server', '--callable-object='],
      '--callable-object expects a value that is not empty, got ""',
    ],
  ])('refuses %j', (argv, message) => {
    expect(() => request(argv)).toThrow(
      expect.objectContaining({ name: 'UserError', code: 2, message }),
    )
  })
})
