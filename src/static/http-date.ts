/** Dates in HTTP fields, RFC 9110 section 5.6.7. */
import { remember } from '../base/remember.js'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `02 Jan 2020 03:04:05 `, and the same with a day of one digit. */
const imfFixdate = /^(?<day>\d\d?) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) /
/** `02-Jan-20 03:04:05 ` */
const rfc850 = /^(?<day>\d\d)-(?<month>[A-Z][a-z]{2})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) /
/** `Jan  2 03:04:05 2020` */
const asctime = /^(?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})/

/**
 * The seconds since the epoch of a date in one of the three formats, or null if the text is none of them
 * or the date does not exist. As in Apache the name of the day and what follows the time, the zone
 * included, are not looked at; dates up to the epoch itself count as none; years of two digits lie
 * between 1970 and 2069.
 *
 * @example
 * parseHttpDate('Thu, 02 Jan 2020 03:04:05 GMT') // 1577934245
 * parseHttpDate('Thu Jan  2 03:04:05 2020') // 1577934245
 * parseHttpDate('2020-01-02') // null
 */
export const parseHttpDate: (text: string) => number | null = remember(text => {
  const trimmed = text.trimStart()
  const afterDayName = trimmed.indexOf(' ') + 1
  if (afterDayName === 0) return null
  const date = trimmed.slice(afterDayName)
  const match = imfFixdate.exec(date) ?? rfc850.exec(date) ?? asctime.exec(date)
  return match?.groups === undefined ? null : secondsOf(match.groups)
}, 200)

/**
 * @example
 * formatHttpDate(1577934245) // 'Thu, 02 Jan 2020 03:04:05 GMT'
 */
export function formatHttpDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString()
}

function secondsOf(parts: Readonly<Record<string, string | undefined>>): number | null {
  const year = fullYear(parts['year'] ?? '')
  const month = months.indexOf(parts['month'] ?? '')
  const day = Number(parts['day'])
  const [hour = 0, minute = 0, second = 0] = (parts['time'] ?? '').split(':').map(Number)
  if (month < 0 || day < 1 || day > daysIn(year, month)) return null
  if (hour > 23 || minute > 59 || second > 61) return null
  const seconds = Date.UTC(year, month, day, hour, minute, second) / 1000
  return seconds > 0 ? seconds : null
}

function fullYear(digits: string): number {
  const year = Number(digits)
  if (digits.length === 4) return year
  return year < 70 ? 2000 + year : 1900 + year
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}
