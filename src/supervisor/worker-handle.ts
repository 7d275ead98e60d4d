/**
 * The supervisor's view of one worker: its place in the state table, and the actions that the table asks
 * for.
 */
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import type { Dispatcher, WorkerName } from '../workers/dispatcher.js'
import type { LoadResult } from '../workers/load-result.js'
import type { WorkerExit, WorkerProcess } from '../workers/worker-process.js'
import type { ScoreboardEntry } from './scoreboard.js'
import type { StartEvent, StartOutput, StartOutputs } from './start-output.js'
import type { WorkerEnding } from './worker-ending.js'
import { step, type WorkerAction, type WorkerEvent, type WorkerState } from './worker-state.js'

/** Why a worker is to end, for the log, and how long it may take. */
export interface Retirement {
  readonly cause: string
  /** Seconds for the requests in progress and the exit functions. */
  readonly seconds: number
}

/** What a handle needs from the fleet. */
export interface HandleOwner {
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  /** While true no worker is given requests. */
  readonly held: boolean
  readonly outputs: StartOutputs
  readonly log: Log
}

/** Milliseconds that a timer of Node can take. */
const longestTimer = 2_147_000_000

/** Milliseconds for which what a forked worker prints while it loads is kept back. */
const longestSilence = 1000

export class WorkerHandle {
  state: WorkerState = 'starting'
  /** Set with the first `retire` or `leaving`. */
  retirement: Retirement | null = null
  /** True once it has taken requests, or could have. */
  wasReady = false
  /** What came of its first attempt to load the application; null: nothing yet. */
  load: LoadResult | null = null
  /** It was forked from a template. */
  isWarm = false
  /** See {@link discard}. */
  discarded = false
  /** Why it could not load the application, and answers 500; null: it could, or has not tried. */
  loadError: string | null = null
  /** Requests that were given to it, and after how many it is replaced; 0: never. */
  requests = 0
  mostRequests = 0
  /** Who had it ended by force; null: nobody. */
  askedBy: string | null = null
  /** The worker process; set right after construction, since the two know each other. */
  process!: WorkerProcess
  /** How it comes to its end; set right after the process. */
  ending!: WorkerEnding
  /** What it prints while it starts. */
  readonly output: StartOutput
  #cancelDeadline: () => void = () => {}
  /** What a forked worker has printed so far, while that is kept back. */
  #kept: StartEvent[] | null = null
  #isAttempt = false
  /** When `deadline` comes, in the clock's milliseconds; null before `start-deadline`. */
  #deadline: number | null = null

  constructor(
    /** Its numbered place, 1 up to the number of processes. */
    readonly slot: number,
    /** Which state of the code it runs: counts changes. */
    readonly generation: number,
    readonly owner: HandleOwner,
  ) {
    this.output = owner.outputs.begin()
  }

  /** True while it takes requests or is going to. */
  get serving(): boolean {
    return this.state === 'starting' || this.state === 'ready'
  }

  get name(): WorkerName {
    return { slot: this.slot, generation: this.generation, pid: this.process.pid ?? 0 }
  }

  /** Writes to the log what it prints, or says of its end; what it prints while it starts may be kept back. */
  print(event: StartEvent): void {
    if (this.discarded) return
    if (this.#kept !== null) this.#kept.push(event)
    else if (this.wasReady) this.owner.log.emit(event)
    else this.owner.outputs.add(this.output, event)
  }

  /**
   * It was forked: if it is no use, that counts for nothing, and what it has printed so far is not shown.
   *
   * @param late called when it is not ready after `patience` milliseconds: a fork may hang that loads well otherwise
   */
  beAttempt(patience: number, late: () => void): void {
    this.isWarm = true
    this.#isAttempt = true
    this.#kept = []
    this.owner.clock.after(longestSilence, () => this.#show())
    this.owner.clock.after(patience, () => {
      if (this.#isAttempt && this.state === 'starting' && !this.discarded) late()
    })
  }

  get isAttempt(): boolean {
    return this.#isAttempt
  }

  /** It counts. */
  beReal(): void {
    this.#isAttempt = false
    this.#show()
  }

  #show(): void {
    const kept = this.#kept ?? []
    this.#kept = null
    for (const event of kept) this.print(event)
  }

  /** Lets the front know which worker it gives requests to. @param named whether responses tell it, too */
  introduce(named: boolean): void {
    const { requests } = this.process
    const { slot, generation, pid } = this.name
    requests.worker = this.name
    // A dictionary as RFC 9651 has it; the same for all responses, so that it is one text.
    requests.workerField = named ? `worker=${slot}, generation=${generation}, pid=${pid}` : null
  }

  /** It has tried to load the application, and takes requests, whatever came of that. */
  loadTried(result: LoadResult): void {
    const { slot, process } = this
    const pid = process.pid ?? 0
    const { loaded, seconds } = result
    const error = loaded ? null : (result.error ?? 'unknown')
    this.wasReady = true
    this.load = result
    this.loadError = error
    if (error === null) this.owner.log.emit({ type: 'workerReady', slot, pid, seconds })
    else this.owner.log.emit({ type: 'loadFailed', slot, pid, error })
  }

  /** It is no use, and another one is started in its place. */
  discard(): void {
    this.discarded = true
    this.apply('kill')
  }

  /** It does not keep to the protocol, and ends. */
  faulty(reason: string): void {
    const { slot, process } = this
    this.owner.log.emit({ type: 'workerFaulty', slot, pid: process.pid ?? null, reason })
    this.apply('kill')
  }

  /** Writes to the log that it ended, and nobody of the fleet had asked for that. */
  died({ code, signal }: WorkerExit): void {
    const { slot, process, askedBy } = this
    this.print({ type: 'workerDied', slot, pid: process.pid ?? null, code, signal, askedBy })
  }

  /** Its part of the scoreboard. */
  scores(): ScoreboardEntry {
    const { slot, generation, serving, process } = this
    const { places } = process.requests
    return { slot, generation, pid: process.pid, quiescing: !serving, places }
  }

  /** Nothing of what it still has is worth waiting for: only its exit functions are, for so many seconds. */
  hopeless(seconds: number): void {
    if (this.state !== 'draining') return
    this.#shorten(seconds)
    this.apply('idle')
  }

  /** Orders the end of the worker; an earlier order stays in force. */
  retire(retirement: Retirement, event: 'retire' | 'leaving' = 'retire'): void {
    this.retirement ??= retirement
    this.apply(event)
    this.#shorten(retirement.seconds)
    if (this.process.requests.busy === 0) this.apply('idle')
  }

  /** One step of the state table, with its actions. */
  apply(event: WorkerEvent): void {
    const { next, actions } = step(this.state, event)
    this.state = next
    for (const action of actions) this.#act(action)
  }

  #act(action: WorkerAction): void {
    switch (action) {
      case 'enlist':
        if (!this.owner.held) this.owner.dispatcher.add(this.process.requests)
        return
      case 'withdraw':
        return this.owner.dispatcher.remove(this.process.requests)
      case 'start-deadline':
        return this.#startDeadline()
      case 'send-shutdown':
        return this.process.tell({ type: 'shutdown', reason: this.retirement?.cause ?? '' })
      case 'kill':
        return this.process.kill()
      case 'release':
        return this.#cancelDeadline()
    }
  }

  /** A later order may leave less time than the one in force (shutdown during --graceful-timeout), never more. */
  #shorten(seconds: number): void {
    if (this.#deadline === null || this.owner.clock.now() + seconds * 1000 >= this.#deadline) return
    this.#setDeadline(seconds)
  }

  #startDeadline(): void {
    this.#setDeadline(this.retirement?.seconds ?? 0)
  }

  #setDeadline(seconds: number): void {
    this.#cancelDeadline()
    this.#deadline = this.owner.clock.now() + seconds * 1000
    this.#cancelDeadline = () => {}
    if (seconds === Number.POSITIVE_INFINITY) return
    const milliseconds = Math.min(seconds * 1000, longestTimer)
    this.#cancelDeadline = this.owner.clock.after(milliseconds, () => {
      void this.ending.outOfTime().then(() => this.apply('deadline'))
    })
  }
}
