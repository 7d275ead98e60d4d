/** Settings from variables: `--url-alias` is MODWSGI_DEV_URL_ALIAS. */
import { UserError } from '../base/errors.js'
import { didYouMean } from './closest.js'
import type { Given, GivenSettings } from './given.js'
import type { FlagRow, OptionRow, StringRow } from './option-row.js'
import type { Origin } from './origin.js'
import { type SettingKey, settingKey, settingOptions } from './settings.js'
import { readText, wrongValue } from './value-text.js'

const prefix = 'MODWSGI_DEV_'

/** Variables between our own processes; no user sets them. */
const internalVariables = ['CHANNEL', 'SECRET', 'WORKER'].map(name => prefix + name)

/** The variable of an option: `--url-alias` -> `MODWSGI_DEV_URL_ALIAS`. */
export function variableName(optionName: string): string {
  return prefix + optionName.replace(/^--/, '').replaceAll('-', '_').toUpperCase()
}

/**
 * What the MODWSGI_DEV_* variables say. One that is empty counts as not set.
 *
 * @throws UserError for a name that belongs to no option, and for a value that is not of its type
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): GivenSettings {
  const rows = rowsByVariable()
  const given = new Map<SettingKey, Given>()
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || internalVariables.includes(variable) || !text) continue
    const row = rows.get(variable)
    if (row === undefined) throw unknownVariable(variable, [...rows.keys()])
    const origin: Origin = { source: 'environment', detail: variable }
    given.set(settingKey(row.name), { value: readVariable(row, text, origin), origin })
  }
  return given
}

function rowsByVariable(): Map<string, OptionRow> {
  return new Map(
    settingOptions.flatMap(row =>
      [row.name, ...(row.aliases ?? [])].map(name => [variableName(name), row] as const),
    ),
  )
}

function unknownVariable(variable: string, known: readonly string[]): UserError {
  return new UserError(
    `The variable ${variable} belongs to no option of modwsgi-dev${didYouMean(variable, known)}`,
  )
}

function readVariable(row: OptionRow, text: string, origin: Origin): unknown {
  if (row.type === 'flag') return readFlag(row, text, origin)
  if (row.type !== 'string' || !row.repeatable) return readText(row, text, origin)
  const items = splitItems(row, text)
  return row.arity === 2 ? items.map(item => readPair(row, item, origin)) : items
}

function readFlag(row: FlagRow, text: string, origin: Origin): boolean {
  const word = text.trim().toLowerCase()
  if (['1', 'true', 'yes', 'on'].includes(word)) return true
  if (['0', 'false', 'no', 'off'].includes(word)) return false
  throw wrongValue(row, JSON.stringify(text), origin)
}

/** Line breaks always separate; the colon of PATH does where the values themselves hold none. */
function splitItems(row: StringRow, text: string): string[] {
  const separator = row.colons ? /\n/ : /[\n:]/
  return text
    .split(separator)
    .map(item => item.trim())
    .filter(item => item !== '')
}

/** `FIRST SECOND`, cut at the first blank. */
function readPair(row: StringRow, item: string, origin: Origin): readonly [string, string] {
  const match = /^(\S+)\s+(.+)$/s.exec(item)
  if (match === null) throw wrongValue(row, JSON.stringify(item), origin)
  return [match[1]!, match[2]!]
}
