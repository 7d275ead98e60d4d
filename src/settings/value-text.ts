/** Texts to values: one option, one text, as it stands on the command line or in a variable. */
import { UserError } from '../base/errors.js'
import { parseFraction, parseWholeNumber } from './number-text.js'
import type { NumberRow, OptionRow, StringRow } from './option-row.js'
import { type Origin, originNote } from './origin.js'
import { formProblem } from './text-forms.js'

/**
 * The value of one text for an option that takes values.
 *
 * @throws UserError naming the option, the text and its origin, when it is not of the option's type
 */
export function readText(row: NumberRow | StringRow, text: string, origin: Origin): unknown {
  if (row.type === 'string') return readWord(row, text)
  const value = row.type === 'int' ? parseWholeNumber(text) : parseFraction(text)
  if (value === null) throw wrongValue(row, JSON.stringify(text), origin)
  return value
}

/**
 * An empty text counts as not given, as nearly everywhere in the original; where that refuses it, it stays for
 * the check. Members of lists stay.
 */
function readWord(row: StringRow, text: string): string | null {
  if (text === '' && !row.repeatable && !refusesEmpty(row)) return row.default as string | null
  if (!row.ignoreCase) return text
  return row.choices?.find(word => word.toLowerCase() === text.toLowerCase()) ?? text
}

function refusesEmpty({ form }: StringRow): boolean {
  return typeof form === 'string' && formProblem(form, '') !== null
}

/**
 * The error for a value that is not of the type the option has; `got` is the value as it is shown, and
 * `advice` what to do instead.
 */
export function wrongValue(row: OptionRow, got: string, origin: Origin, advice = ''): UserError {
  return new UserError(
    `${row.name} expects ${expectation(row)}, got ${got}${originNote(origin)}${advice}`,
  )
}

/** What an option wants, for messages: `a whole number`, `2 values: URL-PATH and URL`. */
export function expectation(row: OptionRow): string {
  if (row.type === 'flag') return 'true or false'
  if (row.type === 'int') return 'a whole number'
  if (row.type === 'float') return 'a number'
  if (row.arity === 2) return `2 values (${row.metavar})`
  return `a value (${row.metavar})`
}
