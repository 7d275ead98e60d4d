import { describe, expect, test } from 'vitest'
import { type AskedFor, scriptResponse } from '../../../src/front/cgi/script-response.js'

const get: AskedFor = { method: 'GET', headers: {}, status: 200, seconds: 2_000_000_000 }

function sent(printed: readonly string[], asked: Partial<AskedFor> = {}) {
  const response = scriptResponse(printed, { ...get, ...asked })
  if (response.kind !== 'send') throw new Error(`not sent, but ${response.kind}`)
  const { status, reason, fields } = response.head
  return [status, reason, ...fields]
}

describe('scriptResponse()', () => {
  test('takes the status from its field, and never a framing', () => {
    expect(sent(['Content-Length', ' 3', 'Transfer-Encoding', ' chunked', 'X', ' y'])).toEqual([
      200,
      'OK',
      'X',
      'y',
    ])
    expect(sent(['Status', ' 404 Gone Fishing'])).toEqual([404, 'Gone Fishing'])
  })

  test('keeps the status of the answer that a script stands in for', () => {
    expect(sent([], { status: 403 })).toEqual([403, 'Forbidden'])
    expect(sent(['Location', '/x'], { status: 403 })).toEqual([403, 'Forbidden', 'Location', '/x'])
  })

  test('puts what comes once behind the others', () => {
    const printed = ['Status', '303', 'Location', 'http://x/', 'ETag', '"t"', 'X', 'y']
    expect(sent(printed).slice(2)).toEqual(['X', 'y', 'Location', 'http://x/', 'ETag', '"t"'])
  })

  test('makes redirects of a Location without status, which other fields go along with', () => {
    const more = ['Set-Cookie', 'a=b', 'X', 'y', 'Content-Type', 'text/x']
    const kept = ['X', 'y', 'Set-Cookie', 'a=b']
    expect(scriptResponse(['Location', '/there?x', ...more], get)).toEqual({
      kind: 'redirect',
      path: '/there?x',
      fields: kept,
    })
    expect(scriptResponse(['Location', 'http://x/', ...more], get)).toEqual({
      kind: 'fail',
      status: 302,
      fields: [...kept, 'Location', 'http://x/'],
    })
  })

  test('goes by the conditions of the request, unless the script has said a status', () => {
    const printed = ['ETag', '"t"', 'Content-Type', 'text/plain']
    const known = { headers: { 'if-none-match': '"t"' } }
    expect(sent(printed, known)).toEqual([304, 'Not Modified', 'ETag', '"t"'])
    expect(sent(printed, { ...known, method: 'POST' })[0]).toBe(200)
    expect(sent(['Status', '200', ...printed], known)[0]).toBe(200)
    const other = { ...get, headers: { 'if-match': '"u"' } }
    expect(scriptResponse(printed, other)).toMatchObject({ kind: 'fail', status: 412 })
  })
})
