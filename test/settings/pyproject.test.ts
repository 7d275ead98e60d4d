import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readProjectFile, readProjectText } from '../../src/settings/pyproject.js'
import { temporaryProject } from './temporary-project.js'

function read(...lines: string[]) {
  const text = ['[project]', 'name = "site"', '[tool.modwsgi-dev]', ...lines].join('\n')
  const given = readProjectText('/site/pyproject.toml', text)
  return Object.fromEntries([...given].map(([key, { value }]) => [key, value]))
}

describe('readProjectText()', () => {
  test('reads each type', () => {
    expect(
      read(
        'port = 8080',
        'http2 = true',
        'access-log = false',
        'telemetry-interval = 2.5',
        'slow-requests = 1',
        'host = "127.0.0.1"',
        'server-alias = ["a.example", "b.example"]',
        'url-alias = [["/static", "static"], ["/media", "media"]]',
        'error-document = [[404, "/missing"]]',
        'entry-point = "mysite.wsgi"',
      ),
    ).toEqual({
      port: 8080,
      http2: true,
      accessLog: false,
      telemetryInterval: 2.5,
      slowRequests: 1,
      host: '127.0.0.1',
      serverAlias: ['a.example', 'b.example'],
      urlAlias: [
        ['/static', 'static'],
        ['/media', 'media'],
      ],
      errorDocument: [['404', '/missing']],
      entryPoint: 'mysite.wsgi',
    })
  })

  test('reads pairs from a table too', () => {
    expect(read('[tool.modwsgi-dev.setenv]', 'A = "b"', 'C = "d"')).toEqual({
      setenv: [
        ['A', 'b'],
        ['C', 'd'],
      ],
    })
  })

  test('reads nothing from a file without the table', () => {
    expect(readProjectText('p', '[tool.other]\nbig = 9223372036854775807').size).toBe(0)
  })

  test.each([
    ['port = "80"', '--port expects a whole number, got "80" (from /site/pyproject.toml:4)'],
    ['port = 1.5', '--port expects a whole number, got 1.5 (from /site/pyproject.toml:4)'],
    ['http2 = 1', '--http2 expects true or false, got 1 (from /site/pyproject.toml:4)'],
    ['host = 1', '--host expects a value (IP-ADDRESS), got 1 (from /site/pyproject.toml:4)'],
    [
      'server-alias = "a"',
      '--server-alias expects a value (HOSTNAME), got "a" (from /site/pyproject.toml:4), write it as ["one", "two"]',
    ],
    [
      'setenv = ["A", "b"]',
      '--setenv expects 2 values (KEY VALUE), got ["A","b"] (from /site/pyproject.toml:4), write it as [["first", "second"]]',
    ],
    [
      'prot = 80',
      'The key "prot" in /site/pyproject.toml:4 belongs to no option, did you mean port',
    ],
    ['--port = 80', 'The key "--port" in /site/pyproject.toml:4 belongs to no option'],
  ])('refuses %s', (line, message) => {
    expect(() => read(line)).toThrow(
      expect.objectContaining({
        name: 'UserError',
        code: 2,
        message: expect.stringContaining(message),
      }),
    )
  })

  test('names the line of what is no TOML', () => {
    expect(() => read('port = ')).toThrow(/^\/site\/pyproject\.toml:4 is not valid TOML: /)
  })

  test('refuses a value in the place of the table', () => {
    expect(() => readProjectText('p', '[tool]\nmodwsgi-dev = 1')).toThrow(
      'tool.modwsgi-dev in p has to be a table of options',
    )
  })
})

describe('readProjectFile()', () => {
  test('finds the nearest file upwards, and only that one', () => {
    const root = temporaryProject({
      'pyproject.toml': '[tool.modwsgi-dev]\nport = 1',
      'inner/pyproject.toml': '[tool.modwsgi-dev]\nhost = "::1"',
      'inner/deep/er/file': '',
    })
    const found = readProjectFile(join(root, 'inner/deep/er'))
    expect(found?.directory).toBe(join(root, 'inner'))
    expect([...(found?.given.keys() ?? [])]).toEqual(['host'])
  })

  test('says what it could not read', () => {
    const root = temporaryProject({ 'pyproject.toml/file': '' })
    expect(() => readProjectFile(root)).toThrow(`Cannot read ${join(root, 'pyproject.toml')}: `)
  })
})
