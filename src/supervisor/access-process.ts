/**
 * The process whose scripts decide on access: one, started again whenever it ends, and replaced when it hangs or the
 * configuration is read again. Questions wait in its dispatcher meanwhile.
 */
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import type { AccessPool } from '../workers/access-scripts.js'
import type { Channel } from '../workers/channel.js'
import { Dispatcher, type Pool } from '../workers/dispatcher.js'
import type { ReportedFile } from '../workers/load-result.js'
import {
  type WorkerCommand,
  type WorkerExit,
  type WorkerListener,
  WorkerProcess,
} from '../workers/worker-process.js'

export interface AccessProcessOptions {
  readonly channel: Channel
  readonly clock: Clock
  readonly log: Log
  /** Null: no script decides on access. */
  readonly command: WorkerCommand | null
  /** Milliseconds that one which is replaced has for the questions it was asked. */
  readonly patience: number
  readonly filesLoaded: (files: readonly ReportedFile[]) => void
}

/** Milliseconds before one is started again that has not lived as long: after one that was ready, and at most. */
const pauseBeforeRestart = 1000
const longestPause = 30_000

/** Starts that have to fail, one after the other, before questions do not wait any more. */
const hopelessStarts = 3

/** Identities of these processes begin here, those of workers at 1 and of services at a million. */
const firstIdentity = 2_000_000

export class AccessProcess implements AccessPool {
  readonly dispatcher = new Dispatcher()
  readonly #options: AccessProcessOptions
  #command: WorkerCommand | null
  /** The one that is asked, or starts. */
  #present: WorkerProcess | null = null
  #isReady = false
  /** Starts that have failed since one was ready. */
  #failures = 0
  #held = false
  /** What it has loaded, and what it has looked for in vain. */
  readonly #files = new Set<string>()
  /** All that there are, with those that finish what they have; each with what takes its deadline back. */
  readonly #running = new Map<WorkerProcess, () => void>()
  #lastId = firstIdentity
  #cancelStart: () => void = () => {}
  #stopped: (() => void) | null = null

  constructor(options: AccessProcessOptions) {
    this.#options = options
    this.#command = options.command
  }

  start(): void {
    if (this.#command === null || this.#present !== null || this.#stopped !== null) return
    this.#present = this.#spawn(this.#command)
  }

  /** Replaces it by one that follows this command; none follows null. */
  renew(command: WorkerCommand | null = this.#command): void {
    this.#command = command
    this.#replace()
  }

  /** Files may have changed: it is asked nothing until {@link settled}. */
  hold(): void {
    this.#held = true
    if (this.#present !== null) this.dispatcher.remove(this.#present.requests)
  }

  /** These files have changed. One that has loaded any of them is replaced. */
  settled(files: readonly string[]): void {
    this.#held = false
    if (files.some(file => this.#files.has(file))) this.#replace()
    else this.#enlist()
  }

  #enlist(): void {
    if (this.#present !== null && this.#isReady && !this.#held)
      this.dispatcher.add(this.#present.requests)
  }

  hangs(pool: Pool): void {
    const present = this.#present
    if (present === null || present.requests !== pool) return
    const { pid } = present
    this.#options.log.emit({ type: 'accessProcessHangs', pid: pid ?? null })
    void present.writeStacks(null)
    this.#replace()
  }

  /** Ends it; settles when it is gone. What is still there after `seconds` is killed. */
  stop(seconds: number): Promise<void> {
    const cancelDeadline = this.#options.clock.after(seconds * 1000, () => this.kill())
    const stopped = new Promise<void>(resolve => {
      this.#stopped = resolve
    })
    this.dispatcher.refuseAll('stopping')
    this.#retirePresent()
    this.#settle()
    return stopped.finally(cancelDeadline)
  }

  /** Ends it by force. */
  kill(): void {
    this.#stopped ??= () => {}
    this.#cancelStart()
    this.#present = null
    this.dispatcher.refuseAll('stopping')
    for (const process of this.#running.keys()) process.kill()
  }

  #replace(): void {
    this.#retirePresent()
    this.start()
  }

  /** It gets no more questions, and ends when it has answered those it has. */
  #retirePresent(): void {
    this.#cancelStart()
    this.#failures = 0
    const old = this.#present
    this.#present = null
    if (old === null) return
    this.dispatcher.remove(old.requests)
    const { clock, patience } = this.#options
    this.#running.set(
      old,
      clock.after(patience, () => old.kill()),
    )
    if (old.requests.busy === 0) this.#dismiss(old)
  }

  #dismiss(process: WorkerProcess): void {
    process.tell({ type: 'shutdown', reason: 'shutdown_signal' })
    // One that still starts hears it when it is ready.
    if (process.requests.free === 0) process.kill()
  }

  #spawn(command: WorkerCommand): WorkerProcess {
    const { channel, clock, log, filesLoaded } = this.#options
    const since = clock.now()
    this.#isReady = false
    this.#files.clear()
    const isPresent = () => this.#present === process
    const process: WorkerProcess = new WorkerProcess(++this.#lastId, channel, command, {
      ...deaf,
      ready: () => {
        if (!isPresent()) return
        this.#isReady = true
        this.#failures = 0
        this.dispatcher.acceptAgain()
        this.#enlist()
      },
      freed: () => {
        if (isPresent()) this.dispatcher.pump()
        else if (process.requests.busy === 0) this.#dismiss(process)
      },
      stopping: () => {
        if (isPresent()) this.#replace()
      },
      files: files => {
        if (isPresent()) for (const [path] of files) this.#files.add(path)
        filesLoaded(files)
      },
      faulty: reason => {
        log.emit({ type: 'accessProcessFaulty', pid: process.pid ?? null, reason })
        process.kill()
      },
      line: line => log.emit({ type: 'applicationLine', ...nameOf(process), ...line }),
      raw: text => log.emit({ type: 'rawLine', ...nameOf(process), text }),
      metricsAsked: number => process.tell({ type: 'metrics', number, metrics: null }),
      gone: exit => this.#gone(process, exit, clock.now() - since),
    })
    this.#running.set(process, () => {})
    return process
  }

  #gone(process: WorkerProcess, exit: WorkerExit, lived: number): void {
    const { clock, log } = this.#options
    this.#running.get(process)?.()
    this.#running.delete(process)
    if (this.#present === process) {
      this.#present = null
      this.dispatcher.remove(process.requests)
      log.emit({ type: 'accessProcessDied', pid: process.pid ?? null, ...exit })
      if (!this.#isReady) this.#failures++
      if (this.#failures >= hopelessStarts) this.dispatcher.refuseAll('not-loadable')
      const pause = Math.min(pauseBeforeRestart * Math.max(1, this.#failures), longestPause)
      if (lived >= pause) this.start()
      else this.#cancelStart = clock.after(pause - lived, () => this.start())
    }
    this.#settle()
  }

  #settle(): void {
    if (this.#running.size === 0) this.#stopped?.()
  }
}

/** It has no application that loads, no limits, and no template. */
const deaf: Pick<
  WorkerListener,
  'greeted' | 'loaded' | 'modules' | 'answered' | 'given' | 'outdated'
> = {
  greeted() {},
  loaded() {},
  modules() {},
  answered() {},
  given() {},
  outdated() {},
}

/** It has no slot among the workers. */
function nameOf({ pid }: WorkerProcess) {
  return { slot: 0, generation: 0, pid: pid ?? 0 }
}
