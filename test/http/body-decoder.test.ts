import { describe, expect, test } from 'vitest'
import { decoderFor, type Framing } from '../../src/http/body-decoder.js'

/** Decodes the bytes in pieces of a size, as a connection does: what was not used comes again. */
function decode(framing: Framing, text: string, size: number) {
  const decoder = decoderFor(framing)!
  const bytes = Buffer.from(text, 'latin1')
  let waiting = Buffer.alloc(0)
  let body = ''
  let rest = 0
  for (let at = 0; at < bytes.length; at += size) {
    waiting = Buffer.concat([waiting, bytes.subarray(at, at + size)])
    const { used, pieces, complete, fault } = decoder.decode(waiting)
    body += Buffer.concat(pieces).toString('latin1')
    waiting = waiting.subarray(used)
    if (fault !== null) return fault
    rest = bytes.length - Math.min(at + size, bytes.length) + waiting.length
    if (complete) return { body, rest }
  }
  return 'incomplete'
}

const sizes = [1, 2, 3, 7, 1000]

describe('a body of a length', () => {
  test.each(sizes)('ends there, in pieces of %d', size => {
    expect(decode({ kind: 'length', length: 5 }, 'hellorest', size)).toEqual({
      body: 'hello',
      rest: 4,
    })
    expect(decode({ kind: 'length', length: 5 }, 'hell', size)).toBe('incomplete')
  })
})

describe('a chunked body', () => {
  const cases: [string, string, ReturnType<typeof decode>][] = [
    ['chunks', '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nrest', { body: 'abcde', rest: 4 }],
    ['no chunk', '0\r\n\r\n', { body: '', rest: 0 }],
    ['extensions', '3;a=b;"c"\r\nabc\r\n0;x\r\n\r\n', { body: 'abc', rest: 0 }],
    ['trailers', '1\r\na\r\n0\r\nX: y\r\nZ: a\r\n\r\nrest', { body: 'a', rest: 4 }],
    ['zeros before the size', '0003\r\nabc\r\n000\r\n\r\n', { body: 'abc', rest: 0 }],
    ['upper case digits', 'A\r\n0123456789\r\n0\r\n\r\n', { body: '0123456789', rest: 0 }],
    ['line breaks as data', '4\r\n\r\n\r\n\r\n0\r\n\r\n', { body: '\r\n\r\n', rest: 0 }],
    ['no end', '3\r\nabc\r\n', 'incomplete'],
    ['a size that is none', 'x\r\nabc\r\n', 400],
    ['an empty size', '\r\nabc\r\n', 400],
    ['a sign', '+3\r\nabc\r\n', 400],
    ['a prefix', '0x3\r\nabc\r\n', 400],
    ['a blank before the size', ' 3\r\nabc\r\n', 400],
    ['a bare line feed', '3\nabc\r\n0\r\n\r\n', 400],
    ['too long a chunk', '3\r\nabcd\r\n0\r\n\r\n', 400],
    ['a control character in an extension', '3;a\x01\r\nabc\r\n', 400],
    ['a size beyond numbers', `${'f'.repeat(17)}\r\nabc`, 413],
    ['no trailer among the trailers', '0\r\nabc\r\n\r\n', 500],
    ['a trailer with a bare line feed', '0\r\nA: b\n\r\n', 500],
    ['too long a trailer', `0\r\nA: ${'b'.repeat(9000)}\r\n\r\n`, 500],
    ['too many trailers', `0\r\n${'A: b\r\n'.repeat(101)}\r\n`, 500],
    ['a folded trailer first', '0\r\n A: b\r\n\r\n', 500],
    ['a fold of nothing among the trailers', '0\r\nA: b\r\n \r\n\r\n', 500],
    ['long repeated trailers', `0\r\n${`A: ${'b'.repeat(5000)}\r\n`.repeat(2)}\r\n`, 500],
    ['the longest trailer', `0\r\nA: ${'b'.repeat(8188)}\r\n\r\n`, { body: '', rest: 0 }],
    ['ten blanks behind the size', `1${' '.repeat(10)}\r\na\r\n0\r\n\r\n`, { body: 'a', rest: 0 }],
    ['eleven blanks behind the size', `1${' '.repeat(11)}\r\na\r\n0\r\n\r\n`, 400],
    ['the largest size', '7fffffffffffffff\r\nabc', 'incomplete'],
    ['the smallest size beyond', '8000000000000000\r\nabc', 413],
    ['a size beyond, and a bare line feed', 'ffffffffffffffff\nabc', 413],
    ['an endless extension', `3;${'x'.repeat(9000)}`, 413],
    ['an endless line that is no size', `x${'x'.repeat(9000)}`, 400],
    ['an endless line behind the data', `1\r\na${'0'.repeat(9000)}`, 400],
  ]
  test.each(cases)('with %s, in pieces of any size', (_, text, wanted) => {
    for (const size of sizes)
      expect([size, decode({ kind: 'chunked' }, text, size)]).toEqual([size, wanted])
  })
})
