/** The command line of `ctl`: what is asked, of which server, and how the answer is shown. */
import { resolve } from 'node:path'
import { readArguments } from './command-line.js'
import { type ControlRequest, readControlWords } from './control-commands.js'
import type { Given } from './given.js'
import type { OptionRow } from './option-row.js'

/** What the user says about the server that he means; null: nothing. */
export interface ServerChoice {
  /** Absolute. */
  readonly serverRoot: string | null
  readonly host: string | null
  readonly port: number | null
}

export interface ControlLine {
  readonly request: ControlRequest
  readonly choice: ServerChoice
  readonly json: boolean
}

/** Its options. Not those of start-server: they name a server that runs, and no variable or file sets them. */
export const controlOptionRows: readonly OptionRow[] = [
  {
    name: '--server-root',
    section: 'apache',
    arity: 1,
    type: 'string',
    default: null,
    metavar: 'DIRECTORY-PATH',
    help: 'The server that was started with this directory',
    parity: 'works',
  },
  {
    name: '--host',
    section: 'http',
    arity: 1,
    type: 'string',
    default: null,
    metavar: 'IP-ADDRESS',
    help: 'The server that was started with this --host; localhost is the one started without',
    parity: 'works',
  },
  {
    name: '--port',
    section: 'http',
    arity: 1,
    type: 'int',
    default: null,
    metavar: 'NUMBER',
    help: 'The server that listens on this port',
    parity: 'works',
  },
  {
    name: '--json',
    section: 'modwsgi-dev',
    arity: 0,
    type: 'flag',
    default: false,
    help: 'Prints the answer of the server as it is, one line of JSON',
    parity: 'works',
  },
  {
    name: '--help',
    aliases: ['-h'],
    section: 'modwsgi-dev',
    arity: 0,
    type: 'flag',
    default: false,
    help: 'Shows this page',
    parity: 'works',
  },
]

/** Reads the arguments after `ctl`; null: help is asked for. Throws {@link UserError}. */
export function readControlLine(argv: readonly string[], cwd: string): ControlLine | null {
  const { given, positionals, help } = readArguments(argv, controlOptionRows, true)
  if (help) return null
  // Its keys are those of these rows.
  const values = given as ReadonlyMap<string, Given>
  const value = (key: string) => values.get(key)?.value ?? null
  const serverRoot = value('serverRoot') as string | null
  return {
    request: readControlWords(positionals),
    choice: {
      serverRoot: serverRoot === null ? null : resolve(cwd, serverRoot),
      host: value('host') as string | null,
      port: value('port') as number | null,
    },
    json: value('json') === true,
  }
}
