/**
 * The kinds of failure that end the command, each with its exit code. Expected outcomes elsewhere are
 * values; these are thrown only where nothing but the end of the command can follow.
 */

/** Exit codes of the command; docs/exit-codes.md lists them for users. */
export const exitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  applicationNotLoaded: 3,
  addressNotAvailable: 4,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** A mistake that the user can mend. `message` is one sentence naming the option and the value. */
export class UserError extends Error {
  override readonly name = 'UserError'

  constructor(
    message: string,
    readonly code: ExitCode = exitCode.usage,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** A broken invariant of our own: never the user's fault. */
export class InternalError extends Error {
  override readonly name = 'InternalError'

  constructor(message: string, options?: ErrorOptions) {
    super(`Internal error: ${message}`, options)
  }
}
