import { expect, test } from 'vitest'
import { remember } from '../../src/base/remember.js'

test('remember() makes a result once, but for texts beyond the bound each time', () => {
  const made: string[] = []
  const upper = remember(text => {
    made.push(text)
    return text.toUpperCase()
  }, 2)
  expect(['a', 'b', 'c', 'a', 'b', 'c'].map(upper)).toEqual(['A', 'B', 'C', 'A', 'B', 'C'])
  expect(made).toEqual(['a', 'b', 'c', 'c'])
})
