/**
 * Whether workers may be started: not for a while after one died while it started, and not at all once the budget
 * for that is spent, until {@link StartGate.allow}.
 */
import type { Clock } from '../base/clock.js'
import type { RestartBudget } from './restart-budget.js'

export class StartGate {
  readonly #budget: RestartBudget
  readonly #clock: Clock
  readonly #opened: () => void
  /** Set while it is waited before the next attempt. */
  #cancelWait: (() => void) | null = null
  #spent = false

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

  /** A worker died before it was ready. Gives the number of attempts when that spent the budget, else null. */
  startFailed(): number | null {
    const decision = this.#budget.startFailed()
    if (decision.kind === 'spent') {
      this.#spent = true
      return decision.attempts
    }
    this.#cancelWait ??= this.#clock.after(decision.afterMilliseconds, () => {
      this.#cancelWait = null
      this.#opened()
    })
    return null
  }

  /** A worker became ready: deaths are counted anew. */
  started(): void {
    this.#budget.reset()
  }

  /** Opens it: the code changed, or somebody wants another attempt. */
  allow(): void {
    this.#budget.reset()
    this.#spent = false
    this.close()
  }

  /** Ends a wait, and calls nobody. */
  close(): void {
    this.#cancelWait?.()
    this.#cancelWait = null
  }
}
