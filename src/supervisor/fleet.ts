/**
 * All workers of the server. Whatever happens (start, reload, crash, a request limit, shutdown) changes
 * what is wanted, and one function, {@link Fleet.#reconcile}, brings about what is wanted.
 */
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import type { Dispatcher } from '../workers/dispatcher.js'
import type { Exchange } from '../workers/exchange.js'
import {
  type LoadResult,
  loadedLater,
  type WorkerExit,
  type WorkerListener,
  WorkerProcess,
} from '../workers/worker-process.js'
import type { FleetOptions, FleetRules, WorkerSnapshot } from './fleet-options.js'
import { place } from './placement.js'
import { Scoreboard } from './scoreboard.js'
import { type NoUse, Onlookers, type Settlement, settlementOf } from './settlement.js'
import { StartGate } from './start-gate.js'
import { StartOutputs } from './start-output.js'
import { Target } from './target.js'
import { WorkerEnding } from './worker-ending.js'
import { type HandleOwner, WorkerHandle } from './worker-handle.js'

export class Fleet implements HandleOwner {
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly log: Log
  readonly #options: FleetOptions
  readonly #handles = new Set<WorkerHandle>()
  readonly #target: Target
  #held = false
  readonly outputs: StartOutputs
  readonly #gate: StartGate
  readonly #onlookers = new Onlookers()
  /** See {@link FleetFacts}. */
  readonly #failures = new Map<number, WorkerExit>()
  #givenUp: NoUse | null = null
  #lastId = 0
  #reloadStarted: number | null = null
  #stacks: Promise<unknown> | null = null
  #stopped: (() => void) | null = null
  readonly #scoreboard: Scoreboard

  constructor(options: FleetOptions) {
    this.#options = options
    this.#scoreboard = new Scoreboard(options.vhost, options.clock)
    this.dispatcher = options.dispatcher
    this.clock = options.clock
    this.log = options.log
    this.#target = new Target(options)
    this.#gate = new StartGate(options.budget, options.clock, () => this.#reconcile())
    this.outputs = new StartOutputs(event => options.log.emit(event), options.clock)
  }

  get held(): boolean {
    return this.#held
  }

  get generation(): number {
    return this.#target.generation
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

  /** New workers for all, because these files have changed. */
  reload(files: readonly string[]): void {
    if (this.#stopped) return
    this.log.emit({ type: 'changed', files, generation: this.#target.generation + 1 })
    this.#options.warmth?.changed(files)
    this.#replaceAll(false)
  }

  /**
   * New workers for all, because somebody asked for it. Where workers serve, the new ones take over one after the
   * other, each before the one in its place ends; if one cannot load the application the present ones stay.
   * @param rules by which the new ones live
   */
  renew(by: string, rules?: FleetRules): void {
    if (this.#stopped) return
    const generation = this.#target.generation + 1
    const renewing = !this.#held && [...this.#handles].some(({ state }) => state === 'ready')
    if (renewing) this.log.emit({ type: 'renewing', cause: by, generation })
    else this.log.emit({ type: 'restartOrdered', by, again: this.failing, generation })
    this.#replaceAll(renewing, rules)
  }

  /** From now on requests go to new workers only, or to present ones until they are replaced (`renewing`). */
  #replaceAll(renewing: boolean, rules?: FleetRules): void {
    this.#held = false
    this.#target.next(renewing, rules)
    this.#givenUp = null
    this.#reloadStarted = this.clock.now()
    this.#failures.clear()
    this.#gate.allow()
    this.outputs.forget()
    this.dispatcher.acceptAgain()
    this.#reconcile()
  }

  /** Workers died while they started, and none is started for now, or (when that is spent) at all. */
  get failing(): boolean {
    return !this.#gate.open
  }

  /** Waits until it is clear what becomes of the workers that are started, or of the one of a place. */
  settled(slot: number | null): Promise<Settlement> {
    return this.#onlookers.until(() =>
      settlementOf(
        {
          wanted: this.#target.workers,
          generation: this.#target.generation,
          spent: this.#gate.spent,
          workers: [...this.#handles],
          failures: this.#failures,
          givenUp: this.#givenUp,
        },
        slot,
      ),
    )
  }

  /** Ends all workers; settles when every process is gone. `seconds`: what they have for that. */
  stop(seconds: number): Promise<void> {
    this.#wantNone()
    return new Promise(resolve => {
      this.#stopped = resolve
      for (const handle of [...this.#handles]) handle.retire({ cause: 'shutdown_signal', seconds })
      this.#settleStop()
    })
  }

  /** Ends all workers by force. */
  kill(): void {
    this.#wantNone()
    for (const handle of [...this.#handles]) handle.apply('kill')
  }

  #wantNone(): void {
    this.#target.resize(0)
    this.#gate.close()
    this.#onlookers.look()
  }

  /** Wants so many workers from now on, at least one; those beyond finish what they have. */
  resize(processes: number): void {
    if (this.#stopped || !this.hasWorkers) return
    this.#target.resize(Math.max(1, processes))
    this.log.emit({ type: 'resized', workers: this.#target.workers })
    this.#reconcile()
  }

  /** False for a site without an application. */
  get hasWorkers(): boolean {
    return this.#target.rules.processes > 0
  }

  /** New workers take over one after the other. */
  get renewing(): boolean {
    return this.#target.renewing
  }

  /** Number of workers wanted. */
  get wanted(): number {
    return this.#target.workers
  }

  /** Ends the worker of a place by force; another takes its place. False: there is none. `who` asked for it. */
  killWorker(slot: number, who: string): boolean {
    const handle = [...this.#handles].find(found => found.slot === slot && found.serving)
    if (handle === undefined) return false
    handle.askedBy = who
    this.#failures.delete(slot)
    handle.apply('kill')
    return true
  }

  snapshot(): readonly WorkerSnapshot[] {
    const { running } = this.#options
    return [...this.#handles].map(({ slot, generation, state, process, requests }) => {
      return { slot, generation, state, pid: process.pid, requests, running: running(process) }
    })
  }

  /** Has one of the workers tell its modules, if there is one. */
  askModules(): void {
    const one = [...this.#handles].find(({ state, loadError }) => state === 'ready' && !loadError)
    one?.process.tell({ type: 'modules' })
  }

  /** Has all workers write the stacks of all their threads to the log. Who asks meanwhile gets the same. */
  writeStacks(): Promise<unknown> {
    const write = () =>
      Promise.all([...this.#handles].map(({ process }) => process.writeStacks(null)))
    this.#stacks ??= write().finally(() => {
      this.#stacks = null
    })
    return this.#stacks
  }

  #reconcile(): void {
    const serving = [...this.#handles].filter(handle => handle.serving)
    const { retire, start, renewing } = place(serving, this.#target)
    if (!renewing && this.#target.renewed()) this.#options.renewal('over')
    for (const { handle, cause } of retire) handle.ending.retire(cause)
    if (this.#stopped === null) {
      const starting = serving.filter(({ state }) => state === 'starting').length
      for (const slot of start.slice(0, this.#gate.room(starting))) this.#startWorker(slot)
    }
    this.#onlookers.look()
  }

  #startWorker(slot: number): void {
    const handle = new WorkerHandle(slot, this.#target.generation, this)
    const warm = this.#options.warmth?.isWarm === true
    handle.process = new WorkerProcess(
      ++this.#lastId,
      this.#options.channel,
      this.#target.rules.command,
      this.#listen(handle),
    )
    handle.process.requests.worker = handle.name
    handle.mostRequests = this.#target.rules.maximumRequests
    if (warm) handle.beAttempt()
    handle.ending = new WorkerEnding(handle, {
      ...this.#options,
      ...this.#target.rules,
      replaced: () => this.#reconcile(),
    })
    this.#handles.add(handle)
  }

  #listen(handle: WorkerHandle): WorkerListener {
    return {
      greeted: python => this.#options.pythonTold(python),
      ready: result => this.#ready(handle, result),
      loaded: () => {
        handle.ending.watch.loadTried(true)
        handle.loadError = null
        this.#options.loadTried(loadedLater)
      },
      answered: () => handle.ending.watch.answered(),
      files: files => this.#options.filesLoaded(files),
      modules: names => this.#options.warmth?.modules(names),
      stopping: reason => {
        handle.ending.retire(reason, 'leaving')
        this.#reconcile()
      },
      metricsAsked: number =>
        handle.process.tell({
          type: 'metrics',
          number,
          metrics: this.#scoreboard.tell(this.#handles, this.#target),
        }),
      line: line => handle.print({ type: 'applicationLine', ...handle.name, ...line }),
      raw: text => handle.print({ type: 'rawLine', ...handle.name, text }),
      outdated: () => this.#outdated(handle),
      given: exchange => this.#given(handle, exchange),
      freed: exchange => this.#freed(handle, exchange),
      faulty: reason => handle.faulty(reason),
      gone: exit => this.#gone(handle, exit),
    }
  }

  #ready(handle: WorkerHandle, result: LoadResult): void {
    const pid = handle.process.pid ?? 0
    if (handle.isAttempt && !result.loaded) return this.#startColdly(handle)
    handle.beReal()
    this.#gate.started()
    this.outputs.started(handle.output)
    this.#failures.delete(handle.slot)
    if (result.loaded)
      this.log.emit({ type: 'workerReady', slot: handle.slot, pid, seconds: result.seconds })
    else
      this.log.emit({
        type: 'loadFailed',
        slot: handle.slot,
        pid,
        error: result.error ?? 'unknown',
      })
    this.#options.loadTried(result)
    handle.wasReady = true
    handle.loadError = result.loaded ? null : (result.error ?? 'unknown')
    handle.ending.watch.loadTried(result.loaded)
    handle.apply('ready')
    const { slot, loadError: error } = handle
    if (error !== null && this.#isHeir(handle))
      return this.#keepOld(handle, { kind: 'unloadable', slot, error })
    this.#reconcile()
    this.#tellReloaded()
  }

  /** One that was forked is no use: what becomes of the code is seen with one that is started from nothing. */
  #startColdly(handle: WorkerHandle): void {
    this.#options.warmth?.coolDown()
    handle.discard()
    this.#reconcile()
  }

  /** It takes, or would take, the place of a worker that serves until then. */
  #isHeir({ generation }: WorkerHandle): boolean {
    return this.#target.renewing && generation === this.#target.generation
  }

  /** A new worker is no good, or does not even start: those that serve stay. */
  #keepOld(failed: WorkerHandle, why: NoUse): void {
    this.#reloadStarted = null
    this.#givenUp = why
    const stay = [...this.#handles].filter(one => one !== failed && one.state === 'ready')
    this.#target.giveUp(stay)
    if (this.#handles.has(failed)) failed.ending.retire('script_reload')
    this.#options.renewal('given up')
    this.log.emit({ type: 'renewalFailed', generation: this.#target.generation })
    this.#reconcile()
  }

  #tellReloaded(): void {
    const current = [...this.#handles].filter(
      handle => handle.generation === this.#target.generation,
    )
    if (this.#target.renewing || current.some(handle => handle.state === 'starting')) return
    this.#options.served(this.#target.generation)
    if (this.#reloadStarted === null) return
    const seconds = (this.clock.now() - this.#reloadStarted) / 1000
    this.#reloadStarted = null
    const event = { type: 'reloaded', seconds, workers: current.length } as const
    this.log.emit({ ...event, generation: this.#target.generation })
  }

  #outdated(handle: WorkerHandle): void {
    if (!this.#target.counts(handle)) return
    this.reload([this.#target.rules.script])
  }

  #given(handle: WorkerHandle, exchange: Exchange): void {
    handle.requests++
    handle.ending.watch.given(exchange)
    if (handle.mostRequests === 0 || handle.requests < handle.mostRequests || !handle.serving)
      return
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
    const isOver = handle.discarded || this.#isNoUse(handle, exit)
    if (isOver) {
      this.outputs.ended(handle.output)
      this.#reconcile()
      return this.#settleStop()
    }
    handle.beReal()
    const orderly = retirement !== null && (state === 'stopping' || state === 'draining')
    if (!orderly) this.#died(handle, exit)
    this.outputs.ended(handle.output)
    const failed = !handle.wasReady && retirement === null && handle.askedBy === null
    if (failed && this.#isHeir(handle))
      this.#keepOld(handle, { kind: 'died', slot: handle.slot, exit })
    else if (failed && handle.generation === this.#target.generation) {
      this.#options.startFailed(exit, handle.output.printed)
      this.#startFailed(handle.slot, exit)
    }
    this.#refuseIfNobodyServes()
    this.#reconcile()
    this.#settleStop()
  }

  #isNoUse(handle: WorkerHandle, { shortage }: WorkerExit): boolean {
    const { isAttempt, retirement, askedBy } = handle
    if (!isAttempt || retirement !== null || askedBy !== null || shortage !== undefined)
      return false
    this.#options.warmth?.coolDown()
    return true
  }

  #died(handle: WorkerHandle, exit: WorkerExit): void {
    if (this.#stopped) return
    if (exit.shortage === undefined) handle.died(exit)
    if (!this.#options.died(exit)) this.#target.resize(0)
  }

  #startFailed(slot: number, exit: WorkerExit): void {
    const { shortage } = exit
    if (shortage !== undefined) {
      const isNew = this.#gate.startImpossible()
      if (isNew) this.log.emit({ type: 'startsWait', reason: shortage })
      return
    }
    this.#failures.set(slot, exit)
    const attempts = this.#gate.startFailed()
    if (attempts === null) return
    this.#reloadStarted = null
    const { waitsFor } = this.#options
    this.log.emit({ type: 'restartsSpent', attempts, waitsFor })
    this.#refuseIfNobodyServes()
  }

  /** Once no more workers are started, requests wait only while one is there that could take them. */
  #refuseIfNobodyServes(): void {
    if (!this.#gate.spent || [...this.#handles].some(handle => handle.state === 'ready')) return
    this.dispatcher.refuseAll('not-loadable')
    this.#options.served(this.#target.generation)
  }

  #settleStop(): void {
    if (this.#stopped && this.#handles.size === 0) this.#stopped()
  }
}
