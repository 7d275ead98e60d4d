import { expect, test } from 'vitest'
import { namePattern } from '../../src/static/name-pattern.js'

test('namePattern() matches as a shell does', () => {
  const cases: [string, string[], string[]][] = [
    ['*', ['a', 'a.txt', ' '], ['.a']],
    ['*.txt', ['a.txt', 'a.txt.txt'], ['a.txt.', 'txt', '.txt']],
    ['a*b*c', ['abc', 'aXbXbXc'], ['ab', 'abcd', 'acb']],
    ['?.?', ['a.b'], ['.b', 'ab', 'a.bc']],
    ['.*', ['.a', '.'], ['a']],
    ['[a-c]x', ['ax', 'cx'], ['dx', 'x', '-x']],
    ['[!a-c]', ['d', '-'], ['a', '']],
    ['[^a]', ['b'], ['a']],
    ['[]a]', [']', 'a'], ['b']],
    ['[a-]', ['a', '-'], ['b']],
    ['[a', ['[a'], ['a']],
    ['[.]a', [], ['.a']],
    ['\\*', ['\\', '\\a'], ['*']],
    ['', [''], ['a']],
  ]
  for (const [pattern, matching, others] of cases) {
    const matches = namePattern(pattern)
    expect([pattern, matching.filter(name => !matches(name))]).toEqual([pattern, []])
    expect([pattern, others.filter(matches)]).toEqual([pattern, []])
  }
})

test('namePattern() takes no time for a pattern of many stars', () => {
  // With a regular expression this would not end.
  expect(namePattern('*a'.repeat(100))('a'.repeat(99) + 'b'.repeat(150))).toBe(false)
})
