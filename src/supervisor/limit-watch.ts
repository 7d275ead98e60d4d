/**
 * Looks at one worker from time to time, and says what its limits ask for. While it has requests that is once
 * a second, as mod_wsgi's monitor thread does; an idle one is looked at when a limit is reached, and not woken.
 */
import type { Clock } from '../base/clock.js'
import type { Exchange } from '../workers/exchange.js'
import type { RunningFact, TimeLimits, Verdict, WorkerFacts } from './time-limits.js'
import { isWorthWaiting, judge, nextLook } from './time-limits.js'

/** Milliseconds between two looks at a worker that has requests. */
const interval = 1000

/** A look that comes so many milliseconds late: this process was stopped, and judges nobody by that time. */
const mostDelay = 2000

/** What a watch is told and asked for. */
export interface LimitedWorker {
  /** It takes requests; else it is about to end. */
  readonly serving: boolean
  running(): readonly RunningFact[]
  /** Asks whether Python runs in it; the answer is {@link LimitWatch.answered}. */
  ask(): void
  judged(verdict: Verdict): void
  /** It is to end, and nothing of what it still has is worth waiting for. */
  hopeless(): void
  /** Memory it has in use, in bytes; null where that is not limited or not known. */
  memory(): number | null
  /** It uses more memory than it may. */
  tooLarge(bytes: number): void
}

export interface WatchOptions {
  readonly limits: TimeLimits
  /** Whether the requests of a path count as activity (--ignore-activity). */
  readonly counts: (target: string) => boolean
  /** Bytes; 0: no limit. */
  readonly memory: number
  readonly clock: Clock
}

export class LimitWatch {
  readonly #options: WatchOptions
  readonly #worker: LimitedWorker
  readonly #started: number
  #active: number | null = null
  #loaded = true
  #unloaded: number | null = null
  #asked: number | null = null
  /** It has answered something since the last look. */
  #heard = false
  #cancel: (() => void) | null = null
  /** When the ordered look is to come. */
  #due = 0
  /** It comes within the interval. */
  #soon = false
  #ended = false
  /** Some limit asks for looks at a worker that has requests. */
  readonly #ticks: boolean

  constructor(worker: LimitedWorker, options: WatchOptions) {
    this.#worker = worker
    this.#options = options
    this.#started = options.clock.now()
    const { limits, memory } = options
    this.#ticks = limits.request + limits.deadlock + limits.startup + limits.inactivity + memory > 0
    this.#order()
  }

  /** The application is loaded, or a request has to try again. */
  loadTried(loaded: boolean): void {
    this.#loaded = loaded
    if (loaded) this.#unloaded = null
  }

  /** It was given a request. On the way of every request: no more than this. */
  given(exchange: Exchange): void {
    if (!this.#loaded) this.#unloaded ??= this.#options.clock.now()
    if (this.#options.limits.inactivity > 0) this.#noteActivity(exchange)
    if (!this.#soon && this.#ticks) this.#orderSoon()
  }

  /** It has finished one. */
  freed(exchange: Exchange): void {
    this.#heard = true
    if (this.#options.limits.inactivity > 0) this.#noteActivity(exchange)
  }

  /** Python runs in it. */
  answered(): void {
    this.#heard = true
  }

  end(): void {
    this.#ended = true
    this.#cancel?.()
  }

  #noteActivity(exchange: Exchange): void {
    if (this.#options.counts(exchange.describe().target)) this.#active = this.#options.clock.now()
  }

  #orderSoon(): void {
    const { clock } = this.#options
    this.#soon = true
    if (this.#cancel === null || this.#due - clock.now() > interval) this.#orderIn(interval)
  }

  #order(): void {
    const { clock, limits } = this.#options
    const wait = nextLook(limits, this.#facts([]), clock.now())
    // A limit that is over and changes nothing yet (a request runs) is looked at again like any other.
    if (wait !== null) this.#orderIn(wait > 0 ? wait : interval)
  }

  #orderIn(milliseconds: number): void {
    if (this.#ended) return
    const { clock } = this.#options
    this.#cancel?.()
    this.#soon = milliseconds <= interval
    this.#due = clock.now() + milliseconds
    this.#cancel = clock.after(Math.min(milliseconds, longestTimer), () => this.#look())
  }

  #look(): void {
    const { clock, limits, memory } = this.#options
    const now = clock.now()
    const late = now - this.#due > mostDelay
    this.#cancel = null
    const running = this.#worker.running()
    const heard = this.#heard
    this.#heard = false
    if (heard || late || running.length === 0) this.#asked = null
    const idle = running.length === 0 && !heard
    this.#soon = false
    if (late) return this.#orderIn(interval)
    if (!this.#worker.serving) {
      if (!isWorthWaiting(limits, running, now)) this.#worker.hopeless()
    } else {
      for (const verdict of judge(limits, this.#facts(running), now)) this.#worker.judged(verdict)
      if (memory > 0 && this.#worker.serving) this.#weigh(memory)
    }
    if (this.#ended) return
    if (!heard) this.#askAgain(running, now)
    if (idle || !this.#ticks) this.#order()
    else this.#orderIn(interval)
  }

  /** Asked only while requests run and none of them moves: an idle worker is not woken. */
  #askAgain(running: readonly RunningFact[], now: number): void {
    if (running.length === 0 || this.#asked !== null || this.#options.limits.deadlock === 0) return
    this.#asked = now
    this.#worker.ask()
  }

  #weigh(limit: number): void {
    const bytes = this.#worker.memory()
    if (bytes !== null && bytes > limit) this.#worker.tooLarge(bytes)
  }

  #facts(running: readonly RunningFact[]): WorkerFacts {
    return {
      started: this.#started,
      active: this.#active,
      unloaded: this.#unloaded,
      asked: this.#asked,
      running,
    }
  }
}

/** Node has no longer timer; a look that comes too early orders the next one. */
const longestTimer = 2_147_000_000
