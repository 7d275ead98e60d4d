/** Numbers as Apache's printf writes them, which monitors of its status page know how to read. */

/**
 * `%g` with so many significant digits: no zero before the point, none at the end, and an exponent only for
 * numbers that are very small, or whose digits end long before the point (apr_gcvt).
 *
 * @example
 * shortNumber(0.375) // '.375'
 * shortNumber(1234567) // '1.23457e+6'
 */
export function shortNumber(number: number, digits = 6): string {
  if (!Number.isFinite(number) || number === 0) return '0'
  const [mantissa, exponent] = Math.abs(number)
    .toExponential(digits - 1)
    .split('e')
  const figures = mantissa!.replace('.', '').replace(/0+$/, '') || '0'
  const sign = number < 0 ? '-' : ''
  return sign + placePoint(figures, Number(exponent) + 1)
}

/** @param point how many of the digits stand before the point */
function placePoint(figures: string, point: number): string {
  const isLong = point >= 0 && point - figures.length > 4
  if (isLong || point < -3) return withExponent(figures, point - 1)
  if (point <= 0) return `.${'0'.repeat(-point)}${figures}`
  if (figures.length <= point) return figures.padEnd(point, '0')
  return `${figures.slice(0, point)}.${figures.slice(point)}`
}

function withExponent(figures: string, exponent: number): string {
  const sign = exponent < 0 ? '-' : '+'
  return `${figures[0]}.${figures.slice(1)}e${sign}${Math.abs(exponent)}`
}

/** A number of bytes. Samples: `853 B`, `12.0 kB`, `1.5 MB`. */
export function byteText(bytes: number): string {
  if (bytes < 5 * kilo) return `${Math.floor(bytes)} B`
  if (bytes < mega / 2) return `${(bytes / kilo).toFixed(1)} kB`
  if (bytes < giga / 2) return `${(bytes / mega).toFixed(1)} MB`
  return `${(bytes / giga).toFixed(1)} GB`
}

/** A number of kilobytes. Samples: `5 kB`, `1.5 MB`. */
export function kilobyteText(kilobytes: number): string {
  if (kilobytes < kilo) return `${kilobytes} kB`
  if (kilobytes < mega) return `${(kilobytes / kilo).toFixed(1)} MB`
  return `${(kilobytes / mega).toFixed(1)} GB`
}

export const kilo = 1024
export const mega = kilo * kilo
const giga = kilo * mega

/** Seconds in words, with a blank before each. Sample: ` 1 day 2 hours 1 second`; empty for none. */
export function durationText(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [Math.floor(seconds) % 60, 'second'],
  ]
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => ` ${count} ${unit}${count === 1 ? '' : 's'}`)
    .join('')
}

/** A moment in the time of this machine. Sample: `Saturday, 28-Nov-2026 18:01:34 UTC`. */
export function momentText(epochSeconds: number): string {
  const date = new Date(epochSeconds * 1000)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${days[date.getDay()]}, ${two(date.getDate())}-${months[date.getMonth()]}-${date.getFullYear()}`
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${day} ${time} ${zoneOf(date)}`
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

function zoneOf(date: Date): string {
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(date)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
}
