import { expect, test } from 'vitest'
import { decodeUtf8, encodeUtf8 } from '../../src/base/text-bytes.js'

test.each([
  ['plain', 'plain'],
  ['caf\xc3\xa9', 'caf\u00e9'],
  ['\xff\xc3', '\udcff\udcc3'],
  ['\xe2\x82 \xf0\x9f\x92\x80 \xc0\x80', '\udce2\udc82 \u{1f480} \udcc0\udc80'],
  ['\xef\xbf\xbd\xff', '\ufffd\udcff'],
])('decodeUtf8() and encodeUtf8() are each other’s reverse: %j', (bytes, text) => {
  const buffer = Buffer.from(bytes, 'latin1')
  expect(decodeUtf8(buffer)).toBe(text)
  expect(encodeUtf8(text)).toEqual(buffer)
})
