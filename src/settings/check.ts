/**
 * Checks the settings once, wherever their values came from. What is refused here and accepted by
 * mod_wsgi-express is a decision, and its reason stands beside it; most of it Apache would refuse a moment
 * later, with a message about a line of a generated file.
 */
import { UserError } from '../base/errors.js'
import { checkPaths } from './check-paths.js'
import { checkTogether } from './check-together.js'
import { largestWhole, type NumberRow, type StringRow } from './option-row.js'
import { fromDefault, type Origin, originNote } from './origin.js'
import {
  type Pair,
  type SettingKey,
  type Settings,
  settingKey,
  settingOptions,
} from './settings.js'
import { formProblem } from './text-forms.js'

/**
 * Checks every value by itself, then those that depend on each other, then the paths that have to exist.
 *
 * @throws UserError with exit code 2 for the first mistake, naming the option, the value and its origin
 */
export function checkSettings(settings: Settings, origins: ReadonlyMap<SettingKey, Origin>): void {
  checkValues(settings, origins)
  checkTogether(settings)
  checkPaths(settings, origins)
}

/**
 * Checks every value by itself against the row of its option.
 *
 * @throws UserError as {@link checkSettings}
 */
export function checkValues(settings: Settings, origins: ReadonlyMap<SettingKey, Origin>): void {
  for (const row of settingOptions) {
    const key = settingKey(row.name)
    const problem = findProblem(row, settings[key])
    if (problem === null) continue
    throw new UserError(`${row.name} ${problem}${originNote(origins.get(key) ?? fromDefault)}`)
  }
}

/** What is wrong with a value, as the rest of a sentence that begins with the option; null for nothing. */
function findProblem(row: (typeof settingOptions)[number], value: unknown): string | null {
  if (value === null || row.type === 'flag') return null
  if (row.type !== 'string') return numberProblem(row, value as number)
  const problem = textProblem(row, value as TextValue)
  if (problem !== null) return problem
  if (row.name === '--log-level') return logLevelProblem(value as string)
  return wordProblem(row, value)
}

function numberProblem(row: NumberRow, value: number): string | null {
  const { min, minUnlessZero } = row
  if (minUnlessZero !== undefined && value !== 0 && value < minUnlessZero) {
    return `has to be 0 or at least ${minUnlessZero}, got ${value}`
  }
  const max = row.max ?? (row.type === 'int' ? largestWhole : Number.POSITIVE_INFINITY)
  const low = min !== undefined && value < min
  if (!low && value <= max) return null
  if (max < largestWhole) return `has to be from ${min} to ${max}, got ${value}`
  return low ? `has to be at least ${min}, got ${value}` : `has to be at most ${max}, got ${value}`
}

type TextValue = string | readonly string[] | readonly Pair[]

/** The first text, or half of a pair, that is not of the form of its row. */
function textProblem({ form }: StringRow, value: TextValue): string | null {
  if (form === undefined) return null
  const forms = typeof form === 'string' ? [form] : form
  const items = typeof value === 'string' ? [value] : value
  for (const item of items) {
    const texts = typeof item === 'string' ? [item] : item
    for (const [at, text] of texts.entries()) {
      const name = forms[at] ?? null
      const problem = name === null ? null : formProblem(name, text)
      if (problem !== null) return problem
    }
  }
  return null
}

/**
 * --application-type is among these: the original takes an unknown word for `script` with a path that
 * starts elsewhere, which nobody wants, and so a typing mistake ends in a 500 for every request.
 */
function wordProblem(row: StringRow, value: unknown): string | null {
  if (row.choices === undefined || row.choices.includes(value as string)) return null
  const words = row.choices.slice(0, -1).join(', ')
  return `has to be ${words} or ${row.choices.at(-1)}, got ${JSON.stringify(value)}`
}

const logLevel = /^(?:[^\s:]+:)?(?:emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])$/i

/** The words of Apache's LogLevel, each for everything or, with a name before a colon, for one module. */
function logLevelProblem(value: string): string | null {
  const wrong = value
    .split(/\s+/)
    .filter(word => word !== '')
    .find(word => !logLevel.test(word))
  if (wrong === undefined) return null
  const words = 'emerg, alert, crit, error, warn, notice, info, debug or trace1 to trace8'
  return `has to be ${words}, got ${JSON.stringify(wrong)}`
}
