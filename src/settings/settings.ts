/** The settings: one frozen value for each option, its key and type taken from the options table. */
import { allOptions, type TableRow } from './options.js'

/** Two values that belong together, as the URL path and the directory of an alias. */
export type Pair = readonly [string, string]

/** `url-alias` -> `urlAlias`. */
type CamelCase<Words extends string> = Words extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Words

/** `--url-alias` -> `urlAlias`. */
type KeyOf<Name extends string> = Name extends `--${infer Words}` ? CamelCase<Words> : never

/** A default of null says that "not given" can be told from every value. */
type OrNull<Row, Value> = Row extends { default: null } ? Value | null : Value

type ValueOf<Row> = Row extends { type: 'flag' }
  ? boolean
  : Row extends { type: 'int' | 'float' }
    ? OrNull<Row, number>
    : Row extends { repeatable: true }
      ? Row extends { arity: 2 }
        ? readonly Pair[]
        : readonly string[]
      : OrNull<Row, string>

/** Rows that hold a setting: all but --help. */
type SettingRow = Exclude<TableRow, { name: '--help' }>

/**
 * What the server runs with. Numbers are in the unit that the help of the option names; paths are
 * absolute; texts that were given empty count as not given.
 */
export type Settings = {
  readonly [Row in SettingRow as KeyOf<Row['name']>]: ValueOf<Row>
}

/** The name of a setting, as `urlAlias`. */
export type SettingKey = keyof Settings

/** Any value that a setting can have. */
export type SettingValue = Settings[SettingKey]

/** The setting that an option sets: `--url-alias` -> `urlAlias`. */
export function settingKey(optionName: string): SettingKey {
  const words = optionName.replace(/^--/, '')
  return words.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as SettingKey
}

/** The options that hold a setting: all but --help. */
export const settingOptions = allOptions.filter(row => row.name !== '--help')

/** The settings of a command line without options. */
export const defaultSettings = Object.freeze(
  Object.fromEntries(
    settingOptions.map(row => [settingKey(row.name), frozenDefault(row.default)]),
  ) as Settings,
)

function frozenDefault(value: unknown): unknown {
  return Array.isArray(value) ? Object.freeze([...value]) : value
}
