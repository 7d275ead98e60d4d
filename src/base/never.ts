import { InternalError } from './errors.js'

/** Ends a switch over a union: the compiler refuses it when a member is not handled. */
export function neverReached(value: never, what: string): never {
  throw new InternalError(`unexpected ${what} ${JSON.stringify(value)}`)
}
