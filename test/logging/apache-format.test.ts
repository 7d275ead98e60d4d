import { describe, expect, test } from 'vitest'
import { apacheLine, apacheTime, escapeText } from '../../src/logging/apache-format.js'

describe('apacheLine()', () => {
  const entry = { time: 1, level: 'error', module: 'wsgi', pid: 7, text: 'hello' } as const

  test('has the parts in the order of Apache', () => {
    const line = apacheLine({ ...entry, thread: 9, remote: '127.0.0.1:5', script: '/x' })
    expect(line).toMatch(
      /^\[\w{3} \w{3} \d\d \d\d:\d\d:01\.000000 1970\] \[wsgi:error\] \[pid 7:tid 9\] \[remote 127\.0\.0\.1:5\] \[script \/x\] hello\n$/,
    )
  })

  test('leaves out what is not known', () => {
    expect(apacheLine(entry)).toMatch(/\] \[wsgi:error\] \[pid 7\] hello\n$/)
  })

  test('cuts a line where Apache does', () => {
    expect(apacheLine({ ...entry, text: 'x'.repeat(20_000) })).toHaveLength(8192)
  })
})

test('apacheTime() shows microseconds and English names', () => {
  const date = new Date(2026, 10, 20, 16, 5, 2)
  expect(apacheTime(date.getTime() / 1000 + 0.000_042)).toBe('Fri Nov 20 16:05:02.000042 2026')
})

test('escapeText() escapes as ap_escape_errorlog_item', () => {
  expect(escapeText('plain "quoted" text')).toBe('plain "quoted" text')
  expect(escapeText('a\\b\tc\x1b[31m\x7f')).toBe('a\\\\b\\tc\\x1b[31m\\x7f')
  expect(escapeText('café €')).toBe('caf\\xc3\\xa9 \\xe2\\x82\\xac')
})
