/**
 * Workers that are forked from a template are attempts: one that is no use counts for nothing, and another that starts from
 * nothing decides what becomes of the code.
 */
import type { Log } from '../logging/log.js'
import type { LoadResult } from '../workers/load-result.js'
import type { WorkerExit } from '../workers/worker-process.js'
import type { Warmth } from './fleet-options.js'
import type { WorkerHandle } from './worker-handle.js'

export class Attempts {
  readonly #warmth: Warmth
  readonly #log: Log
  readonly #another: () => void

  /** @param another called when another worker has to take the place of one that was ended */
  constructor(warmth: Warmth, log: Log, another: () => void) {
    this.#warmth = warmth
    this.#log = log
    this.#another = another
  }

  /** A worker that was forked has been started. */
  begin(handle: WorkerHandle): void {
    handle.beAttempt(this.#warmth.patience, () => this.#end(handle, 'takes far too long'))
  }

  /** A worker is ready. False: it was no use, and is ended. */
  holds(handle: WorkerHandle, result: LoadResult): boolean {
    if (!handle.isWarm) this.#warmth.loadedColdly(result)
    else if (!result.loaded) return this.#end(handle, result.error ?? 'cannot load the application')
    else if (!this.#warmth.fits(result))
      return this.#end(
        handle,
        'the code sets another environment or sys.path than the template has',
      )
    return true
  }

  /** A worker has ended by itself: whether it was an attempt, which nobody has to hear of. */
  isNoUse(handle: WorkerHandle, { code, signal, shortage }: WorkerExit): boolean {
    const { isAttempt, retirement, askedBy } = handle
    if (!isAttempt || retirement !== null || askedBy !== null || shortage !== undefined)
      return false
    handle.discarded = true // also what it has printed is not shown
    this.#fail(handle, `it ended with ${signal ?? `status ${code}`}`)
    return true
  }

  #end(handle: WorkerHandle, reason: string): false {
    this.#fail(handle, reason)
    handle.discard()
    this.#another()
    return false
  }

  #fail(handle: WorkerHandle, reason: string): void {
    const { slot, process } = handle
    this.#warmth.coolDown()
    this.#log.emit({ type: 'attemptFailed', slot, pid: process.pid ?? 0, reason })
  }
}
