import { describe, expect, test } from 'vitest'
import { readEnvironment, variableName } from '../../src/settings/environment.js'

function read(environment: Record<string, string>) {
  return Object.fromEntries(
    [...readEnvironment(environment)].map(([key, { value }]) => [key, value]),
  )
}

test('variableName() puts the name of an option in capitals', () => {
  expect(variableName('--url-alias')).toBe('MODWSGI_DEV_URL_ALIAS')
})

describe('readEnvironment()', () => {
  test('reads each type', () => {
    expect(
      read({
        MODWSGI_DEV_PORT: '0x50',
        MODWSGI_DEV_SLOW_REQUESTS: '.5',
        MODWSGI_DEV_HOST: '127.0.0.1',
        MODWSGI_DEV_SERVER_ALIAS: 'a.example:b.example',
        MODWSGI_DEV_URL_ALIAS: '/static static:/media /srv/my media',
        MODWSGI_DEV_HTTP2: 'on',
        HOME: '/home/me',
      }),
    ).toEqual({
      port: 80,
      slowRequests: 0.5,
      host: '127.0.0.1',
      serverAlias: ['a.example', 'b.example'],
      urlAlias: [
        ['/static', 'static'],
        ['/media', '/srv/my media'],
      ],
      http2: true,
    })
  })

  test('separates values that hold colons by line breaks only', () => {
    expect(
      read({
        MODWSGI_DEV_SETENV: 'DATABASE postgres://db:5432/x\n  EMPTY -  ',
        MODWSGI_DEV_PYTHON_WARNINGS: 'error::DeprecationWarning\nignore',
      }),
    ).toEqual({
      setenv: [
        ['DATABASE', 'postgres://db:5432/x'],
        ['EMPTY', '-'],
      ],
      pythonWarnings: ['error::DeprecationWarning', 'ignore'],
    })
  })

  test('separates other values by line breaks too', () => {
    expect(read({ MODWSGI_DEV_PASSENV: 'A\nB:C\n' })).toEqual({ passenv: ['A', 'B', 'C'] })
  })

  test.each(['1', 'true', 'YES', ' on '])('takes %j for on', text => {
    expect(read({ MODWSGI_DEV_HTTP2: text })).toEqual({ http2: true })
  })

  test.each(['0', 'false', 'No', 'off'])('takes %j for off', text => {
    expect(read({ MODWSGI_DEV_HTTP2: text })).toEqual({ http2: false })
  })

  test('takes an empty variable for one that is not set, even under a wrong name', () => {
    expect(read({ MODWSGI_DEV_PORT: '', MODWSGI_DEV_NONSENSE: '' })).toEqual({})
  })

  test('leaves alone the variables between our own processes', () => {
    expect(
      read({ MODWSGI_DEV_CHANNEL: 'x', MODWSGI_DEV_SECRET: 'x', MODWSGI_DEV_WORKER: '1' }),
    ).toEqual({})
  })

  test('says which variable a value came from', () => {
    expect(readEnvironment({ MODWSGI_DEV_PORT: '80' }).get('port')?.origin).toEqual({
      source: 'environment',
      detail: 'MODWSGI_DEV_PORT',
    })
  })

  test.each([
    ['PORT', 'abc', '--port expects a whole number, got "abc" (from MODWSGI_DEV_PORT)'],
    ['HTTP2', 'maybe', '--http2 expects true or false, got "maybe" (from MODWSGI_DEV_HTTP2)'],
    [
      'SETENV',
      'ALONE',
      '--setenv expects 2 values (KEY VALUE), got "ALONE" (from MODWSGI_DEV_SETENV)',
    ],
    [
      'PROT',
      '80',
      'The variable MODWSGI_DEV_PROT belongs to no option of modwsgi-dev, did you mean MODWSGI_DEV_PORT',
    ],
    ['HELP', '1', 'The variable MODWSGI_DEV_HELP belongs to no option of modwsgi-dev'],
  ])('refuses MODWSGI_DEV_%s=%s', (name, text, message) => {
    expect(() => readEnvironment({ [`MODWSGI_DEV_${name}`]: text })).toThrow(
      expect.objectContaining({
        name: 'UserError',
        code: 2,
        message: expect.stringContaining(message),
      }),
    )
  })
})
