/**
 * What `mod_wsgi.server_metrics()` gives: all workers and what their threads do. The keys are those of mod_wsgi,
 * which takes them from Apache's scoreboard; here the processes are the workers.
 */
import type { Clock } from '../base/clock.js'
import type { PlaceSnapshot } from '../workers/place-figures.js'
import type { Target } from './target.js'

/** One worker. */
export interface ScoreboardEntry {
  /** Its numbered place, from 1. */
  readonly slot: number
  readonly generation: number
  readonly pid: number | undefined
  /** It takes no new requests. */
  readonly quiescing: boolean
  readonly places: readonly PlaceSnapshot[]
}

export interface ScoreboardFacts {
  readonly workers: readonly ScoreboardEntry[]
  /** Number of workers wanted, and threads of each. */
  readonly processes: number
  readonly threads: number
  readonly generation: number
  /** Seconds since the epoch: the start of the server, and now. */
  readonly restartTime: number
  readonly now: number
  /** `HOST:PORT`. */
  readonly vhost: string
}

/** The scoreboard of a fleet. */
export class Scoreboard {
  readonly #vhost: string
  readonly #clock: Clock
  readonly #startTime: number

  constructor(vhost: string, clock: Clock) {
    this.#vhost = vhost
    this.#clock = clock
    this.#startTime = clock.epoch()
  }

  /** See {@link scoreboard}. */
  tell(
    handles: Iterable<{ scores(): ScoreboardEntry }>,
    { rules, generation }: Target,
  ): Record<string, unknown> {
    return scoreboard({
      workers: [...handles].map(handle => handle.scores()),
      processes: rules.processes,
      threads: rules.command.threads,
      generation,
      restartTime: this.#startTime,
      now: this.#clock.epoch(),
      vhost: this.#vhost,
    })
  }
}

/** The dictionary that the application gets, as JSON. */
export function scoreboard(facts: ScoreboardFacts): Record<string, unknown> {
  return {
    server_limit: facts.processes,
    thread_limit: facts.threads,
    running_generation: facts.generation,
    restart_time: facts.restartTime,
    current_time: facts.now,
    running_time: Math.floor(facts.now - facts.restartTime),
    processes: facts.workers.map(worker => ({
      process_num: worker.slot - 1,
      pid: worker.pid ?? 0,
      generation: worker.generation,
      quiescing: worker.quiescing,
      workers: worker.places.map((place, index) =>
        workerEntry(place, index, worker.generation, facts.vhost),
      ),
    })),
  }
}

function workerEntry(place: PlaceSnapshot, index: number, generation: number, vhost: string) {
  return {
    thread_num: index,
    generation,
    status: place.status,
    access_count: place.accessCount,
    bytes_served: place.bytesServed,
    start_time: place.startTime,
    stop_time: place.stopTime,
    last_used: place.lastUsed,
    client: place.client,
    request: place.request,
    vhost: place.request === '' ? '' : vhost,
  }
}
