import { describe, expect, test } from 'vitest'
import { joinsTooLong, mostFields, parseFields, refusedSoFar } from '../../src/http/field-lines.js'

/** A field and what is folded into it, so many bytes together. */
const folded = (length: number) => [`X: ${'a'.repeat(3997)}`, ` ${'b'.repeat(length - 4001)}`]
const fields = (count: number) => new Array<string>(count).fill('X: 1')

describe('parseFields()', () => {
  test('begins where it is told to', () => {
    expect(parseFields(['GET / HTTP/1.1', 'A: b', ' c'], 1)).toEqual(['A', 'b c'])
  })

  test('takes folded lines of 8188 bytes', () => {
    expect(parseFields(folded(8188), 0)).toHaveLength(2)
    expect(parseFields(folded(8189), 0)).toBe(null)
  })

  test('counts what is folded into a field without the blanks at its ends', () => {
    const blanks = ' '.repeat(100)
    const lines = [`X: ${'a'.repeat(3997)}${blanks}`, `${blanks}${'b'.repeat(4187)}${blanks}`]
    expect(parseFields(lines, 0)).toHaveLength(2)
    expect(parseFields([...lines, ' c'], 0)).toBe(null)
  })
})

describe('refusedSoFar()', () => {
  test.each<[string, string[]]>([
    ['a field', ['A: b']],
    ['what is no field, but the last line', ['A: b', 'rubbish']],
    ['what is no field, and folded', ['rubbish', ' more']],
    ['a control character in the last field', ['A: \x01', ' \x01']],
    ['a carriage return in the last line', ['A: b\rc']],
    ['as many fields as may be, and one more', fields(mostFields + 1)],
  ])('waits for more behind %s', (_, lines) => {
    expect(refusedSoFar(lines, 0)).toBe(false)
  })

  test.each<[string, string[]]>([
    ['what is no field, once the next begins', ['rubbish', 'A: b']],
    ['a control character, once the next begins', ['A: \x01', 'B: c']],
    ['a NUL', ['A: \0']],
    ['a folded line first', [' A: b']],
    ['a fold of nothing', ['A: b', ' ']],
    ['a long line', [`A: ${'b'.repeat(8190)}`]],
    ['folded lines that are too long together', folded(8189)],
    ['too many fields', fields(mostFields + 2)],
  ])('refuses %s', (_, lines) => {
    expect(refusedSoFar(lines, 0)).toBe(true)
  })
})

test('joinsTooLong() counts what repeated fields are joined with', () => {
  const long = 'a'.repeat(4000)
  const named = (length: number) => ['X', long, 'x', 'b'.repeat(length - 4002)]
  expect(joinsTooLong(named(8190))).toBe(false)
  expect(joinsTooLong(named(8191))).toBe(true)
  expect(joinsTooLong(['X', long, 'Y', long, 'Z', long])).toBe(false)
})
