import { describe, expect, test } from 'vitest'
import { longestLine, mostFields } from '../../src/http/field-lines.js'
import { findHeadEnd, type Head, parseHead } from '../../src/http/head.js'

const head = (...lines: string[]) => parseHead(['GET / HTTP/1.1', ...lines].join('\r\n'))
const fieldsOf = (...lines: string[]) => (head(...lines) as Head).fields

describe('parseHead()', () => {
  test.each([
    ['GET / HTTP/1.1', ['GET', '/', 11]],
    ['GET / HTTP/1.0', ['GET', '/', 10]],
    ['FROB /a?b HTTP/1.1', ['FROB', '/a?b', 11]],
    ['get /\xe9\xff HTTP/1.1', ['get', '/\xe9\xff', 11]],
    ['OPTIONS * HTTP/1.1', ['OPTIONS', '*', 11]],
    ['GET http://a/b HTTP/1.1', ['GET', 'http://a/b', 11]],
    ['GET / HTTP/2.0', ['GET', '/', 11]],
    ['GET / HTTP/1.9', ['GET', '/', 11]],
    ['GET /a', ['GET', '/a', 9]],
    ['GET /a ', ['GET', '/a', 9]],
    ['POST /a', 400],
    ['get /a', 400],
    ['GET / HTTP/0.9', 400],
    ['GET  / HTTP/1.1', 400],
    ['GET / HTTP/1.1 ', 400],
    ['GET\t/ HTTP/1.1', 400],
    ['GET /a b HTTP/1.1', 400],
    [' GET / HTTP/1.1', 400],
    ['G(T / HTTP/1.1', 400],
    ['GET / http/1.1', 400],
    ['GET / HTTPS/1.1', 400],
    ['GET / HTTP/1', 400],
    ['GET / HTTP/11.1', 400],
    ['GET /\x01 HTTP/1.1', 400],
    ['GET /\x7f HTTP/1.1', 400],
    ['', 400],
    [`GET /${'a'.repeat(longestLine)} HTTP/1.1`, 414],
  ])('reads the request line %j', (line, wanted) => {
    const read = parseHead(line)
    const seen = typeof read === 'object' ? [read.method, read.target, read.version] : read
    expect(seen).toEqual(wanted)
  })

  test('gives names as sent and values without the blanks around them', () => {
    expect(fieldsOf('Host: x', 'x-A:', 'X-B: \t a  b \t', 'X_C:d', 'X-D: caf\xe9')).toEqual([
      'Host',
      'x',
      'x-A',
      '',
      'X-B',
      'a  b',
      'X_C',
      'd',
      'X-D',
      'caf\xe9',
    ])
  })

  test('joins folded lines with one blank', () => {
    expect(fieldsOf('A: one  ', '   two', '\tthree', 'B: c')).toEqual([
      'A',
      'one two three',
      'B',
      'c',
    ])
  })

  test.each([
    ['no colon', 'abc'],
    ['a blank before the colon', 'A : b'],
    ['a blank in the name', 'A B: c'],
    ['no name', ': b'],
    ['a control character', 'A: b\x01c'],
    ['DEL', 'A: b\x7f'],
    ['NUL', 'A: \x00'],
    ['a bare carriage return', 'A: b\rc'],
    ['a folded line before any field', ' folded'],
    ['too long a line', `A: ${'b'.repeat(longestLine)}`],
  ])('refuses a field line with %s', (_, line) => {
    expect(head(line)).toBe(400)
  })

  test('refuses folded lines that become too long together', () => {
    const part = 'b'.repeat(5000)
    expect(head(`A: ${part}`, ` ${part}`)).toBe(400)
  })

  test('takes as many fields as Apache', () => {
    expect(head(...new Array<string>(mostFields).fill('A: b'))).toBeTypeOf('object')
    expect(head(...new Array<string>(mostFields + 1).fill('A: b'))).toBe(400)
  })
})

describe('findHeadEnd()', () => {
  const end = (text: string) => findHeadEnd(Buffer.from(text, 'latin1'))

  test('skips empty lines before the head and says where the next bytes begin', () => {
    expect(end('\r\n\r\nGET / HTTP/1.1\r\nA: b\r\n\r\nrest')).toEqual({
      start: 4,
      end: 24,
      next: 28,
    })
  })

  test.each([
    '',
    'G',
    'GET / HTTP/1.1',
    'GET / HTTP/1.1\r\n',
    'GET / HTTP/1.1\r\nA: b\r\n\r',
    '\r\n',
  ])('waits for more after %j', text => {
    expect(end(text)).toBe('incomplete')
  })

  test.each([
    'GET / HTTP/1.1\n',
    'GET / HTTP/1.1\r\nA: b\nB: c\r\n\r\n',
    '\nGET / HTTP/1.1\r\n\r\n',
  ])('refuses a bare line feed at once: %j', text => {
    expect(end(text)).toBe(400)
  })

  test('refuses a line that is too long before it ends', () => {
    expect(end('a'.repeat(70_000))).toBe(414)
    expect(end(`GET / HTTP/1.1\r\nA: ${'b'.repeat(70_000)}`)).toBe(400)
    expect(end(`GET / HTTP/1.1\r\nA: ${'b'.repeat(longestLine)}\r\nB`)).toBe(400)
  })

  test('refuses lines that no further line can mend, and looks at each of them once', () => {
    const bytes = Buffer.from('GET / HTTP/1.1\r\nA: b\r\nrubbish\r\nC: d\r\n')
    expect(findHeadEnd(bytes)).toBe(400)
    expect(findHeadEnd(bytes, bytes.length)).toBe('incomplete')
  })

  test('ends with a request line of HTTP/0.9, whatever follows', () => {
    expect(end('GET /\r\nA: b\nC: d\r\n\r\n')).toEqual({ start: 0, end: 5, next: 7 })
  })

  test('ends with a request line that is none, or that of HTTP/0.9', () => {
    expect(end('GET /\r\nA')).toEqual({ start: 0, end: 5, next: 7 })
    expect(end('G(T / HTTP/1.1\r\n')).toEqual({ start: 0, end: 14, next: 16 })
  })

  test('takes ten empty lines before the head', () => {
    expect(end(`${'\r\n'.repeat(10)}GET / HTTP/1.1\r\n\r\n`)).toBeTypeOf('object')
    expect(end(`${'\r\n'.repeat(11)}GET / HTTP/1.1\r\n\r\n`)).toBe(400)
  })

  test('refuses a head that does not end', () => {
    expect(end(`GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(mostFields)}`)).toBe('incomplete')
    expect(end(`GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(mostFields + 2)}`)).toBe(400)
  })
})
