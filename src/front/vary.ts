/** The field Vary, in which Apache lets no word stand twice. */
import { remember } from '../base/remember.js'

/** White space as C's isspace has it. */
const between = /[, \t\n\v\f\r]+/

/**
 * The words of a Vary field once each, in the spelling of the first, without blanks (Apache's fixup_vary). A
 * value without any word stays as it is.
 *
 * @example
 * uniqueVary('Cookie, Accept, cookie') // 'Cookie,Accept'
 */
export const uniqueVary: (value: string) => string = remember(value => {
  const words = new Map<string, string>()
  for (const word of value.split(between)) {
    const lower = word.toLowerCase()
    if (word !== '' && !words.has(lower)) words.set(lower, word)
  }
  return words.size === 0 ? value : [...words.values()].join(',')
}, 100)
