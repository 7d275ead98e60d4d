import { describe, expect, test } from 'vitest'
import { parseFraction, parseWholeNumber } from '../../src/settings/number-text.js'

// What optparse of Python 3.11 makes of each text.
describe('parseWholeNumber()', () => {
  test.each([
    ['8000', 8000],
    ['-1', -1],
    ['+3', 3],
    [' 7 ', 7],
    ['1_000', 1000],
    ['0', 0],
    ['00', 0],
    ['010', 8],
    ['-010', -10],
    ['0_7', 7],
    ['0o17', 15],
    ['0O_17', 15],
    ['0x1F', 31],
    ['0X_1f', 31],
    ['0b11', 3],
    ['0B1_0', 2],
    ['0b', 0],
    ['0b-1', -1],
    ['0x10 ', 16],
  ])('reads %j as %d', (text, value) => {
    expect(parseWholeNumber(text)).toBe(value)
  })

  test.each([
    '',
    ' ',
    'abc',
    '08',
    '0x',
    '0xg',
    '0b2',
    '1.5',
    '1e3',
    '1__0',
    '1_',
    '_1',
    '-',
    '0x-5',
  ])('refuses %j', text => {
    expect(parseWholeNumber(text)).toBeNull()
  })
})

describe('parseFraction()', () => {
  test.each([
    ['5', 5],
    ['.5', 0.5],
    ['5.', 5],
    [' -0.25 ', -0.25],
    ['1e-3', 0.001],
    ['1_0.5', 10.5],
  ])('reads %j as %d', (text, value) => {
    expect(parseFraction(text)).toBe(value)
  })

  test.each(['', '.', 'abc', '0x10', '1__0', 'nan', 'inf', '1e400'])('refuses %j', text => {
    expect(parseFraction(text)).toBeNull()
  })
})
