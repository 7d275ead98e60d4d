import { describe, expect, test } from 'vitest'
import { formatHttpDate, parseHttpDate } from '../../src/static/http-date.js'

const second = 1577934245

describe('parseHttpDate()', () => {
  const accepted = [
    'Thu, 02 Jan 2020 03:04:05 GMT',
    'Thu, 2 Jan 2020 03:04:05 GMT',
    'Thursday, 02-Jan-20 03:04:05 GMT',
    'Thu Jan  2 03:04:05 2020',
    'Thu Jan 02 03:04:05 2020',
    '  Thu, 02 Jan 2020 03:04:05 GMT',
    'Mon, 02 Jan 2020 03:04:05 GMT',
    'Thu, 02 Jan 2020 03:04:05 +0100',
    'Thu, 02 Jan 2020 03:04:05 GMT; length=36',
  ]
  test.each(accepted)('reads "%s"', text => expect(parseHttpDate(text)).toBe(second))

  const refused = [
    '',
    ' ',
    'garbage',
    '0',
    '1577934245',
    '2020-01-02T03:04:05Z',
    '02 Jan 2020 03:04:05 GMT',
    'Thu,02 Jan 2020 03:04:05 GMT',
    'Thu, 02 Jan 2020 03:04:05',
    'Thu, 02 Jan 2020 3:04:05 GMT',
    'Thu, 02 Jan 2020 03:04 GMT',
    'Thu, 02 Jan 2020 03.04.05 GMT',
    'Thu, 02 Jan 20 03:04:05 GMT',
    'Thu, 02-Jan-2020 03:04:05 GMT',
    'thu, 02 jan 2020 03:04:05 gmt',
    'Thu, 02 Foo 2020 03:04:05 GMT',
    'Thu, 02 January 2020 03:04:05 GMT',
    'Thu, 00 Jan 2020 03:04:05 GMT',
    'Thu, 32 Jan 2020 03:04:05 GMT',
    'Thu, 31 Apr 2020 03:04:05 GMT',
    'Thu, 30 Feb 2020 03:04:05 GMT',
    'Thu, 29 Feb 2021 03:04:05 GMT',
    'Thu, 02 Jan 2020 24:04:05 GMT',
    'Thu, 02 Jan 2020 03:60:05 GMT',
    'Thu, 02 Jan 2020 03:04:62 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Thu, 02 Jan 1960 03:04:05 GMT',
  ]
  test.each(refused)('refuses "%s"', text => expect(parseHttpDate(text)).toBeNull())

  test('knows the leap day and the leap second', () => {
    expect(parseHttpDate('Sat, 29 Feb 2020 00:00:00 GMT')).toBe(Date.UTC(2020, 1, 29) / 1000)
    expect(parseHttpDate('Thu, 31 Dec 2020 23:59:60 GMT')).toBe(Date.UTC(2021, 0, 1) / 1000)
  })

  test('puts years of two digits between 1970 and 2069', () => {
    expect(parseHttpDate('Friday, 02-Jan-70 00:00:00 GMT')).toBe(Date.UTC(1970, 0, 2) / 1000)
    expect(parseHttpDate('Wednesday, 02-Jan-69 00:00:00 GMT')).toBe(Date.UTC(2069, 0, 2) / 1000)
  })
})

describe('formatHttpDate()', () => {
  test('writes what parseHttpDate() reads', () => {
    expect(formatHttpDate(second)).toBe('Thu, 02 Jan 2020 03:04:05 GMT')
    expect(parseHttpDate(formatHttpDate(second))).toBe(second)
  })
})
