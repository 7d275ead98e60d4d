/**
 * Values of the command line by argparse: it counts the values, converts them and collects the repeated
 * ones. What it would read differently from optparse is settled before (`argument-walk.ts`).
 */
import type * as Argparse from 'argparse'
import { InternalError, UserError } from '../base/errors.js'
import { loadLater } from '../base/load-later.js'
import { type GivenOption, walkArguments } from './argument-walk.js'
import type { Given, GivenSettings } from './given.js'
import type { OptionRow } from './option-row.js'
import { fromCommandLine } from './origin.js'
import { type SettingKey, settingKey } from './settings.js'
import { readText } from './value-text.js'

// Required, not imported: Node reads a CommonJS package twice to import it, which takes 10 ms here.
const argparse = loadLater<typeof Argparse>('argparse')

/** What the arguments after a command say. */
export interface CommandLine {
  readonly given: GivenSettings
  readonly positionals: readonly string[]
  readonly help: boolean
}

/**
 * Reads the arguments after the command, variables in them already expanded.
 *
 * @param takesNumbers see {@link walkArguments}
 * @throws UserError for every mistake in them
 */
export function readArguments(
  argv: readonly string[],
  rows: readonly OptionRow[],
  takesNumbers = false,
): CommandLine {
  const { options, positionals, help } = walkArguments(argv, rows, takesNumbers)
  const parser = makeParser(new Set(options.map(option => option.row)))
  const values: Record<string, unknown> = parser.parse_args(shield(options))
  const given = Object.entries(values).map(([key, value]): [SettingKey, Given] => [
    key as SettingKey,
    { value, origin: fromCommandLine },
  ])
  return { given: new Map(given), positionals, help }
}

/** Stands before every value, so that argparse never takes one that begins with a dash for an option. */
const shieldMark = '='

function shield(options: readonly GivenOption[]): string[] {
  return options.flatMap(({ row, values }) => [row.name, ...values.map(text => shieldMark + text)])
}

/** Knows only the options in use: to teach it all of them takes longer than everything else here. */
function makeParser(rows: ReadonlySet<OptionRow>): Argparse.ArgumentParser {
  const { ArgumentParser, SUPPRESS } = argparse()
  class QuietParser extends ArgumentParser {
    override error(message: string): never {
      throw new UserError(message)
    }

    override exit(): never {
      throw new InternalError('the argument parser wanted to end the process')
    }
  }
  const parser = new QuietParser({
    add_help: false,
    allow_abbrev: false,
    argument_default: SUPPRESS,
  })
  for (const row of rows) parser.add_argument(row.name, argumentOptions(row))
  return parser
}

function argumentOptions(row: OptionRow): Argparse.ArgumentOptions {
  const dest = settingKey(row.name)
  if (row.type === 'flag') return { dest, action: 'store_true', default: argparse().SUPPRESS }
  const type = (text: string) => readText(row, text.slice(shieldMark.length), fromCommandLine)
  const repeatable = row.type === 'string' && row.repeatable === true
  return {
    dest,
    action: repeatable ? 'append' : 'store',
    type,
    ...(row.arity === 2 ? { nargs: 2 } : {}),
  }
}
