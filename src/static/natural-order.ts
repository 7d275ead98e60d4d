/** The order of names in which numbers count as such: apr_strnatcmp, after Martin Pool's strnatcmp. */

const digit = /[0-9]/
const space = /[ \t\n\v\f\r]/

/**
 * Below, above or equal to 0 as the first name comes before, after, or at the same place.
 *
 * @example
 * compareNaturally('v2', 'v10') < 0 // true
 * compareNaturally('1.010', '1.02') < 0 // true: digits after a zero are a fraction
 */
export function compareNaturally(left: string, right: string): number {
  for (let at = 0, other = 0; ; at++, other++) {
    while (space.test(left.charAt(at))) at++
    while (space.test(right.charAt(other))) other++
    const a = left.charAt(at)
    const b = right.charAt(other)
    if (digit.test(a) && digit.test(b)) {
      const compare = a === '0' || b === '0' ? compareFractions : compareNumbers
      const result = compare(left.slice(at), right.slice(other))
      if (result !== 0) return result
    }
    if (a === '' && b === '') return 0
    if (a !== b) return signedByte(a) - signedByte(b)
  }
}

/** The longer number is the larger one; of those as long the first digit that differs decides. */
function compareNumbers(left: string, right: string): number {
  const [a, b] = [digitsOf(left), digitsOf(right)]
  return a.length - b.length || compareTexts(a, b)
}

/** The first digit that differs decides. */
function compareFractions(left: string, right: string): number {
  return compareTexts(digitsOf(left), digitsOf(right))
}

function digitsOf(text: string): string {
  return /^[0-9]*/.exec(text)![0]
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** A byte as C's char has it here; the end of a text is 0. */
function signedByte(character: string): number {
  return character === '' ? 0 : (character.charCodeAt(0) << 24) >> 24
}
