import { describe, expect, test } from 'vitest'
import { type ForwardedRequest, upstreamFields } from '../../../src/front/proxy/request-fields.js'
import { clientFields, longField } from '../../../src/front/proxy/response-fields.js'

const plain: ForwardedRequest = {
  rawHeaders: [],
  hostField: 'back:81',
  client: '1.2.3.4',
  host: 'front',
  server: 'me',
  port: '8000',
  prefix: '/api',
  secure: false,
  length: 'none',
  expects: false,
  upgrade: null,
  maxForwards: null,
}

function sent(more: Partial<ForwardedRequest>): Record<string, string> {
  const fields = upstreamFields({ ...plain, ...more })
  const names = fields.filter((_, at) => at % 2 === 0).map(name => name.toLowerCase())
  expect(new Set(names).size, 'each name once').toBe(names.length)
  return Object.fromEntries(names.map((name, at) => [name, fields[2 * at + 1]!]))
}

describe('upstreamFields()', () => {
  test('tells the length of a body in one way, whatever the client said', () => {
    const rawHeaders = [
      'Content-Length',
      '3',
      'transfer-encoding',
      'chunked',
      'CONTENT-LENGTH',
      '4',
    ]
    expect(sent({ rawHeaders, length: 5 })).toMatchObject({ 'content-length': '5' })
    expect(sent({ rawHeaders, length: 5 })).not.toHaveProperty('transfer-encoding')
    expect(sent({ rawHeaders, length: null })).toMatchObject({ 'transfer-encoding': 'chunked' })
    expect(sent({ rawHeaders, length: null })).not.toHaveProperty('content-length')
    expect(sent({ rawHeaders })).not.toHaveProperty('content-length')
    expect(sent({ rawHeaders })).not.toHaveProperty('transfer-encoding')
  })

  test('leaves out what Connection names, but not what this server says', () => {
    const rawHeaders = ['connection', 'Cookie, x-forwarded-port', 'Connection', 'close,X-Hop']
    const more = ['COOKIE', 'a', 'X-Hop', 'b', 'X-Kept', 'c']
    const fields = sent({ rawHeaders: [...rawHeaders, ...more] })
    expect(fields).toMatchObject({ 'x-kept': 'c', 'x-forwarded-port': '8000' })
    expect(fields).toMatchObject({ connection: 'Keep-Alive' })
    expect(Object.keys(fields)).not.toEqual(expect.arrayContaining(['cookie']))
    expect(Object.keys(fields)).not.toEqual(expect.arrayContaining(['x-hop']))
  })

  test('adds to what proxies before have told, and replaces what only this one knows', () => {
    const rawHeaders = [
      'X-Forwarded-For',
      '9.9.9.9',
      'x-forwarded-host',
      'h',
      'X-Forwarded-Port',
      '1',
    ]
    expect(sent({ rawHeaders })).toMatchObject({
      'x-forwarded-for': '9.9.9.9, 1.2.3.4',
      'x-forwarded-host': 'h, front',
      'x-forwarded-port': '8000',
    })
  })

  test('expects something only where the client does', () => {
    const rawHeaders = ['Expect', '100-continue']
    expect(sent({ rawHeaders })).not.toHaveProperty('expect')
    expect(sent({ rawHeaders, expects: true })).toMatchObject({ expect: '100-continue' })
  })
})

describe('clientFields()', () => {
  const context = {
    reverse: [
      { url: 'http://back/a/', path: '/a/' },
      { url: 'http://back/', path: '/' },
    ],
    urlOf: (path: string) => `http://front${path}`,
  }

  test('maps locations back by the first rule that fits, whatever their case', () => {
    const raw = [
      'Location',
      'HTTP://Back/A/x',
      'URI',
      'http://back/b',
      'X-Location',
      'http://back/b',
    ]
    const expected = ['Location', 'http://front/a/x', 'URI', 'http://front/b']
    expect(clientFields(raw, context, true)).toEqual([...expected, 'X-Location', 'http://back/b'])
  })

  test('keeps repeated fields apart, cookies last, and a length only of a body', () => {
    const raw = ['Set-Cookie', 'a', 'X', '1', 'Content-Length', '3', 'x', '2', 'Set-Cookie', 'b']
    const cookies = ['Set-Cookie', 'a', 'Set-Cookie', 'b']
    expect(clientFields(raw, context, false)).toEqual(['X', '1', 'x', '2', ...cookies])
    expect(clientFields(raw, context, true)).toContain('Content-Length')
  })
})

test('longField() names a field that Apache does not read', () => {
  expect(longField(['A', 'x'.repeat(8187)])).toBe(null)
  expect(longField(['A', 'x'.repeat(8188)])).toBe('A')
})
