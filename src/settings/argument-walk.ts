/**
 * Splits a command line into options and positional arguments the way Python's optparse does, on which
 * mod_wsgi-express is built. It differs from argparse in what may be a value: an option takes the next
 * arguments whatever they look like (`--setenv X -1`), and of a two-value option the first value may be
 * attached (`--url-alias=/static static`).
 */
import { UserError } from '../base/errors.js'
import { didYouMean } from './closest.js'
import type { OptionRow } from './option-row.js'
import { expectation } from './value-text.js'

/** One option as it was given, with as many values as its row has. */
export interface GivenOption {
  readonly row: OptionRow
  readonly values: readonly string[]
}

/** What the walk found. */
export interface Walk {
  readonly options: readonly GivenOption[]
  readonly positionals: readonly string[]
  /** --help was met; the walk ends there, and what follows is not looked at, not even for mistakes. */
  readonly help: boolean
}

/**
 * Walks over the arguments after the command.
 *
 * @param takesNumbers whether a number below zero is a positional argument
 * @throws UserError for an unknown or ambiguous option, a missing value or one too many
 */
export function walkArguments(
  argv: readonly string[],
  rows: readonly OptionRow[],
  takesNumbers = false,
): Walk {
  const rest = [...argv]
  const options: GivenOption[] = []
  const positionals: string[] = []
  while (rest.length > 0) {
    const argument = rest.shift()!
    if (argument === '--') {
      positionals.push(...rest)
      break
    }
    const isNumber = takesNumbers && /^-\d+$/.test(argument)
    if (!argument.startsWith('-') || argument === '-' || isNumber) {
      positionals.push(argument)
      continue
    }
    const option = takeOption(argument, rest, rows)
    if (option.row.name === '--help') return { options, positionals, help: true }
    options.push(option)
  }
  return { options, positionals, help: false }
}

function takeOption(argument: string, rest: string[], rows: readonly OptionRow[]): GivenOption {
  if (!argument.startsWith('--')) return takeShort(argument, rest, rows)
  const equals = argument.indexOf('=')
  const written = equals < 0 ? argument : argument.slice(0, equals)
  const row = findLong(written, rows)
  if (equals >= 0) {
    if (row.arity === 0) throw new UserError(`${row.name} takes no value, got "${argument}"`)
    rest.unshift(argument.slice(equals + 1))
  }
  if (rest.length < row.arity) throw tooFewValues(row, rest)
  return { row, values: rest.splice(0, row.arity) }
}

/** `-h`, `-v 2` or `-v2`. */
function takeShort(argument: string, rest: string[], rows: readonly OptionRow[]): GivenOption {
  const row = findShort(argument, rows)
  if (row.arity > 0 && argument.length > 2) rest.unshift(argument.slice(2))
  if (rest.length < row.arity) throw tooFewValues(row, rest)
  return { row, values: rest.splice(0, row.arity) }
}

function tooFewValues(row: OptionRow, rest: readonly string[]): UserError {
  const got = rest.length === 0 ? 'nothing' : `only ${JSON.stringify(rest[0])}`
  return new UserError(`${row.name} expects ${expectation(row)}, got ${got}`)
}

/** optparse acts on -h before it looks at the letters after it. */
function findShort(argument: string, rows: readonly OptionRow[]): OptionRow {
  const row = rows.find(row => row.aliases?.includes(argument.slice(0, 2)))
  if (row !== undefined) return row
  throw unknownOption(argument, `--${argument.slice(1)}`, rows)
}

/**
 * The row that a written option means: its full name, or a beginning that fits no other. Our own options
 * stand back behind those of the original, so that none of them makes an abbreviation ambiguous.
 */
function findLong(written: string, rows: readonly OptionRow[]): OptionRow {
  const exact = rows.find(row => longNames(row).includes(written))
  if (exact !== undefined) return exact
  const matches = rows.flatMap(row =>
    longNames(row)
      .filter(name => name.startsWith(written))
      .map(name => ({ name, row })),
  )
  const original = matches.filter(({ row }) => row.section !== 'modwsgi-dev')
  const candidates = original.length > 0 ? original : matches
  if (candidates.length === 1) return candidates[0]!.row
  if (candidates.length === 0) throw unknownOption(written, written, rows)
  throw new UserError(`${written} is ambiguous: ${listNames(candidates.map(({ name }) => name))}`)
}

function longNames(row: OptionRow): string[] {
  return [row.name, ...(row.aliases ?? [])].filter(name => name.startsWith('--'))
}

function listNames(names: readonly string[]): string {
  return names.length > 8
    ? `it may be any of ${names.length} options`
    : [...names].sort().join(', ')
}

function unknownOption(written: string, like: string, rows: readonly OptionRow[]): UserError {
  const names = rows.filter(row => !row.hidden).map(row => row.name)
  return new UserError(`There is no option ${written}${didYouMean(like, names)}`)
}
