import { expect, test } from 'vitest'
import { announcedBy } from '../../src/http/framing.js'

function announced(version: 10 | 11, ...fields: string[]) {
  const { framing, keepAlive, expects } = announcedBy({
    method: 'GET',
    target: '/',
    protocol: '',
    version,
    fields,
  })
  return [framing && ('length' in framing ? framing.length : framing.kind), keepAlive, expects]
}

test.each([
  [[], ['none', true, 'nothing']],
  [
    ['Content-Length', '0'],
    ['none', true, 'nothing'],
  ],
  [
    ['content-LENGTH', '7'],
    [7, true, 'nothing'],
  ],
  [
    ['Content-Length', '007'],
    [7, true, 'nothing'],
  ],
  [
    ['Content-Length', ''],
    [null, true, 'nothing'],
  ],
  [
    ['Content-Length', '+7'],
    [null, true, 'nothing'],
  ],
  [
    ['Content-Length', '0x7'],
    [null, true, 'nothing'],
  ],
  [
    ['Content-Length', '7', 'Content-Length', '7'],
    [null, true, 'nothing'],
  ],
  [
    ['Content-Length', '7, 7'],
    [null, true, 'nothing'],
  ],
  [
    ['Content-Length', '9'.repeat(30)],
    [null, true, 'nothing'],
  ],
  [
    ['Transfer-Encoding', 'Chunked'],
    ['chunked', true, 'nothing'],
  ],
  [
    ['Transfer-Encoding', 'gzip, chunked'],
    ['chunked', true, 'nothing'],
  ],
  [
    ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'],
    ['chunked', true, 'nothing'],
  ],
  [
    ['Transfer-Encoding', 'gzip,  chunked'],
    ['chunked', true, 'nothing'],
  ],
  [
    ['Transfer-Encoding', 'gzip,\tchunked'],
    [null, true, 'nothing'],
  ],
  [
    ['Transfer-Encoding', '\xa0chunked'],
    [null, true, 'nothing'],
  ],
  [
    ['Transfer-Encoding', 'identity'],
    [null, true, 'nothing'],
  ],
  [
    ['Transfer-Encoding', ''],
    [null, true, 'nothing'],
  ],
  [
    ['Transfer-Encoding', 'chunked', 'Content-Length', '7'],
    ['chunked', false, 'nothing'],
  ],
  [
    ['Connection', 'close'],
    ['none', false, 'nothing'],
  ],
  [
    ['Connection', 'X-A, Close'],
    ['none', false, 'nothing'],
  ],
  [
    ['Expect', '100-Continue'],
    ['none', true, 'continue'],
  ],
  [
    ['Expect', 'gift'],
    ['none', true, 'unknown'],
  ],
])('announcedBy() of HTTP/1.1 with %j', (fields, wanted) => {
  expect(announced(11, ...fields)).toEqual(wanted)
})

test('announcedBy() keeps an HTTP/1.0 connection only when asked to', () => {
  expect(announced(10)).toEqual(['none', false, 'nothing'])
  expect(announced(10, 'Connection', 'Keep-Alive')).toEqual(['none', true, 'nothing'])
  expect(announced(10, 'Connection', 'x-keep-alive')).toEqual(['none', false, 'nothing'])
})

test('announcedBy() does not keep an HTTP/1.0 connection whose expectation nobody answers', () => {
  const fields = ['Connection', 'Keep-Alive', 'Expect', '100-continue']
  expect(announced(10, ...fields)).toEqual(['none', false, 'nothing'])
})

test('announcedBy() takes Content-Length out where Transfer-Encoding overrules it', () => {
  const fields = ['A', 'content-length', 'Content-Length', '7', 'Transfer-Encoding', 'chunked']
  const { fields: seen } = announcedBy({
    method: 'GET',
    target: '/',
    protocol: '',
    version: 11,
    fields,
  })
  expect(seen).toEqual(['A', 'content-length', 'Transfer-Encoding', 'chunked'])
})
