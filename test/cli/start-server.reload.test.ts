/** What an edit does to a running server, with --reload-on-changes and without. */
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeDjangoSite } from '../rig/django-site.js'
import { ask } from '../rig/http.js'
import { type RunningCommand, startServer } from '../rig/server.js'

/** Answers with VALUE of the module `helper`, of the script, and of `later`, which only /later imports. */
const script = `
import os, time
import helper

VALUE = "script one"

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/later":
        import later
        body = later.VALUE
    elif path == "/sleep":
        print("begun")
        time.sleep(float(environ["QUERY_STRING"]))
        body = helper.VALUE
    elif path == "/pid":
        body = str(os.getpid())
    else:
        body = VALUE + ", " + helper.VALUE
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.encode()]
`

interface Project {
  readonly server: RunningCommand
  readonly folder: string
  write(name: string, text: string): void
  body(path?: string): Promise<string>
  /** Waits for the log to say that workers with new code are ready, good or not, `times` times in all. */
  reloaded(times: number): Promise<void>
}

async function project(args: readonly string[] = []): Promise<Project> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('helper.py', 'VALUE = "helper one"\n')
  write('later.py', 'VALUE = "later one"\n')
  write('app.py', script)
  const server = await startServer(
    ['app.py', '--reload-on-changes', '--log-level', 'notice', ...args],
    { cwd: folder },
  )
  const body = async (path = '/') => (await ask(server.url(path))).body
  await body()
  const reloaded = async (times: number) => {
    const pattern = /modwsgi_dev:\w+\] \[pid \d+\] reload(?:ed| of) /g
    await server.until(
      () => (server.stderr.match(pattern)?.length ?? 0) >= times,
      `reload number ${times}`,
    )
    expect(server.stderr.match(pattern)?.length).toBe(times)
  }
  return { server, folder, write, body, reloaded }
}

describe('--reload-on-changes', () => {
  test('an edit of a module, of the script, or of a module loaded by a request brings new processes', async () => {
    const { write, body, reloaded } = await project(['--processes', '2'])
    expect(await body()).toBe('script one, helper one')
    const old = await body('/pid')
    write('helper.py', 'VALUE = "helper two"\n')
    await reloaded(1)
    expect(await body()).toBe('script one, helper two')
    expect(await body('/pid')).not.toBe(old)
    write('app.py', script.replace('script one', 'script two'))
    await reloaded(2)
    expect(await body()).toBe('script two, helper two')
    // All workers load it, so that it does not matter which of them was asked.
    expect(await Promise.all([body('/later'), body('/later'), body('/later')])).toContain(
      'later one',
    )
    write('later.py', 'VALUE = "later two"\n')
    await reloaded(3)
    expect(await body('/later')).toBe('later two')
  })

  test('no request is refused or fails, and none sees old code after the reload', async () => {
    const { write, body, reloaded, server } = await project(['--processes', '2', '--threads', '2'])
    let stop = false
    const statuses = new Map<number, number>()
    const load = Promise.all(
      [1, 2, 3, 4].map(async () => {
        while (!stop) {
          const { status } = await ask(server.url('/sleep?0.01'))
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }
      }),
    )
    for (let number = 1; number <= 5; number++) {
      write('helper.py', `VALUE = "helper ${number}"\n`)
      await reloaded(number)
      expect(await body()).toBe(`script one, helper ${number}`)
    }
    stop = true
    await load
    expect([...statuses.keys()]).toEqual([200])
  })

  test('a request in progress finishes on the old code while new ones get the new', async () => {
    const { server, write, body, reloaded } = await project()
    const old = body('/sleep?1.5')
    await server.logged(/begun\n/)
    write('helper.py', 'VALUE = "helper two"\n')
    await reloaded(1)
    expect(await body()).toBe('script one, helper two')
    expect(await old).toBe('helper one')
  })

  for (const [what, broken, told] of [
    ['a SyntaxError', 'VALUE = (\n', /SyntaxError: '\(' was never closed|SyntaxError: /],
    [
      'an ImportError',
      'import no_such_module\n',
      /ModuleNotFoundError: No module named 'no_such_module'/,
    ],
    ['a NameError', 'VALUE = undefined_name\n', /NameError: name 'undefined_name' is not defined/],
    ['sys.exit', 'import sys\nsys.exit(3)\n', /SystemExit: 3/],
  ] as const) {
    test(`${what} gives the 500 page and the traceback; the repair is picked up`, async () => {
      const { server, write, body, reloaded } = await project()
      write('helper.py', broken)
      await server.logged(told)
      await reloaded(1)
      expect((await ask(server.url())).status).toBe(500)
      write('helper.py', 'VALUE = "repaired"\n')
      await reloaded(2)
      expect(await body()).toBe('script one, repaired')
    })
  }

  test('a crash of the interpreter gives the 500 page; the repair is picked up', async () => {
    const { server, write, body, reloaded } = await project()
    write('helper.py', 'import ctypes\nctypes.string_at(0)\n')
    await server.logged(/workers in a row died while they started/)
    expect((await ask(server.url())).status).toBe(500)
    expect(server.stderr).toMatch(/changed: helper\.py; new workers[\s\S]*ended by SIGSEGV/)
    write('helper.py', 'VALUE = "repaired"\n')
    await reloaded(1)
    expect(await body()).toBe('script one, repaired')
  })

  test('one line tells what changed, how long it took, and of how many workers', async () => {
    const { server, write, reloaded } = await project(['--processes', '2', '--cold-restart'])
    write('helper.py', 'VALUE = "helper two"\n')
    await reloaded(1)
    // On a machine that is slow now the file is named before, too.
    const lines = server.stderr.match(/(?:reload|changed: ).*/g)!
    expect(lines.filter(line => !line.startsWith('changed: '))).toEqual([
      expect.stringMatching(
        /^reloaded helper\.py in [\d.]+ m?s \(cold: import [\d.]+ m?s, 2 workers\)$/,
      ),
    ])
  })

  test('a reload that fails names the changed file and the error', async () => {
    const { server, write, reloaded } = await project(['--cold-restart'])
    write('helper.py', 'VALUE = undefined_name\n')
    await reloaded(1)
    expect(server.stderr).toMatch(
      /modwsgi_dev:error\] \[pid \d+\] reload of helper\.py failed in .*: NameError: name 'undefined_name' is not defined; each request tries again\n/,
    )
  })

  test('a reload that takes long names the changed file at once', async () => {
    const { server, folder, write, reloaded } = await project(['--cold-restart'])
    const text = 'import os, time\nwhile not os.path.exists("go"): time.sleep(0.01)\n'
    write('helper.py', `${text}VALUE = "helper two"\n`)
    await server.logged(/changed: helper\.py; new workers are starting\n/)
    expect(server.stderr).not.toContain('reloaded')
    writeFileSync(join(folder, 'go'), '')
    await reloaded(1)
    expect(server.stderr.match(/changed: /g)).toHaveLength(1)
  })

  test('what takes long to load tells its slowest imports, once for all workers', async () => {
    const { server, write, reloaded } = await project(['--processes', '2', '--cold-restart'])
    expect(server.stderr).not.toContain('slowest imports')
    write('slow.py', 'import time\nimport json.tool\ntime.sleep(1.1)\n')
    write('helper.py', 'import slow\nVALUE = "helper two"\n')
    await reloaded(1)
    const lines = server.stderr.split('\n')
    const heads = lines.filter(line => line.includes('slowest imports'))
    expect(heads).toEqual([
      expect.stringMatching(/ the application took [\d.]+ s to load; slowest imports \(own time,/),
    ])
    const [slowest] = lines.slice(lines.indexOf(heads[0]!) + 1)
    expect(slowest).toMatch(/ +1\.\d s +1\.\d s {2}slow \(project\)$/)
  })

  test('a save while workers start is told together with the one before', async () => {
    const { server, folder, write, reloaded } = await project(['--cold-restart'])
    const waits = 'import os, time\nwhile not os.path.exists("go"): time.sleep(0.01)\n'
    write('helper.py', `${waits}VALUE = "helper two"\n`)
    await server.logged(/changed: helper\.py/)
    write('app.py', script.replace('script one', 'script two'))
    await server.logged(/changed: helper\.py, app\.py;/)
    writeFileSync(join(folder, 'go'), '')
    await reloaded(1)
    expect(server.stderr).toMatch(/reloaded helper\.py, app\.py in /)
  })

  test('in JSON lines what is told has fields', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(
      join(folder, 'app.py'),
      script.replace('import helper', 'class helper: VALUE = 1'),
    )
    const server = await startServer(
      ['app.py', '--reload-on-changes', '--log-format', 'json', '--cold-restart'],
      { cwd: folder },
    )
    await ask(server.url())
    writeFileSync(join(folder, 'app.py'), `${script}# changed\n`.replace('import helper', ''))
    const [line] = await server.logged(/.*"event":"reloaded".*/)
    expect(JSON.parse(line)).toMatchObject({
      files: [join(folder, 'app.py')],
      gen: 1,
      workers: 1,
      warm: 0,
      total_ms: expect.any(Number),
      import_ms: expect.any(Number),
    })
  })

  test('the file that an import misses is picked up when it appears', async () => {
    const { server, write, body, reloaded } = await project()
    write('helper.py', 'from absent import VALUE\n')
    await reloaded(1)
    expect((await ask(server.url())).status).toBe(500)
    write('absent.py', 'VALUE = "present"\n')
    await reloaded(2)
    expect(await body()).toBe('script one, present')
  })

  test('a package that appears beside a module of its name counts as a change', async () => {
    const { folder, write, body, reloaded } = await project()
    mkdirSync(join(folder, 'helper'))
    write('helper/__init__.py', 'VALUE = "package"\n')
    await reloaded(1)
    expect(await body()).toBe('script one, package')
    rmSync(join(folder, 'helper'), { recursive: true })
    await reloaded(2)
    expect(await body()).toBe('script one, helper one')
  })

  test('a working directory that is away is named', async () => {
    const { server, folder, body } = await project(['--cold-restart'])
    const pid = Number(await body('/pid'))
    renameSync(folder, `${folder}-away`)
    onTestFinished(() => rmSync(`${folder}-away`, { recursive: true, force: true }))
    process.kill(pid, 'SIGKILL')
    await server.logged(/the working directory .* is not there/)
    expect(server.stderr).not.toContain('spawn ')
  })

  test('a removed file counts as a change, and so does its return', async () => {
    const { server, folder, write, body, reloaded } = await project()
    rmSync(join(folder, 'helper.py'))
    await reloaded(1)
    expect((await ask(server.url())).status).toBe(500)
    write('helper.py', 'VALUE = "back"\n')
    await reloaded(2)
    expect(await body()).toBe('script one, back')
  })

  test('a save by rename, a save in pieces and a burst count as one change each', async () => {
    const { folder, write, body, reloaded } = await project()
    for (const [at, name] of ['first', 'second', 'third'].entries()) {
      writeFileSync(join(folder, '.helper.py.swp'), `VALUE = "${name}"\n`)
      renameSync(join(folder, '.helper.py.swp'), join(folder, 'helper.py'))
      await reloaded(at + 1)
      expect(await body()).toBe(`script one, ${name}`)
    }
    // As vim does it: the old file is moved away, then the new one written.
    renameSync(join(folder, 'helper.py'), join(folder, 'helper.py~'))
    write('helper.py', '')
    write('helper.py', 'VALUE = "in pieces"\n')
    await reloaded(4)
    expect(await body()).toBe('script one, in pieces')
    for (let number = 0; number < 20; number++) write('helper.py', `VALUE = "burst ${number}"\n`)
    write('later.py', 'VALUE = "not loaded, so no change"\n')
    await reloaded(5)
    expect(await body()).toBe('script one, burst 19')
  })

  test('a save of the same content does nothing', async () => {
    const { write, folder, body, reloaded } = await project()
    const pid = await body('/pid')
    const now = new Date()
    utimesSync(join(folder, 'helper.py'), now, now)
    write('helper.py', 'VALUE = "helper one"\n')
    expect(await body('/pid')).toBe(pid)
    write('helper.py', 'VALUE = "helper two"\n')
    await reloaded(1)
    expect(await body()).toBe('script one, helper two')
  })

  test('the settings and views of a Django project', async () => {
    const site = await makeDjangoSite()
    onTestFinished(() => site.remove())
    const server = await startServer(
      [
        'mysite/wsgi.py',
        '--working-directory',
        '.',
        '--reload-on-changes',
        '--log-level',
        'notice',
        '--python',
        site.python,
      ],
      { cwd: site.folder },
    )
    const views = join(site.folder, 'probes/views.py')
    expect((await ask(server.url('/probes/environ/'))).status).toBe(200)
    writeFileSync(views, 'from django.http import HttpResponse\n', { flag: 'a' })
    await server.logged(/reloaded probes\/views\.py in /)
    const seen = server.stderr.length
    writeFileSync(join(site.folder, 'mysite/settings.py'), '\nALLOWED_HOSTS = ["only.example"]\n', {
      flag: 'a',
    })
    await server.logged(/reloaded mysite\/settings\.py in /, seen)
    expect((await ask(server.url('/probes/environ/'))).status).toBe(400)
  })
})

describe('without --reload-on-changes', () => {
  test('a touched script is loaded anew by the very next request', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const app = (value: string) =>
      `def application(e, s):\n    s("200 OK", [("Content-Type", "text/plain")])\n    return [b"${value}"]\n`
    const path = join(folder, 'app.py')
    writeFileSync(path, app('one'))
    utimesSync(path, 1000, 1000)
    const server = await startServer([path])
    expect((await ask(server.url())).body).toBe('one')
    writeFileSync(path, app('two'))
    expect((await ask(server.url())).body).toBe('two')
    writeFileSync(path, 'def application(:\n')
    utimesSync(path, 2000, 2000)
    expect((await ask(server.url())).status).toBe(500)
    writeFileSync(path, app('three'))
    expect((await ask(server.url())).body).toBe('three')
  })
})
