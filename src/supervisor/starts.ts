/**
 * What has come of the workers that were started: whether more may be, which places have none because theirs died, and
 * who waits to know.
 */
import type { WorkerExit } from '../workers/worker-process.js'
import type { FleetOptions } from './fleet-options.js'
import {
  type FleetFacts,
  type NoUse,
  Onlookers,
  type Settlement,
  settlementOf,
} from './settlement.js'
import { StartGate } from './start-gate.js'

/** The rest of what those who wait for workers have to know. */
export type StartFacts = Omit<FleetFacts, 'spent' | 'failures' | 'givenUp'>

export class Starts {
  readonly #options: Pick<FleetOptions, 'log' | 'waitsFor'>
  readonly #gate: StartGate
  readonly #facts: () => StartFacts
  readonly #onlookers = new Onlookers()
  /** See {@link FleetFacts}. */
  readonly #failures = new Map<number, WorkerExit>()
  #givenUp: NoUse | null = null

  /** @param tryAgain called when a wait is over */
  constructor(
    options: Pick<FleetOptions, 'log' | 'waitsFor' | 'budget' | 'clock'>,
    facts: () => StartFacts,
    tryAgain: () => void,
  ) {
    this.#options = options
    this.#facts = facts
    this.#gate = new StartGate(options.budget, options.clock, tryAgain)
  }

  /** False: none is started for now, or (see {@link spent}) at all. */
  get open(): boolean {
    return this.#gate.open
  }

  /** Too many died while they started: only {@link beginAnew} changes that. */
  get spent(): boolean {
    return this.#gate.spent
  }

  /** How many may be started beside those that are starting. */
  room(starting: number): number {
    return this.#gate.room(starting)
  }

  /** The code is another one, or somebody wants another attempt. */
  beginAnew(): void {
    this.#givenUp = null
    this.#failures.clear()
    this.#gate.allow()
  }

  succeeded(slot: number): void {
    this.#gate.started()
    this.#failures.delete(slot)
  }

  /** One died before it was ready. */
  failed(slot: number, exit: WorkerExit): void {
    const { log, waitsFor } = this.#options
    if (exit.shortage !== undefined) {
      const isNew = this.#gate.startImpossible()
      if (isNew) log.emit({ type: 'startsWait', reason: exit.shortage })
      return
    }
    this.#failures.set(slot, exit)
    const attempts = this.#gate.startFailed()
    if (attempts !== null) log.emit({ type: 'restartsSpent', attempts, waitsFor })
  }

  /** What became of the worker of a place before is of no interest any more. */
  forget(slot: number): void {
    this.#failures.delete(slot)
  }

  /** Workers that were to take over are no use: those before serve on. */
  giveUp(why: NoUse): void {
    this.#givenUp = why
  }

  /** No more workers are wanted. */
  close(): void {
    this.#gate.close()
    this.look()
  }

  /** Waits until it is clear what becomes of the workers that are started, or of the one of a place. */
  settled(slot: number | null): Promise<Settlement> {
    return this.#onlookers.until(() =>
      settlementOf(
        {
          ...this.#facts(),
          spent: this.spent,
          failures: this.#failures,
          givenUp: this.#givenUp,
        },
        slot,
      ),
    )
  }

  /** Workers have changed. */
  look(): void {
    this.#onlookers.look()
  }
}
