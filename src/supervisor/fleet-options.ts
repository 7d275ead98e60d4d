/** What a fleet is made with, and what it shows of its workers. */
import type { Clock } from '../base/clock.js'
import type { RunningRequest } from '../logging/events.js'
import type { Log } from '../logging/log.js'
import type { Channel } from '../workers/channel.js'
import type { Dispatcher, WorkerName } from '../workers/dispatcher.js'
import type { ImportGroup, LoadResult, ReportedFile } from '../workers/load-result.js'
import type { PlaceSnapshot } from '../workers/place-figures.js'
import type { WorkerCommand, WorkerExit, WorkerProcess } from '../workers/worker-process.js'
import type { RestartBudget } from './restart-budget.js'
import type { LimitRules } from './worker-ending.js'
import type { WorkerState } from './worker-state.js'

/** What the workers are, which another configuration changes. */
export interface FleetRules extends LimitRules {
  readonly command: WorkerCommand
  /** What changed when a worker says that its script did. */
  readonly script: string
  /** Number of workers wanted. */
  readonly processes: number
  /** Responses tell which worker they come from. */
  readonly namesWorkers: boolean
  /** Requests after which a worker is replaced; 0: never. */
  readonly maximumRequests: number
}

/** Workers that come out of a template. */
export interface Warmth {
  /** Whether the next worker does. */
  readonly isWarm: boolean
  /** Milliseconds in which one that was forked has to be ready, or counts as no use. */
  readonly patience: number
  /** How many workers there may be so far; the others wait for the template. */
  readonly most: number
  /** Until something changes, workers are started from nothing. */
  coolDown(): void
  /** Files have changed, and new workers are about to be started. */
  changed(files: readonly string[]): void
  /** What a worker has imported, or (one that was forked) imported itself; it was asked. */
  modules(imports: readonly ImportGroup[], isForked: boolean): void
  /** One that was forked has loaded the application. False: not as one that is started from nothing would. */
  fits(result: LoadResult): boolean
  /** One that was started from nothing has loaded the application. */
  loadedColdly(result: LoadResult): void
}

export interface FleetOptions extends FleetRules {
  readonly channel: Channel
  readonly dispatcher: Dispatcher
  readonly log: Log
  readonly clock: Clock
  readonly budget: RestartBudget
  /** `HOST:PORT`, for `mod_wsgi.server_metrics()`. */
  readonly vhost: string
  /** What spent restarts wait for, for the log. */
  readonly waitsFor: string
  /** Descriptions of the requests that run in a worker. */
  readonly running: (process: WorkerProcess) => readonly RunningRequest[]
  /** A worker tells the version of its Python; null: it has ended, perhaps before it could. */
  readonly pythonTold: (version: string | null) => void
  /** A worker has tried to load the application. */
  readonly loadTried: (result: LoadResult, worker: WorkerName) => void
  /** What became of workers that were to follow other rules: they do, or those before stay, with theirs. */
  readonly renewal: (outcome: 'over' | 'given up') => void
  /** Called for a worker that has died; false: it is not replaced, and none is started any more. */
  readonly died: (exit: WorkerExit) => boolean
  /** The workers of a generation answer: the application, or (no more of them are started) with an error. Told again with each worker that is ready. */
  readonly served: (generation: number) => void
  /** A worker of the present generation died before it was ready, and had printed this last. */
  readonly startFailed: (exit: WorkerExit, printed: readonly string[]) => void
  /** Where workers are forked from; null: each is started from nothing. */
  readonly warmth: Warmth | null
  /** Source files that a worker loaded. */
  readonly filesLoaded: (files: readonly ReportedFile[]) => void
}

/** One worker in a snapshot for status output. */
export interface WorkerSnapshot {
  readonly slot: number
  readonly generation: number
  readonly state: WorkerState
  readonly pid: number | undefined
  /** It has loaded the application. */
  readonly loaded: boolean
  /** Requests that were given to it, with those that run. */
  readonly requests: number
  /** What its threads do, where that is kept. */
  readonly places: readonly PlaceSnapshot[]
  readonly running: readonly RunningRequest[]
}
