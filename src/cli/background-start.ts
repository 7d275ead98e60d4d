/**
 * A server in the background: started in a session of its own, without a terminal, and waited for until it serves or
 * has failed. The two processes speak over the channel that Node opens between a process and its child.
 */
import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { exitCode, UserError } from '../base/errors.js'
import { openAppended } from '../logging/sinks.js'
import type { LoadResult } from '../workers/load-result.js'

/** What the server tells who has started it, once. */
export type StartOutcome =
  | {
      readonly kind: 'serving'
      /** What keeps the application from being loaded; null: nothing, or it is not known yet. */
      readonly applicationError: string | null
    }
  | { readonly kind: 'failed'; readonly message: string; readonly code: number }

/** What is started. */
export interface BackgroundCommand {
  /** bin/modwsgi-dev.js. */
  readonly program: string
  readonly args: readonly string[]
  /** Where it runs. */
  readonly folder: string
  /** Takes what it writes to standard error besides its log. */
  readonly errorLog: string
}

/** Whether this process was started by {@link startInBackground}. */
export function isInBackground(): boolean {
  return process.send !== undefined
}

/**
 * Starts the command.
 *
 * @returns 0 once it serves; else the exit code with which it has ended
 */
export async function startInBackground(command: BackgroundCommand): Promise<number> {
  const errors = openErrors(command.errorLog)
  const child = spawn(process.execPath, [command.program, ...command.args], {
    cwd: command.folder,
    detached: true,
    stdio: ['ignore', 'ignore', errors, 'ipc'],
  })
  closeSync(errors)
  const cancel = () => child.kill('SIGTERM')
  process.once('SIGINT', cancel)
  process.once('SIGTERM', cancel)
  let outcome: StartOutcome | null = null
  return new Promise(resolve => {
    child.once('message', message => {
      outcome = message as StartOutcome
      if (outcome.kind === 'failed') return
      if (outcome.applicationError) process.stderr.write(`${complaint(outcome, command)}\n`)
      if (child.connected) child.disconnect()
      child.unref()
      resolve(exitCode.ok)
    })
    child.once('exit', (code, signal) => {
      process.stderr.write(`modwsgi-dev: ${whyEnded(outcome, signal ?? code, command)}\n`)
      resolve(outcome?.kind === 'failed' ? outcome.code : code || exitCode.failure)
    })
  })
}

/** Tells whoever waits for this process what has become of its start; nobody else hears it. */
export function tellOutcome(outcome: StartOutcome): void {
  // He may have given up meanwhile.
  process.send?.(outcome, undefined, undefined, () => {
    if (process.connected) process.disconnect()
  })
}

/**
 * Tells that the server serves as soon as it is known whether the application can be loaded.
 *
 * @param firstLoad null: there is no application
 * @param longest seconds to wait for that
 */
export async function tellServing(
  firstLoad: Promise<LoadResult | null>,
  longest: number,
): Promise<void> {
  const late = new Promise<null>(resolve => {
    // Nobody waits for it when the server ends.
    setTimeout(() => resolve(null), longest * 1000).unref()
  })
  const result = await Promise.race([firstLoad, late])
  tellOutcome({ kind: 'serving', applicationError: result?.error ?? null })
}

function openErrors(path: string): number {
  try {
    return openAppended(path)
  } catch (cause) {
    throw new UserError(`the log ${path} cannot be written: ${(cause as Error).message}`, 2, {
      cause,
    })
  }
}

function complaint(
  { applicationError }: StartOutcome & { kind: 'serving' },
  { errorLog }: BackgroundCommand,
) {
  return `the application cannot be loaded, and requests get 500: ${applicationError} (see ${errorLog})`
}

function whyEnded(
  outcome: StartOutcome | null,
  end: NodeJS.Signals | number | null,
  { errorLog }: BackgroundCommand,
): string {
  if (outcome?.kind === 'failed') return outcome.message
  const how = typeof end === 'string' ? `by ${end}` : `with exit code ${end}`
  return `the server ended ${how} before it served: see ${errorLog}`
}
