/**
 * For those who wait for workers: what has become of all of them, or of one place. Pure but for the list of who
 * waits.
 */
import { deferred } from '../base/deferred.js'
import type { WorkerExit } from '../workers/worker-process.js'
import type { WorkerState } from './worker-state.js'

/** What became of a worker that is no use. */
export type NoUse =
  /** It takes requests, but could not load the application, and answers 500 until it can. */
  | { readonly kind: 'unloadable'; readonly slot: number; readonly error: string }
  /** It died while it started. */
  | { readonly kind: 'died'; readonly slot: number; readonly exit: WorkerExit }

/** What became of the workers that are waited for. */
export type Settlement =
  /** All of them take requests, with the present code. */
  | { readonly kind: 'serving' }
  /** One of them is no use. */
  | NoUse
  /** New ones were to take over one after the other; one was no use, and those before serve. */
  | { readonly kind: 'kept'; readonly why: NoUse }
  /** No more workers are started, since too many died. */
  | { readonly kind: 'spent' }
  /** The fleet ends. */
  | { readonly kind: 'stopped' }

/** A worker as this needs it. */
export interface PlacedWorker {
  readonly slot: number
  readonly generation: number
  readonly state: WorkerState
  /** Why it could not load the application; null: it could. */
  readonly loadError: string | null
}

export interface FleetFacts {
  readonly wanted: number
  readonly generation: number
  readonly spent: boolean
  readonly workers: readonly PlacedWorker[]
  /** By place: how the last worker there ended while it started, where none has been ready since. */
  readonly failures: ReadonlyMap<number, WorkerExit>
  /** Why new workers no longer take over one after the other; null: nothing was given up since the last attempt. */
  readonly givenUp: NoUse | null
}

/** What has become of the worker of `slot`, or of all (null); null while that is open. */
export function settlementOf(facts: FleetFacts, slot: number | null): Settlement | null {
  const { wanted, generation, spent, workers, failures, givenUp } = facts
  if (wanted === 0) return { kind: 'stopped' }
  if (slot === null && givenUp !== null) return { kind: 'kept', why: givenUp }
  const slots = Array.from({ length: wanted }, (_, index) => index + 1)
  const asked = slot === null ? slots : slots.filter(wantedSlot => wantedSlot === slot)
  for (const place of asked) {
    const exit = failures.get(place)
    if (exit) return { kind: 'died', slot: place, exit }
  }
  // One of the generation before that serves until it is replaced does not count: its heir is waited for.
  const ready = workers.filter(
    worker =>
      worker.state === 'ready' && worker.generation === generation && asked.includes(worker.slot),
  )
  if (ready.length < asked.length) return spent ? { kind: 'spent' } : null
  const unloadable = ready.find(({ loadError }) => loadError !== null)
  if (!unloadable) return { kind: 'serving' }
  return { kind: 'unloadable', slot: unloadable.slot, error: unloadable.loadError! }
}

/** Those who wait until they see something; each is asked to look after every change. */
export class Onlookers {
  readonly #looks = new Set<() => void>()

  /** Settles with what `look` gives, as soon as that is not null. */
  until<Found>(look: () => Found | null): Promise<Found> {
    const seen = deferred<Found>()
    const lookAgain = () => {
      const found = look()
      if (found === null) return
      this.#looks.delete(lookAgain)
      seen.resolve(found)
    }
    this.#looks.add(lookAgain)
    lookAgain()
    return seen.promise
  }

  /** Something has changed. */
  look(): void {
    for (const lookAgain of [...this.#looks]) lookAgain()
  }
}
