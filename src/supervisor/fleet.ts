/**
 * All workers of the server. Whatever happens (start, reload, crash, a request limit, shutdown) changes
 * what is wanted, and one function, {@link Fleet.#reconcile}, brings about what is wanted.
 */
import type { Clock } from '../base/clock.js'
import type { Dispatcher, WorkerName } from '../workers/dispatcher.js'
import type { Exchange } from '../workers/exchange.js'
import {
  type LoadResult,
  type WorkerExit,
  type WorkerListener,
  WorkerProcess,
} from '../workers/worker-process.js'
import type { FleetOptions } from './fleet-options.js'
import { place } from './placement.js'
import { scoreboard } from './scoreboard.js'
import { StartGate } from './start-gate.js'
import { type StartEvent, StartOutputs } from './start-output.js'
import { type EndingRules, WorkerEnding } from './worker-ending.js'
import { type HandleOwner, WorkerHandle } from './worker-handle.js'

/** One worker in a snapshot for status output. */
export interface WorkerSnapshot {
  readonly slot: number
  readonly generation: number
  readonly state: string
  readonly pid: number | undefined
  readonly busy: number
  readonly requests: number
}

export class Fleet implements HandleOwner {
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly #options: FleetOptions
  readonly #handles = new Set<WorkerHandle>()
  #generation = 0
  #wanted: number
  #held = false
  readonly outputs: StartOutputs
  readonly #gate: StartGate
  /** The log has said that no worker can be started now. */
  #toldShortage = false
  /** Workers of the generation before serve until one of this generation is ready in their place. */
  #renewing = false
  #lastId = 0
  #reloadStarted: number | null = null
  #stopped: (() => void) | null = null
  readonly #startTime: number
  readonly #endingRules: EndingRules

  constructor(options: FleetOptions) {
    this.#options = options
    this.#startTime = options.clock.epoch()
    this.dispatcher = options.dispatcher
    this.clock = options.clock
    this.#wanted = options.processes
    this.#endingRules = { ...options, replaced: () => this.#reconcile() }
    this.#gate = new StartGate(options.budget, options.clock, () => this.#reconcile())
    this.outputs = new StartOutputs(event => options.log.emit(event), options.clock)
  }

  get held(): boolean {
    return this.#held
  }

  get generation(): number {
    return this.#generation
  }

  /** Starts the workers. */
  start(): void {
    this.#reconcile()
  }

  /** Gives no worker any request until {@link release} or {@link reload}: the code may have changed. */
  hold(): void {
    this.#held = true
    for (const handle of this.#handles) this.dispatcher.remove(handle.process.requests)
  }

  /** Takes {@link hold} back: nothing has changed. */
  release(): void {
    this.#held = false
    for (const handle of this.#handles) {
      if (handle.state === 'ready') this.dispatcher.add(handle.process.requests)
    }
  }

  /** From now on requests go to new workers only; the present ones finish what they have. */
  reload(files: readonly string[]): void {
    if (this.#stopped) return
    this.#held = false
    this.#renewing = false
    this.#generation++
    this.#reloadStarted = this.clock.now()
    this.#options.log.emit({ type: 'changed', files, generation: this.#generation })
    this.#gate.allow()
    this.outputs.forget()
    this.dispatcher.acceptAgain()
    this.#reconcile()
  }

  /**
   * Has new workers take over one after the other, each before the one in its place ends: for the same code in
   * another configuration. If the first new one cannot load the application the present ones stay.
   */
  renew(cause: string): void {
    if (this.#stopped) return
    if (this.#gate.spent || this.held) return this.reload([cause])
    this.#generation++
    this.#renewing = true
    this.#reloadStarted = this.clock.now()
    this.#options.log.emit({ type: 'renewing', cause, generation: this.#generation })
    this.#reconcile()
  }

  /** Ends all workers; settles when every process is gone. `seconds`: what they have for that. */
  stop(seconds: number): Promise<void> {
    this.#wanted = 0
    this.#gate.close()
    return new Promise(resolve => {
      this.#stopped = resolve
      for (const handle of [...this.#handles]) handle.retire({ cause: 'shutdown_signal', seconds })
      this.#settleStop()
    })
  }

  /** Ends all workers by force. */
  kill(): void {
    this.#wanted = 0
    this.#gate.close()
    for (const handle of [...this.#handles]) handle.apply('kill')
  }

  /** Wants so many workers from now on, at least one; those beyond finish what they have. */
  resize(processes: number): void {
    if (this.#stopped || this.#options.processes === 0) return
    this.#wanted = Math.max(1, processes)
    this.#options.log.emit({ type: 'resized', workers: this.#wanted })
    this.#reconcile()
  }

  /** Number of workers wanted. */
  get wanted(): number {
    return this.#wanted
  }

  /** Ends the worker of a place by force; another takes its place. False: there is none. `who` asked for it. */
  killWorker(slot: number, who: string): boolean {
    const handle = [...this.#handles].find(found => found.slot === slot && found.serving)
    if (handle === undefined) return false
    handle.askedBy = who
    handle.apply('kill')
    return true
  }

  snapshot(): readonly WorkerSnapshot[] {
    return [...this.#handles].map(({ slot, generation, state, process, requests }) => {
      return { slot, generation, state, pid: process.pid, busy: process.requests.busy, requests }
    })
  }

  /** What `mod_wsgi.server_metrics()` gives. */
  #metrics(): Record<string, unknown> {
    const { processes, command, vhost } = this.#options
    const workers = [...this.#handles].map(({ slot, generation, serving, process }) => {
      const { places } = process.requests
      return { slot, generation, pid: process.pid, quiescing: !serving, places }
    })
    return scoreboard({
      workers,
      processes,
      threads: command.threads,
      generation: this.#generation,
      restartTime: this.#startTime,
      now: this.clock.epoch(),
      vhost,
    })
  }

  /** Has all workers write the stacks of all their threads to the log. */
  writeStacks(): Promise<unknown> {
    return Promise.all([...this.#handles].map(({ process }) => process.writeStacks(null)))
  }

  #reconcile(): void {
    const serving = [...this.#handles].filter(handle => handle.serving)
    const { retire, start, renewing } = place(serving, {
      workers: this.#wanted,
      generation: this.#generation,
      renewing: this.#renewing,
    })
    this.#renewing = renewing
    for (const { handle, cause } of retire) handle.ending.retire(cause)
    if (this.#stopped) return
    const starting = serving.filter(({ state }) => state === 'starting').length
    for (const slot of start.slice(0, this.#gate.room(starting))) this.#startWorker(slot)
  }

  #startWorker(slot: number): void {
    const handle = new WorkerHandle(slot, this.#generation, this)
    handle.process = new WorkerProcess(
      ++this.#lastId,
      this.#options.channel,
      this.#options.command,
      this.#listen(handle),
    )
    handle.process.requests.worker = this.#nameOf(handle)
    handle.ending = new WorkerEnding(handle, this.#endingRules)
    this.#handles.add(handle)
  }

  #listen(handle: WorkerHandle): WorkerListener {
    const { log } = this.#options
    return {
      greeted: python => this.#options.pythonTold(python),
      ready: result => this.#ready(handle, result),
      loaded: () => {
        handle.ending.watch.loadTried(true)
        this.#options.loadTried(loadedLater, handle.generation)
      },
      answered: () => handle.ending.watch.answered(),
      files: files => this.#options.filesLoaded(files),
      stopping: reason => {
        handle.ending.retire(reason, 'leaving')
        this.#reconcile()
      },
      metricsAsked: number =>
        handle.process.tell({ type: 'metrics', number, metrics: this.#metrics() }),
      line: line =>
        this.#print(handle, { type: 'applicationLine', ...this.#nameOf(handle), ...line }),
      raw: text => this.#print(handle, { type: 'rawLine', ...this.#nameOf(handle), text }),
      outdated: () => this.#outdated(handle),
      given: exchange => this.#given(handle, exchange),
      freed: exchange => this.#freed(handle, exchange),
      faulty: reason => {
        log.emit({
          type: 'workerFaulty',
          slot: handle.slot,
          pid: handle.process.pid ?? null,
          reason,
        })
        handle.apply('kill')
      },
      gone: exit => this.#gone(handle, exit),
    }
  }

  #print(handle: WorkerHandle, event: StartEvent): void {
    if (handle.wasReady) this.#options.log.emit(event)
    else this.outputs.add(handle.output, event)
  }

  #nameOf(handle: WorkerHandle): WorkerName {
    const { slot, generation, process } = handle
    return { slot, generation, pid: process.pid ?? 0 }
  }

  #ready(handle: WorkerHandle, result: LoadResult): void {
    const { log } = this.#options
    const pid = handle.process.pid ?? 0
    this.#gate.started()
    this.outputs.started(handle.output)
    this.#toldShortage = false
    if (result.loaded)
      log.emit({ type: 'workerReady', slot: handle.slot, pid, seconds: result.seconds })
    else log.emit({ type: 'loadFailed', slot: handle.slot, pid, error: result.error ?? 'unknown' })
    this.#options.loadTried(result, handle.generation)
    handle.wasReady = true
    handle.ending.watch.loadTried(result.loaded)
    handle.apply('ready')
    const isRenewal = this.#renewing && handle.generation === this.#generation
    if (isRenewal && !result.loaded) return this.#keepOld()
    this.#reconcile()
    this.#tellReloaded()
  }

  /** The new workers are no good, or do not even start. */
  #keepOld(): void {
    this.#renewing = false
    this.#reloadStarted = null
    this.#generation--
    this.#options.log.emit({ type: 'renewalFailed', generation: this.#generation })
    this.#reconcile()
  }

  #tellReloaded(): void {
    if (this.#reloadStarted === null) return
    const current = [...this.#handles].filter(handle => handle.generation === this.#generation)
    if (this.#renewing || current.some(handle => handle.state === 'starting')) return
    const seconds = (this.clock.now() - this.#reloadStarted) / 1000
    this.#reloadStarted = null
    this.#options.log.emit({
      type: 'reloaded',
      generation: this.#generation,
      seconds,
      workers: current.length,
    })
  }

  #outdated(handle: WorkerHandle): void {
    if (handle.generation !== this.#generation) return
    this.reload([this.#options.script])
  }

  #given(handle: WorkerHandle, exchange: Exchange): void {
    handle.requests++
    handle.ending.watch.given(exchange)
    const { maximumRequests } = this.#options
    if (maximumRequests === 0 || handle.requests !== maximumRequests) return
    handle.ending.retire('maximum_requests')
    this.#reconcile()
  }

  #freed(handle: WorkerHandle, exchange: Exchange | null): void {
    if (exchange !== null) handle.ending.watch.freed(exchange)
    if (handle.process.requests.busy === 0 && handle.state === 'draining') handle.apply('idle')
    else this.dispatcher.pump()
  }

  #gone(handle: WorkerHandle, exit: WorkerExit): void {
    const { state, retirement } = handle
    this.#handles.delete(handle)
    handle.ending.watch.end()
    handle.apply('exited')
    this.#options.pythonTold(null)
    const orderly = retirement !== null && (state === 'stopping' || state === 'draining')
    if (!orderly) this.#died(handle, exit)
    this.outputs.ended(handle.output)
    const failed = !handle.wasReady && retirement === null
    if (failed && this.#renewing && handle.generation === this.#generation) this.#keepOld()
    else if (failed && handle.generation === this.#generation) this.#startFailed(exit)
    this.#refuseIfNobodyServes()
    this.#reconcile()
    this.#settleStop()
  }

  #died(handle: WorkerHandle, exit: WorkerExit): void {
    if (this.#stopped) return
    const { code, signal, shortage } = exit
    const pid = handle.process.pid ?? null
    const { slot, askedBy } = handle
    if (shortage === undefined)
      this.#print(handle, { type: 'workerDied', slot, pid, code, signal, askedBy })
    if (!this.#options.died(exit)) this.#wanted = 0
  }

  #startFailed({ shortage }: WorkerExit): void {
    if (shortage !== undefined) {
      this.#gate.startImpossible()
      return this.#tellShortage(shortage)
    }
    const attempts = this.#gate.startFailed()
    if (attempts === null) return
    this.#reloadStarted = null
    const { waitsFor, log } = this.#options
    log.emit({ type: 'restartsSpent', attempts, waitsFor })
    this.#refuseIfNobodyServes()
  }

  #tellShortage(reason: string): void {
    if (this.#toldShortage) return
    this.#toldShortage = true
    this.#options.log.emit({ type: 'startsWait', reason })
  }

  /** Once no more workers are started, requests wait only while one is there that could take them. */
  #refuseIfNobodyServes(): void {
    if (!this.#gate.spent || [...this.#handles].some(handle => handle.state === 'ready')) return
    this.dispatcher.refuseAll('not-loadable')
  }

  #settleStop(): void {
    if (this.#stopped && this.#handles.size === 0) this.#stopped()
  }
}

const loadedLater: LoadResult = { loaded: true, error: null, missing: false, seconds: 0 }
