import { expect, test } from 'vitest'
import { compareNaturally } from '../../src/static/natural-order.js'

test('compareNaturally() counts numbers as numbers, and after a zero as fractions', () => {
  const ordered = ['1.001', '1.002', '1.010', '1.02', '1.1', '1.3', 'v2', 'v10', 'v 11', 'w']
  expect(ordered.toReversed().sort(compareNaturally)).toEqual(ordered)
  expect(compareNaturally('a 1', 'a1')).toBe(0)
  // Bytes beyond ASCII are negative numbers in C.
  expect(compareNaturally('\xe9', 'a')).toBeLessThan(0)
})
