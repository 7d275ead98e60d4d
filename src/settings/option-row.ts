/**
 * What one row of the options table says. The rows themselves are in `options/`, one file for each
 * section; `options.ts` joins them.
 */

import type { TextFormName } from './text-forms.js'

/** Apache keeps numbers of its configuration in a C int, and refuses what does not fit. */
export const largestWhole = 2 ** 31 - 1

/** The sections of the table in the order of `--help`, with the heading of each. */
export const sectionTitles = {
  'modwsgi-dev': 'Of modwsgi-dev itself',
  application: 'Application',
  processes: 'Processes and threads',
  reloading: 'Reloading',
  environment: 'Environment of the application',
  http: 'HTTP',
  mounts: 'Mount points and aliases',
  static: 'Static files',
  proxy: 'Proxied sites',
  tls: 'HTTPS',
  auth: 'Access and authentication',
  limits: 'Limits',
  timeouts: 'Timeouts',
  buffers: 'Buffers',
  logging: 'Logging',
  debug: 'Debugging',
  telemetry: 'Status and telemetry',
  services: 'Services',
  apache: 'Apache and its files',
} as const

/** The name of a section. */
export type Section = keyof typeof sectionTitles

/**
 * How far an option goes here: `works` as in mod_wsgi-express; `not-yet` is parsed and named at the
 * start; `inert` is accepted for good without effect, for the reason in `why`.
 */
export type Parity = 'works' | 'not-yet' | 'inert'

/**
 * What the path of an option is relative to. `absolute`: the directory of the command. `keep-slash`: the
 * same, and a slash at the end stays, because aliases are joined by plain text. `in-working-directory`:
 * --working-directory, so that it stays relative here. `program`: the directory of the command if there is a slash in it, else PATH.
 * For options with two values it is the second one that is the path.
 */
export type PathRule = 'absolute' | 'keep-slash' | 'in-working-directory' | 'program'

interface RowBase {
  /** The long name, as `--url-alias`. */
  readonly name: `--${string}`
  /** Further spellings that set the same; never listed, except -h. */
  readonly aliases?: readonly string[]
  readonly section: Section
  /** What the values are called in `--help`, one word for each. */
  readonly metavar?: string
  /** Accepted but left out of `--help`, as in the original. */
  readonly hidden?: true
  /** The only command whose command line takes it. */
  readonly only?: 'runmodwsgi'
  /** One or two sentences without a period at the end; says the unit of numbers. */
  readonly help: string
  readonly parity: Parity
  /** A running server that reads its configuration again keeps the value it was started with. */
  readonly onlyAtStart?: true
  /** Why an inert option is inert. */
  readonly why?: string
}

/** An option that is on when it is named. */
export interface FlagRow extends RowBase {
  readonly arity: 0
  readonly type: 'flag'
  readonly default: false
}

/**
 * A number; `min` and `max` are the first and last value allowed, `minUnlessZero` allows 0 as well. Whole numbers end
 * at {@link largestWhole} where there is no `max`.
 */
export interface NumberRow extends RowBase {
  readonly arity: 1
  readonly type: 'int' | 'float'
  readonly default: number | null
  readonly metavar: string
  readonly min?: number
  readonly minUnlessZero?: number
  readonly max?: number
}

/** A text, or a pair of texts. Repeatable ones collect, others keep the last value. */
export interface StringRow extends RowBase {
  readonly arity: 1 | 2
  readonly type: 'string'
  readonly repeatable?: true
  readonly default: string | null | readonly []
  readonly metavar: string
  /** The words allowed. */
  readonly choices?: readonly string[]
  /** The words of `choices` count in any letter case, and are kept as `choices` spells them. */
  readonly ignoreCase?: true
  /**
   * What the text has to look like; of two values each, where null lets everything pass. An empty text counts as not
   * given, unless the form refuses it.
   */
  readonly form?: TextFormName | readonly [TextFormName | null, TextFormName | null]
  readonly path?: PathRule
  /** Values hold colons, so that in a variable several are separated by line breaks only. */
  readonly colons?: true
}

/** One option. */
export type OptionRow = FlagRow | NumberRow | StringRow
