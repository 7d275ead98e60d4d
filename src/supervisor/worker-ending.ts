/**
 * How one worker comes to its end: by its limits, or because somebody says so; how long it may take, and what the
 * log says before.
 */
import type { Clock } from '../base/clock.js'
import type { RunningRequest } from '../logging/events.js'
import type { Log } from '../logging/log.js'
import type { WorkerProcess } from '../workers/worker-process.js'
import { type LimitedWorker, LimitWatch } from './limit-watch.js'
import { residentBytes } from './resident-memory.js'
import {
  type EndCause,
  isWorthWaiting,
  type RunningFact,
  secondsToEnd,
  type TimeLimits,
  type Verdict,
} from './time-limits.js'
import type { WorkerHandle } from './worker-handle.js'

export interface LimitRules {
  readonly limits: TimeLimits
  /** Bytes of memory that a worker may use (--memory-limit); 0: no limit. */
  readonly memoryLimit: number
  /** Whether the requests of a path keep a worker from being inactive. */
  readonly countsAsActivity: (target: string) => boolean
}

export interface EndingRules extends LimitRules {
  readonly log: Log
  readonly clock: Clock
  /** Descriptions of the requests that run in a worker. */
  readonly running: (process: WorkerProcess) => readonly RunningRequest[]
  /** The worker takes no more requests: another one is to take its place. */
  readonly replaced: () => void
}

/** With these the stacks are written at once: later the threads may be elsewhere. */
const stackCauses: ReadonlySet<string> = new Set(['request_timeout', 'deadlock_timeout'])

export class WorkerEnding implements LimitedWorker {
  readonly watch: LimitWatch
  readonly #handle: WorkerHandle
  readonly #rules: EndingRules

  constructor(handle: WorkerHandle, rules: EndingRules) {
    this.#handle = handle
    this.#rules = rules
    const { limits, countsAsActivity, memoryLimit, clock } = rules
    this.watch = new LimitWatch(this, {
      limits,
      counts: countsAsActivity,
      memory: memoryLimit,
      clock,
    })
  }

  /** Orders its end, as soon as the cause asks for it. */
  retire(cause: string, event?: 'leaving'): void {
    const { limits, clock } = this.#rules
    this.#retire(cause, secondsToEnd(cause, limits, this.running(), clock.now()), event)
  }

  /** Says what there is to say about a worker that is ended by force, because its time is over. */
  async outOfTime(): Promise<void> {
    const { process, slot, retirement } = this.#handle
    const { cause, seconds } = retirement ?? { cause: 'shutdown', seconds: 0 }
    const running = this.#rules.running(process)
    this.#rules.log.emit({
      type: 'workerKilled',
      slot,
      pid: process.pid ?? null,
      cause,
      seconds,
      running,
    })
    const isReload = cause === 'script_reload'
    if (isReload) process.requests.cutsOff = true
    // What streams on is no riddle, and there is one with each save where a page listens to events.
    const riddles = isReload ? running.filter(({ begun }) => !begun) : running
    if (riddles.length > 0 && !stackCauses.has(cause)) await process.writeStacks(null)
  }

  // LimitedWorker: what the watch is told.

  get serving(): boolean {
    return this.#handle.serving
  }

  running(): readonly RunningFact[] {
    return this.#handle.process.requests.running
  }

  ask(): void {
    this.#handle.process.tell({ type: 'ping' })
  }

  judged(verdict: Verdict): void {
    if (verdict.kind === 'interrupt') return this.#interrupt(verdict.number)
    const { cause, seconds } = verdict
    this.#tell(cause, null)
    if (stackCauses.has(cause)) void this.#handle.process.writeStacks(null)
    this.#retire(cause, seconds)
    this.#rules.replaced()
  }

  hopeless(): void {
    this.#handle.hopeless(this.#rules.limits.shutdown)
  }

  memory(): number | null {
    return residentBytes(this.#handle.process.pid)
  }

  tooLarge(bytes: number): void {
    this.#tell('memory_limit', bytes)
    this.retire('memory_limit')
    this.#rules.replaced()
  }

  #interrupt(number: number): void {
    const { process } = this.#handle
    const exchange = process.requests.interrupt(number)
    if (exchange === null) return
    this.#rules.log.emit({ type: 'requestInterrupted', request: exchange.describe() })
    void process.writeStacks([number])
    process.tell({ type: 'interrupt', number })
  }

  #retire(cause: string, seconds: number, event?: 'leaving'): void {
    const { limits, clock } = this.#rules
    this.#handle.retire({ cause, seconds }, event)
    if (!isWorthWaiting(limits, this.running(), clock.now())) this.hopeless()
  }

  #tell(limit: EndCause, bytes: number | null): void {
    const { process, slot } = this.#handle
    const running = this.#rules.running(process)
    this.#rules.log.emit({
      type: 'limitReached',
      slot,
      pid: process.pid ?? null,
      limit,
      bytes,
      running,
    })
  }
}
