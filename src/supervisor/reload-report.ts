/** One line in the log for new workers that were ordered, when all of them are there. */
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import type { Target } from './target.js'
import type { WorkerState } from './worker-state.js'

export class ReloadReport {
  readonly #log: Log
  readonly #clock: Clock
  /** When it was ordered, in the clock's milliseconds; null: none is under way. */
  #begun: number | null = null

  constructor({ log, clock }: { readonly log: Log; readonly clock: Clock }) {
    this.#log = log
    this.#clock = clock
  }

  begin(): void {
    this.#begun = this.#clock.now()
  }

  /** Nothing comes of it. */
  giveUp(): void {
    this.#begun = null
  }

  /** A worker is ready. */
  look(
    { renewing, generation }: Target,
    handles: Iterable<{ readonly generation: number; readonly state: WorkerState }>,
  ): void {
    if (this.#begun === null) return
    const current = [...handles].filter(handle => handle.generation === generation)
    if (renewing || current.some(({ state }) => state === 'starting')) return
    const seconds = (this.#clock.now() - this.#begun) / 1000
    this.#begun = null
    this.#log.emit({ type: 'reloaded', seconds, workers: current.length, generation })
  }
}
