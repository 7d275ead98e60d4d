/**
 * All workers of the server. Whatever happens (start, reload, crash, a request limit, shutdown) changes
 * what is wanted, and one function, {@link Fleet.#reconcile}, brings about what is wanted.
 */
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import type { Dispatcher } from '../workers/dispatcher.js'
import type { Exchange } from '../workers/exchange.js'
import { type LoadResult, loadedLater } from '../workers/load-result.js'
import { type WorkerExit, type WorkerListener, WorkerProcess } from '../workers/worker-process.js'
import { Attempts } from './attempts.js'
import type { FleetOptions, FleetRules, WorkerSnapshot } from './fleet-options.js'
import { Handles } from './handles.js'
import { place } from './placement.js'
import { type ReloadCause, ReloadReport } from './reload-report.js'
import { Scoreboard } from './scoreboard.js'
import type { NoUse, Settlement } from './settlement.js'
import { StartOutputs } from './start-output.js'
import { Starts } from './starts.js'
import { Target } from './target.js'
import { WorkerEnding } from './worker-ending.js'
import { type HandleOwner, WorkerHandle } from './worker-handle.js'

export class Fleet implements HandleOwner {
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly log: Log
  readonly #options: FleetOptions
  readonly #handles = new Handles()
  readonly #target: Target
  #held = false
  readonly outputs: StartOutputs
  readonly #starts: Starts
  readonly #report: ReloadReport
  readonly #attempts: Attempts | null
  #lastId = 0
  #stopped: (() => void) | null = null
  readonly #scoreboard: Scoreboard

  constructor(options: FleetOptions) {
    this.#options = options
    this.#scoreboard = new Scoreboard(options.vhost, options.clock)
    this.dispatcher = options.dispatcher
    this.clock = options.clock
    this.log = options.log
    this.#target = new Target(options)
    this.#report = new ReloadReport(options)
    const facts = () => ({
      wanted: this.#target.workers,
      generation: this.#target.generation,
      workers: [...this.#handles],
    })
    this.#starts = new Starts(options, facts, () => this.#reconcile())
    const { warmth, log } = options
    this.#attempts = warmth && new Attempts(warmth, log, () => this.#reconcile())
    this.outputs = new StartOutputs(event => options.log.emit(event), options.clock)
  }

  get held(): boolean {
    return this.#held
  }

  get generation(): number {
    return this.#target.generation
  }

  /** Starts the workers, or those that had to wait. */
  start(): void {
    this.#reconcile()
  }

  /**
   * Gives no worker any request until {@link release} or {@link reload}: the code may have changed. Workers that are
   * started meanwhile may have read half of it.
   */
  hold(): void {
    this.#held = true
    // Also where none are started any more: what has changed may be the repair.
    this.dispatcher.acceptAgain()
    this.#report.touched()
    for (const handle of this.#handles) this.dispatcher.remove(handle.process.requests)
  }

  /** Takes {@link hold} back: nothing has changed. */
  release(): void {
    this.#held = false
    this.#report.untouched()
    for (const { process } of this.#handles.ready) this.dispatcher.add(process.requests)
    this.#refuseIfNobodyServes()
  }

  /** New workers for all, because these files have changed. */
  reload(files: readonly string[]): void {
    this.#held = false
    this.#replaceOutdated(files)
  }

  #replaceOutdated(files: readonly string[]): void {
    if (this.#stopped) return
    this.#options.warmth?.changed(files)
    this.#replaceAll(false, { files })
  }

  /**
   * New workers for all, because somebody asked for it. Where workers serve, the new ones take over one after the
   * other, each before the one in its place ends; if one cannot load the application the present ones stay.
   * @param rules by which the new ones live
   */
  renew(by: string, rules?: FleetRules): void {
    if (this.#stopped) return
    const generation = this.#target.generation + 1
    const renewing = !this.#held && this.#handles.ready.length > 0
    if (renewing) this.log.emit({ type: 'renewing', cause: by, generation })
    else this.log.emit({ type: 'restartOrdered', by, again: this.failing, generation })
    this.#replaceAll(renewing, { by }, rules)
  }

  /** From now on requests go to new workers only, or to present ones until they are replaced (`renewing`). */
  #replaceAll(renewing: boolean, cause: ReloadCause, rules?: FleetRules): void {
    this.#target.next(renewing, rules)
    this.#starts.beginAnew()
    this.outputs.forget()
    this.dispatcher.acceptAgain()
    this.#reconcile()
    this.#report.begin(cause, this.#target)
  }

  /** Workers died while they started, and none is started for now, or (when that is spent) at all. */
  get failing(): boolean {
    return !this.#starts.open
  }

  /** Waits until it is clear what becomes of the workers that are started, or of the one of a place. */
  settled(slot: number | null): Promise<Settlement> {
    return this.#starts.settled(slot)
  }

  /** Ends all workers; settles when every process is gone. `seconds`: what they have for that. */
  stop(seconds: number): Promise<void> {
    this.#wantNone()
    return new Promise(resolve => {
      this.#stopped = resolve
      for (const handle of this.#handles) handle.retire({ cause: 'shutdown_signal', seconds })
      this.#settleStop()
    })
  }

  /** Ends all workers by force. */
  kill(): void {
    this.#wantNone()
    for (const handle of this.#handles) handle.apply('kill')
  }

  #wantNone(): void {
    this.#target.resize(0)
    this.#report.drop()
    this.#starts.close()
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
    const handle = this.#handles.serving.find(found => found.slot === slot)
    if (handle === undefined) return false
    handle.askedBy = who
    this.#starts.forget(slot)
    handle.apply('kill')
    return true
  }

  snapshot(): readonly WorkerSnapshot[] {
    return this.#handles.snapshot(this.#options.running)
  }

  /** Has one of the workers tell its modules, if there is one. */
  askModules(): void {
    const one = this.#handles.ready.find(({ loadError }) => loadError === null)
    one?.process.tell({ type: 'modules' })
  }

  /** Has all workers write the stacks of all their threads to the log. Who asks meanwhile gets the same. */
  writeStacks(): Promise<unknown> {
    return this.#handles.writeStacks()
  }

  #reconcile(): void {
    const { serving } = this.#handles
    const { retire, start, renewing } = place(serving, this.#target)
    if (!renewing && this.#target.renewed()) this.#options.renewal('over')
    for (const { handle, cause } of retire) handle.ending.retire(cause)
    if (this.#stopped === null) {
      const starting = serving.filter(({ state }) => state === 'starting').length
      const most = (this.#options.warmth?.most ?? Number.POSITIVE_INFINITY) - serving.length
      const room = Math.max(0, Math.min(most, this.#starts.room(starting)))
      for (const slot of start.slice(0, room)) this.#startWorker(slot)
    }
    this.#starts.look()
  }

  #startWorker(slot: number): void {
    const handle = new WorkerHandle(slot, this.#target.generation, this)
    const isWarm = this.#options.warmth?.isWarm === true
    handle.process = new WorkerProcess(
      ++this.#lastId,
      this.#options.channel,
      this.#target.rules.command,
      this.#listen(handle),
    )
    handle.mostRequests = this.#target.rules.maximumRequests
    if (isWarm) this.#attempts?.begin(handle)
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
        this.#options.loadTried(loadedLater, handle.name)
      },
      answered: () => handle.ending.watch.answered(),
      files: files => this.#options.filesLoaded(files),
      modules: imports => this.#options.warmth?.modules(imports, handle.isWarm),
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
    if (this.#attempts?.holds(handle, result) === false) return
    handle.beReal()
    handle.introduce(this.#target.rules.namesWorkers)
    this.#starts.succeeded(handle.slot)
    this.outputs.started(handle.output)
    handle.loadTried(result)
    this.#report.loadTried(handle)
    this.#options.loadTried(result, handle.name)
    handle.ending.watch.loadTried(result.loaded)
    handle.apply('ready')
    const { slot, loadError: error } = handle
    if (error !== null && this.#isHeir(handle))
      return this.#keepOld(handle, { kind: 'unloadable', slot, error })
    this.#reconcile()
    this.#tellServed()
  }

  /** It takes, or would take, the place of a worker that serves until then. */
  #isHeir({ generation }: WorkerHandle): boolean {
    return this.#target.renewing && generation === this.#target.generation
  }

  /** A new worker is no good, or does not even start: those that serve stay. */
  #keepOld(failed: WorkerHandle, why: NoUse): void {
    this.#report.giveUp()
    this.#starts.giveUp(why)
    const stay = this.#handles.ready.filter(one => one !== failed)
    this.#target.giveUp(stay)
    if (this.#handles.has(failed)) failed.ending.retire('script_reload')
    this.#options.renewal('given up')
    this.log.emit({ type: 'renewalFailed', generation: this.#target.generation })
    this.#reconcile()
  }

  #tellServed(): void {
    const { generation, renewing } = this.#target
    this.#report.look(this.#target, this.#handles)
    const starts = this.#handles.serving.some(
      one => one.generation === generation && one.state === 'starting',
    )
    if (!renewing && !starts) this.#options.served(generation)
  }

  #outdated(handle: WorkerHandle): void {
    if (!this.#target.counts(handle)) return
    this.#replaceOutdated([this.#target.rules.script])
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
    const isOver = handle.discarded || this.#attempts?.isNoUse(handle, exit)
    if (isOver) {
      this.outputs.ended(handle.output)
      this.#reconcile()
      return this.#settleStop()
    }
    const orderly = retirement !== null && (state === 'stopping' || state === 'draining')
    const failed = !handle.wasReady && retirement === null && handle.askedBy === null
    if (failed) this.#report.tell()
    handle.beReal()
    if (!orderly) this.#died(handle, exit)
    this.outputs.ended(handle.output)
    if (failed && this.#isHeir(handle))
      this.#keepOld(handle, { kind: 'died', slot: handle.slot, exit })
    else if (failed && handle.generation === this.#target.generation) {
      this.#options.startFailed(exit, handle.output.printed)
      this.#starts.failed(handle.slot, exit)
    }
    if (this.#starts.spent) this.#report.giveUp()
    this.#refuseIfNobodyServes()
    this.#reconcile()
    this.#settleStop()
  }

  #died(handle: WorkerHandle, exit: WorkerExit): void {
    if (this.#stopped) return
    if (exit.shortage === undefined) handle.died(exit)
    if (!this.#options.died(exit)) this.#target.resize(0)
  }

  /** Once no more workers are started, requests wait only while one is there that could take them, or code is changing. */
  #refuseIfNobodyServes(): void {
    if (!this.#starts.spent || this.#held || this.#handles.ready.length > 0) return
    this.dispatcher.refuseAll('not-loadable')
    this.#options.served(this.#target.generation)
  }

  #settleStop(): void {
    if (this.#stopped && this.#handles.size === 0) this.#stopped()
  }
}
