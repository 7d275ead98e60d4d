/**
 * What can be asked of a running server: the words after `modwsgi-dev ctl`, which are also the values of
 * `command` on its socket (docs/control.md).
 */
import { UserError } from '../base/errors.js'
import { didYouMean } from './closest.js'

/** The number that a command takes. */
interface NumberArgument {
  /** Its name on the socket. */
  readonly field: 'processes' | 'worker'
  readonly metavar: string
  readonly most: number
}

export interface ControlCommandRow {
  readonly name: string
  readonly argument: NumberArgument | null
  readonly help: string
}

/**
 * More than any machine of a developer runs. A slip of the finger must not start so many processes that it cannot be
 * taken back.
 */
const mostWorkers = 1000

/** The commands in the order of `--help`. */
export const controlCommandRows = [
  {
    name: 'status',
    argument: null,
    help: 'Shows the workers and the requests that run in them',
  },
  {
    name: 'restart',
    argument: null,
    help: 'Starts new workers, and waits until they serve; the present ones finish what they have',
  },
  {
    name: 'stop',
    argument: null,
    help: 'Stops the server as SIGTERM does, and waits until it has gone',
  },
  {
    name: 'stacks',
    argument: null,
    help: 'Writes the stacks of all threads of all workers to the log',
  },
  {
    name: 'reopen-logs',
    argument: null,
    help: 'Closes the log files and opens them anew, after somebody has renamed them',
  },
  {
    name: 'resize',
    argument: { field: 'processes', metavar: 'N', most: mostWorkers },
    help: 'Wants N workers from now on',
  },
  {
    name: 'kill-worker',
    argument: { field: 'worker', metavar: 'N', most: mostWorkers },
    help: 'Ends worker N by force, and waits until another has taken its place',
  },
] as const satisfies readonly ControlCommandRow[]

type Row = (typeof controlCommandRows)[number]

/** The name of a command. */
export type ControlCommandName = Row['name']

/** A command with its number, as it goes over the socket. */
export type ControlRequest =
  | { readonly command: Exclude<ControlCommandName, 'resize' | 'kill-worker'> }
  | { readonly command: 'resize'; readonly processes: number }
  | { readonly command: 'kill-worker'; readonly worker: number }

/** Reads the words after `ctl`. Throws {@link UserError}. */
export function readControlWords([name, ...rest]: readonly string[]): ControlRequest {
  if (name === undefined) {
    throw new UserError(`ctl expects a command: ${names().join(', ')}`)
  }
  const row = findRow(name)
  const [word, ...more] = rest
  const surplus = row.argument === null ? word : more[0]
  if (surplus !== undefined) {
    const takes = row.argument === null ? 'nothing' : 'one number'
    throw new UserError(`ctl ${row.name} takes ${takes}, got ${JSON.stringify(surplus)} as well`)
  }
  if (row.argument === null) return { command: row.name }
  const value = /^\d+$/.test(word ?? '') ? Number(word) : (word ?? null)
  return withNumber(row, value)
}

/**
 * Reads what came over the socket; fields that are not known are passed over.
 *
 * @throws UserError for what is no request
 */
export function readControlRequest(value: unknown): ControlRequest {
  const fields = (typeof value === 'object' ? value : null) as Record<string, unknown> | null
  const name = fields?.['command']
  if (fields === null || typeof name !== 'string') {
    throw new UserError('a request is an object with a command, as {"command":"status"}')
  }
  const row = findRow(name)
  if (row.argument === null) return { command: row.name }
  return withNumber(row, fields[row.argument.field] ?? null)
}

function withNumber(
  { name, argument }: Extract<Row, { argument: object }>,
  value: unknown,
): ControlRequest {
  const { field, most } = argument
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > most) {
    const got = value === null ? 'nothing' : JSON.stringify(value)
    throw new UserError(`ctl ${name} expects a whole number from 1 to ${most}, got ${got}`)
  }
  return { command: name, [field]: value } as ControlRequest
}

function findRow(name: string): Row {
  const row = controlCommandRows.find(candidate => candidate.name === name)
  if (row) return row
  const near = didYouMean(name, names())
  const hint = near === '' ? `; there are ${names().join(', ')}` : near
  throw new UserError(`There is no ctl command ${JSON.stringify(name)}${hint}`)
}

function names(): string[] {
  return controlCommandRows.map(({ name }) => name)
}
