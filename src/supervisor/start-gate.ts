/**
 * Whether workers may be started: not for a while after one died while it started, and not at all once the budget
 * for that is spent, until {@link StartGate.allow}.
 */
import type { Clock } from '../base/clock.js'
import type { RestartBudget } from './restart-budget.js'

/** Milliseconds until a process is tried again for which the machine had no room: an attempt costs next to nothing. */
const waitForRoom = 200

export class StartGate {
  readonly #budget: RestartBudget
  readonly #clock: Clock
  readonly #opened: () => void
  /** Set while it is waited before the next attempt. */
  #cancelWait: (() => void) | null = null
  #spent = false
  /** The last one that was started died before it was ready. */
  #doubtful = false
  /** The machine had no room for the last one. */
  #short = false

  /** @param opened called when a wait is over */
  constructor(budget: RestartBudget, clock: Clock, opened: () => void) {
    this.#budget = budget
    this.#clock = clock
    this.#opened = opened
  }

  get open(): boolean {
    return this.#cancelWait === null && !this.#spent
  }

  /** Nothing but {@link allow} opens it. */
  get spent(): boolean {
    return this.#spent
  }

  /** How many workers may be started beside those that are starting: after a death one alone has to show that it can. */
  room(starting: number): number {
    if (!this.open) return 0
    return this.#doubtful ? Math.max(0, 1 - starting) : Number.POSITIVE_INFINITY
  }

  /** A worker died before it was ready. Gives the number of attempts when that spent the budget, else null. */
  startFailed(): number | null {
    this.#doubtful = true
    const decision = this.#budget.startFailed()
    if (decision.kind === 'spent') {
      this.#spent = true
      return decision.attempts
    }
    this.#wait(decision.afterMilliseconds)
    return null
  }

  /**
   * The machine had no room for a worker, which no change of the code mends: that costs no attempt. True: that is new,
   * since a worker became ready.
   */
  startImpossible(): boolean {
    const isNew = !this.#short
    this.#short = true
    this.#doubtful = true
    this.#wait(waitForRoom)
    return isNew
  }

  /** A worker became ready: deaths are counted anew. */
  started(): void {
    this.#doubtful = false
    this.#short = false
    this.#budget.reset()
  }

  /** Opens it: the code changed, or somebody wants another attempt. */
  allow(): void {
    this.started()
    this.#spent = false
    this.close()
  }

  /** Ends a wait, and calls nobody. */
  close(): void {
    this.#cancelWait?.()
    this.#cancelWait = null
  }

  #wait(milliseconds: number): void {
    this.#cancelWait ??= this.#clock.after(milliseconds, () => {
      this.#cancelWait = null
      this.#opened()
    })
  }
}
