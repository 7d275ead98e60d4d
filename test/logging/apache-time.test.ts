import { expect, test } from 'vitest'
import { apacheTime, clfTime, strftime } from '../../src/logging/apache-time.js'

const date = new Date(2026, 0, 2, 16, 5, 9)
const seconds = date.getTime() / 1000

test('apacheTime() shows microseconds and English names', () => {
  expect(apacheTime(seconds + 0.000_042)).toBe('Fri Jan 02 16:05:09.000042 2026')
})

test('clfTime() is the time of an access line', () => {
  expect(clfTime(seconds)).toMatch(/^\[02\/Jan\/2026:16:05:09 [+-]\d{4}\]$/)
})

test('strftime() knows the conversions of C and leaves others alone', () => {
  expect(strftime('%A %B %e %j %I%p %y %D %R %T %U %W %V %G %u %w %% %Q', date)).toBe(
    'Friday January  2 002 04PM 26 01/02/26 16:05 16:05:09 00 00 01 2026 5 5 % %Q',
  )
})
