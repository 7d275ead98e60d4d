import { expect, test } from 'vitest'
import { enterRedirect, type Redirect } from '../../src/front/internal-redirect.js'
import type { HttpExchange } from '../../src/front/reply.js'

/** What an internal redirect touches of an exchange. */
function exchange(target: string, method = 'GET') {
  return { target, method, internal: null, access: null } as unknown as HttpExchange
}

const redirect = (known: string, status = 404): Redirect => ({
  path: '/page?x',
  status,
  known,
  fields: [],
})

/** The keys as the application sees them. */
function keysOf({ internal }: HttpExchange): Record<string, string> {
  const parts = internal!.environ.split('\0').slice(1)
  return Object.fromEntries(
    parts.flatMap((part, at) => (at % 2 === 0 ? [[part, parts[at + 1]!]] : [])),
  )
}

test('enterRedirect() names what was before', () => {
  const http = exchange('/a%20b?c=d', 'POST')
  expect(enterRedirect(http, redirect('REQUEST_METHOD\0POST'))).toBe(true)
  expect(http).toMatchObject({ target: '/page?x', method: 'GET' })
  expect(keysOf(http)).toEqual({
    REDIRECT_REQUEST_METHOD: 'POST',
    REDIRECT_QUERY_STRING: 'c=d',
    REDIRECT_URL: '/a b',
    REDIRECT_STATUS: '404',
  })
})

test('enterRedirect() has the path split as the disk has it, and no moments', () => {
  const http = exchange('/app/x')
  const known =
    'SCRIPT_NAME\0/app\0PATH_INFO\0/x\0mod_wsgi.script_name\0/app/x\0mod_wsgi.path_info\0\0mod_wsgi.request_start\x001.5'
  enterRedirect(http, redirect(known, 200))
  expect(keysOf(http)).toEqual({
    REDIRECT_SCRIPT_NAME: '/app/x',
    REDIRECT_PATH_INFO: '',
    'REDIRECT_mod_wsgi.script_name': '/app/x',
    'REDIRECT_mod_wsgi.path_info': '',
    REDIRECT_URL: '/app/x',
    REDIRECT_STATUS: '200',
  })
})

test('enterRedirect() refuses the eleventh in a row', () => {
  const http = exchange('/a')
  for (let count = 0; count < 10; count++) expect(enterRedirect(http, redirect('A\0b'))).toBe(true)
  const before = http.internal
  expect(enterRedirect(http, redirect('A\0b'))).toBe(false)
  expect(http.internal).toBe(before)
})
