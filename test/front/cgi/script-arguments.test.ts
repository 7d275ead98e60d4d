import { expect, test } from 'vitest'
import { scriptArguments } from '../../../src/front/cgi/script-arguments.js'

test('scriptArguments() gives the words of a query without =', () => {
  expect(scriptArguments('')).toEqual([])
  expect(scriptArguments('a=b+c')).toEqual([])
  expect(scriptArguments('a+b+')).toEqual(['a', 'b', ''])
  expect(scriptArguments('a%20b+%e9')).toEqual(['a b', '\xe9'])
})

test('scriptArguments() puts a backslash before what means something to shells', () => {
  expect(scriptArguments("a%26b+$x+'y'+`z`")).toEqual(['a\\&b', '\\$x', "\\'y\\'", '\\`z\\`'])
  expect(scriptArguments('a%0ab')).toEqual(['a\\\nb'])
})

test('scriptArguments() ends a word where a program would', () => {
  expect(scriptArguments('a%00b+c')).toEqual(['a', 'c'])
})
