/**
 * Looks once a second at the requests that workers have: at those that have said nothing for too long
 * (--socket-timeout), and at those that run long enough to be named (--slow-requests). No timer for each request,
 * and none at all while there are none.
 */
import type { Clock } from '../base/clock.js'

/** A request as it is looked at. Times are milliseconds of the clock. */
export interface Watched {
  look(now: number, rules: SilenceRules): void
}

/** Milliseconds; null: no such limit. */
export interface SilenceRules {
  readonly silence: number | null
  readonly slow: number | null
}

/** Milliseconds between two looks. */
const interval = 1000

export class SilenceWatch {
  #rules: SilenceRules
  readonly #clock: Clock
  readonly #watched: () => readonly Watched[]
  #needed: boolean
  #ordered = false

  constructor(rules: SilenceRules, clock: Clock, watched: () => readonly Watched[]) {
    this.#rules = rules
    this.#clock = clock
    this.#watched = watched
    this.#needed = isNeeded(rules)
  }

  /** Watches by these rules from now on. */
  follow(rules: SilenceRules): void {
    this.#rules = rules
    this.#needed = isNeeded(rules)
    if (this.#watched().length > 0) this.begun()
  }

  /** There is a request. On the way of every request: no more than this. */
  begun(): void {
    if (this.#ordered || !this.#needed) return
    this.#ordered = true
    this.#clock.after(interval, () => this.#look())
  }

  #look(): void {
    this.#ordered = false
    const now = this.#clock.now()
    for (const request of this.#watched()) request.look(now, this.#rules)
    if (this.#watched().length > 0) this.begun()
  }
}

function isNeeded({ silence, slow }: SilenceRules): boolean {
  return silence !== null || slow !== null
}
