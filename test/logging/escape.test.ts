import { expect, test } from 'vitest'
import {
  escapeForPeople,
  escapeItem,
  escapeLoneBytes,
  escapeText,
} from '../../src/logging/escape.js'

test('escapeText() escapes as ap_escape_errorlog_item', () => {
  expect(escapeText('plain "quoted" text')).toBe('plain "quoted" text')
  expect(escapeText('a\\b\tc\x1b[31m\x7f')).toBe('a\\\\b\\tc\\x1b[31m\\x7f')
  expect(escapeText('caf\u00e9 \u20ac')).toBe('caf\\xc3\\xa9 \\xe2\\x82\\xac')
})

test('escapeText() shows bytes that are no UTF-8 as they came', () => {
  expect(escapeText('\udcff\udcfe \u{1f480}')).toBe('\\xff\\xfe \\xf0\\x9f\\x92\\x80')
})

test('escapeItem() takes a character for a byte and escapes quotes', () => {
  expect(escapeItem('"\\\xe9\r\n')).toBe('\\"\\\\\\xe9\\r\\n')
})

test('escapeForPeople() leaves letters and takes control from control characters', () => {
  expect(escapeForPeople('caf\u00e9\t\x1b[31m\x9b \udcff \u202e \u{1f480}')).toBe(
    'caf\u00e9\t\\x1b[31m\\x9b \\xff \\u202e \u{1f480}',
  )
})

test('escapeLoneBytes() touches nothing else', () => {
  expect(escapeLoneBytes('a\n\x1b\udc80\u{1f480}')).toBe('a\n\x1b\\x80\u{1f480}')
})
