/** Times as Apache writes them: local, with English names. */

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** Time of an error log line: `Fri Nov 20 16:25:32.794737 2026`. */
export function apacheTime(epochSeconds: number): string {
  const fraction = `.${String(microsecondsOf(epochSeconds)).padStart(6, '0')}`
  const date = dateOf(epochSeconds)
  return `${strftime('%a %b %d %H:%M:%S', date)}${fraction} ${date.getFullYear()}`
}

/** Time of an access log line: `[21/Nov/2026:11:36:42 +0000]`. */
export function clfTime(epochSeconds: number): string {
  return strftime('[%d/%b/%Y:%H:%M:%S %z]', dateOf(epochSeconds))
}

/** The moment, exact to the millisecond. */
export function dateOf(epochSeconds: number): Date {
  return new Date(Math.floor(Math.round(epochSeconds * 1e6) / 1000))
}

/** The part of the moment below a second, in microseconds. */
export function microsecondsOf(epochSeconds: number): number {
  return Math.round(epochSeconds * 1e6) % 1_000_000
}

type Part = (date: Date) => string | number

/** The conversions of strftime in the locale C. A text that has conversions itself is a shorthand. */
const conversions: Readonly<Record<string, Part | string>> = {
  a: date => days[date.getDay()]!.slice(0, 3),
  A: date => days[date.getDay()]!,
  b: date => months[date.getMonth()]!.slice(0, 3),
  B: date => months[date.getMonth()]!,
  c: '%a %b %e %H:%M:%S %Y',
  C: date => two(Math.floor(date.getFullYear() / 100)),
  d: date => two(date.getDate()),
  D: '%m/%d/%y',
  e: date => blank(date.getDate()),
  F: '%Y-%m-%d',
  g: date => two(isoWeek(date).year % 100),
  G: date => isoWeek(date).year,
  h: '%b',
  H: date => two(date.getHours()),
  I: date => two(twelve(date.getHours())),
  j: date => String(dayOfYear(date) + 1).padStart(3, '0'),
  k: date => blank(date.getHours()),
  l: date => blank(twelve(date.getHours())),
  m: date => two(date.getMonth() + 1),
  M: date => two(date.getMinutes()),
  n: '\n',
  p: date => (date.getHours() < 12 ? 'AM' : 'PM'),
  P: date => (date.getHours() < 12 ? 'am' : 'pm'),
  r: '%I:%M:%S %p',
  R: '%H:%M',
  s: date => Math.floor(date.getTime() / 1000),
  S: date => two(date.getSeconds()),
  t: '\t',
  T: '%H:%M:%S',
  u: date => date.getDay() || 7,
  U: date => two(Math.floor((dayOfYear(date) + 7 - date.getDay()) / 7)),
  V: date => two(isoWeek(date).week),
  w: date => date.getDay(),
  W: date => two(Math.floor((dayOfYear(date) + 7 - ((date.getDay() + 6) % 7)) / 7)),
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  y: date => two(date.getFullYear() % 100),
  Y: date => date.getFullYear(),
  z: date => offset(date),
  Z: date => zoneName(date),
  '%': () => '%',
}

/** C's strftime; a conversion that does not exist stays as it is written. */
export function strftime(format: string, date: Date): string {
  return format.replace(/%[EO]?(.)/gs, (written, letter: string) => {
    const part = Object.hasOwn(conversions, letter) ? conversions[letter] : undefined
    if (part === undefined) return written
    return typeof part === 'string' ? strftime(part, date) : String(part(date))
  })
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function blank(value: number): string {
  return String(value).padStart(2, ' ')
}

function twelve(hours: number): number {
  return hours % 12 || 12
}

const day = 86_400_000

function dayOfYear(date: Date): number {
  const here = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  return Math.round((here - Date.UTC(date.getFullYear(), 0, 1)) / day)
}

/** ISO 8601: a week belongs to the year that has its Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const here = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  const thursday = new Date(here + (4 - (date.getDay() || 7)) * day)
  const year = thursday.getUTCFullYear()
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / day / 7)
  return { year, week }
}

/** `+0100`, as the machine's zone was at that moment. */
function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const sign = minutes < 0 ? '-' : '+'
  const size = Math.abs(minutes)
  return `${sign}${two(Math.floor(size / 60))}${two(size % 60)}`
}

function zoneName(date: Date): string {
  const name = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
    .formatToParts(date)
    .find(({ type }) => type === 'timeZoneName')
  return name?.value ?? offset(date)
}
