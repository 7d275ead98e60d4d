import { describe, expect, test } from 'vitest'
import { readArguments } from '../../src/settings/command-line.js'
import type { OptionRow } from '../../src/settings/option-row.js'
import { allOptions, optionsFor } from '../../src/settings/options.js'
import { settingKey, settingOptions } from '../../src/settings/settings.js'

/** The values of a command line written with blanks between the arguments, and what is no option. */
function read(...argv: string[]) {
  const { given, positionals, help } = readArguments(argv, allOptions)
  const values = Object.fromEntries([...given].map(([key, { value }]) => [key, value]))
  return { values, positionals, help }
}

function sampleValues(row: OptionRow): string[] {
  if (row.type === 'int') return ['3']
  if (row.type === 'float') return ['0.75']
  return Array.from({ length: row.arity }, (_, index) => `value${index}`)
}

function sampleResult(row: OptionRow): unknown {
  if (row.type === 'flag') return true
  if (row.type === 'int') return 3
  if (row.type !== 'string') return 0.75
  const value = row.arity === 2 ? ['value0', 'value1'] : 'value0'
  return row.repeatable ? [value] : value
}

describe('readArguments()', () => {
  test.each(settingOptions.map(row => [row.name, row] as const))('reads %s', (name, row) => {
    expect(read(name, ...sampleValues(row)).values).toEqual({
      [settingKey(name)]: sampleResult(row),
    })
  })

  test('mixes options and positional arguments', () => {
    const { values, positionals } = read('one', '--port', '80', 'two', '--http2', 'three')
    expect(values).toEqual({ port: 80, http2: true })
    expect(positionals).toEqual(['one', 'two', 'three'])
  })

  test('takes everything after -- for positional, and a lone - too', () => {
    expect(read('-', '--', '--port', '80')).toMatchObject({
      values: {},
      positionals: ['-', '--port', '80'],
    })
  })

  test('keeps the last value of an option', () => {
    expect(read('--port', '80', '--port=81').values).toEqual({ port: 81 })
  })

  test('collects repeatable options in order, under both spellings', () => {
    const { values } = read(
      ...['--server-alias', 'a', '--server-alias=b'],
      ...['--proxy-mount-point', '/a', 'http://a/', '--proxy-url-alias=/b', 'http://b/'],
    )
    expect(values).toEqual({
      serverAlias: ['a', 'b'],
      proxyMountPoint: [
        ['/a', 'http://a/'],
        ['/b', 'http://b/'],
      ],
    })
  })

  test('lets the later of two spellings win', () => {
    expect(read('--https-port', '1', '--ssl-port', '2').values).toEqual({ httpsPort: 2 })
  })

  test('takes the arguments after an option for its values, whatever they look like', () => {
    const { values } = read(
      ...['--setenv', 'X', '-1', '--error-document', '404', '-x', '--host', '--port'],
      ...[
        '--user',
        '--',
        '--url-alias',
        '--http2',
        '-h',
        '--locale',
        '=',
        '--entry-point',
        '@file',
      ],
    )
    expect(values).toEqual({
      setenv: [['X', '-1']],
      errorDocument: [['404', '-x']],
      host: '--port',
      user: '--',
      urlAlias: [['--http2', '-h']],
      locale: '=',
      entryPoint: '@file',
    })
  })

  test('takes the first of two values from behind the equals sign', () => {
    expect(read('--url-alias=/static', 'static', 'x.wsgi')).toMatchObject({
      values: { urlAlias: [['/static', 'static']] },
      positionals: ['x.wsgi'],
    })
  })

  test('cuts at the first equals sign only', () => {
    expect(read('--hsts-policy=max-age=60').values).toEqual({ hstsPolicy: 'max-age=60' })
  })

  test('takes an empty value for none given, but not as a member of a list', () => {
    const { values } = read('--host=', '--access-log-name', '', '--server-alias', '')
    expect(values).toEqual({ host: null, accessLogName: 'access_log', serverAlias: [''] })
  })

  test('leaves an empty value that the original refuses to the check', () => {
    const { values } = read('--callable-object', '', '--error-log-name=', '--mime-types', '')
    expect(values).toEqual({ callableObject: '', errorLogName: '', mimeTypes: '' })
  })

  test('spells words as the table does where the letter case does not count', () => {
    expect(read('--map-head-to-get', 'oFF').values).toEqual({ mapHeadToGet: 'Off' })
  })

  test.each([
    ['--processe', 'processes', '3', 3],
    ['--maximum-r', 'maximumRequests', '4', 4],
    ['--wor', 'workingDirectory', '.', '.'],
    ['--url=/a', 'urlAlias', 'a', [['/a', 'a']]],
    ['--ssl-po', 'httpsPort', '8443', 8443],
  ])('takes %s for %s', (written, key, value, expected) => {
    expect(read(written, value).values).toEqual({ [key]: expected })
  })

  test('ends at --help, and does not look at what follows', () => {
    expect(read('--port', '80', '--help', '--nonsense').help).toBe(true)
    expect(read('-h').help).toBe(true)
    expect(read('--hel').help).toBe(true)
    expect(() => read('--port', 'abc', '--help')).toThrow('--port')
  })

  test.each<[string[], string]>([
    [['--prot', '80'], 'There is no option --prot, did you mean --port'],
    [['-port', '80'], 'There is no option -port, did you mean --port'],
    [['-x'], 'There is no option -x'],
    [['--dir'], '--dir is ambiguous: --directory-index, --directory-listing'],
    [['--proces', '3'], '--proces is ambiguous: --process-group, --process-name, --processes'],
    [['--se'], '--se is ambiguous: it may be any of 14 options'],
    [['--port'], '--port expects a whole number, got nothing'],
    [['--port', 'abc'], '--port expects a whole number, got "abc"'],
    [['--port='], '--port expects a whole number, got ""'],
    [['--slow-requests', 'soon'], '--slow-requests expects a number, got "soon"'],
    [['--host'], '--host expects a value (IP-ADDRESS), got nothing'],
    [['--setenv', 'A'], '--setenv expects 2 values (KEY VALUE), got only "A"'],
    [['--setenv=A'], '--setenv expects 2 values (KEY VALUE), got only "A"'],
    [['--http2=yes'], '--http2 takes no value, got "--http2=yes"'],
  ])('refuses %j', (argv, message) => {
    expect(() => read(...argv)).toThrow(
      expect.objectContaining({ name: 'UserError', code: 2, message }),
    )
  })

  test('does not let our own options make an abbreviation of the original ambiguous', () => {
    // --python itself is one of ours; what begins with it are three of the original.
    expect(read('--python', '/usr/bin/python3').values).toEqual({ python: '/usr/bin/python3' })
    expect(() => read('--pytho', 'x')).toThrow(
      '--pytho is ambiguous: --python-eggs, --python-path, --python-warnings',
    )
  })
})

test.each([[['-v', '2']], [['-v2']], [['--verbosity=2']]])('reads a short option in %j', argv => {
  const rows = optionsFor('runmodwsgi')
  const { given } = readArguments(argv, rows)
  expect(given.get('verbosity')?.value).toBe(2)
})

test('a short option without its value is a mistake', () => {
  expect(() => readArguments(['-v'], optionsFor('runmodwsgi'))).toThrow(
    '--verbosity expects a whole number, got nothing',
  )
  expect(() => readArguments(['-v', '2'], optionsFor('start-server'))).toThrow(
    /^There is no option -v/,
  )
})
