/**
 * A running server: joins channel, workers, front, watcher and log, and stops them in order.
 */
import { systemClock } from '../base/clock.js'
import { deferred } from '../base/deferred.js'
import { exitCode, UserError } from '../base/errors.js'
import { Front } from '../front/front.js'
import type { Log } from '../logging/log.js'
import type { Settings } from '../settings/settings.js'
import { openStaticSite } from '../static/site.js'
import { Fleet } from '../supervisor/fleet.js'
import { createRestartBudget } from '../supervisor/restart-budget.js'
import { listenForSignals, type Order, signalExitCode } from '../supervisor/signals.js'
import { SourceWatcher } from '../watch/watcher.js'
import { type Channel, openChannel } from '../workers/channel.js'
import { Dispatcher, type Pool } from '../workers/dispatcher.js'
import type { LoadResult } from '../workers/worker-process.js'
import { planWorker, type SitePlan } from './site-plan.js'

export interface ServerOptions {
  readonly settings: Settings
  readonly plan: SitePlan
  /** The program that runs workers; null: the site has no application. */
  readonly python: string | null
  readonly env: NodeJS.ProcessEnv
  readonly log: Log
  /** Runs once the port is bound, before any worker is started. */
  readonly bound: () => void
}

/** Milliseconds for answers to clients whose requests were cut. */
const lastWordsTime = 200

/** Deaths of starting workers in a row after which a change of the code is waited for. */
const startAttempts = 3

export class Server {
  readonly #options: ServerOptions
  readonly #front: Front
  readonly #dispatcher = new Dispatcher()
  readonly #ended = deferred<number>()
  #channel: Channel | null = null
  #fleet: Fleet | null = null
  #watcher: SourceWatcher | null = null
  #stopping = false
  #quitSignal: NodeJS.Signals | null = null

  constructor(options: ServerOptions) {
    this.#options = options
    const { settings, plan, log } = options
    this.#front = new Front({
      hosts: plan.listenOn,
      port: settings.port,
      backlog: settings.serverBacklog,
      site: openStaticSite({
        aliases: settings.urlAlias,
        documentRoot: plan.documentRoot,
        mountPoint: plan.mountPoint,
        hasApplication: plan.entryPoint.kind !== 'static',
        directoryIndex: settings.directoryIndex,
        directoryListing: settings.directoryListing,
        mimeTypesFile: settings.mimeTypes,
        // The front adds Server and Date to every response.
        serverHeader: null,
      }),
      dispatcher: this.#dispatcher,
      log,
      clock: systemClock,
      mountPoint: plan.mountPoint,
      keepAliveTimeout: settings.keepAliveTimeout,
      queueTimeout: settings.queueTimeout,
      bodyLimit: settings.limitRequestBody,
      chunkedRequests: settings.chunkedRequest,
    })
  }

  get port(): number {
    return this.#front.port
  }

  /** Settles with the exit code when everything has ended; rejects with a {@link UserError} that ended it. */
  get ended(): Promise<number> {
    return this.#ended.promise
  }

  /** Binds the port and starts the workers. Throws {@link UserError} when the port cannot be had. */
  async start(): Promise<void> {
    await this.#front.listen()
    try {
      this.#options.bound()
    } catch (error) {
      this.#front.destroy()
      throw error
    }
    if (this.#options.python !== null) await this.#startWorkers(this.#options.python)
    const ignoreSignals = listenForSignals(order => this.#obey(order))
    void this.#ended.promise.finally(ignoreSignals).catch(() => {})
  }

  /** Finishes what is in progress within --shutdown-timeout, then ends everything. */
  async stop(cause: string): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    const { settings, log } = this.#options
    log.emit({ type: 'serverStopping', cause, running: this.#front.inProgress.size })
    const deadline = systemClock.now() + settings.shutdownTimeout * 1000
    this.#front.stopAccepting()
    await this.#watcher?.close()
    await within(this.#front.drained(), settings.shutdownTimeout * 1000)
    const left = Math.max(0, deadline - systemClock.now()) / 1000
    await this.#fleet?.stop(left)
    // Clients whose worker was ended by force are told, if they listen.
    await within(this.#front.drained(), lastWordsTime)
    this.#end(this.#quitSignal === null ? exitCode.ok : signalExitCode(this.#quitSignal))
  }

  #obey(order: Order): void {
    switch (order.kind) {
      case 'stop':
        void this.stop(order.signal)
        return
      case 'quit':
        return this.#quit(order.signal)
      case 'restart':
        return this.#fleet?.reload([order.signal])
    }
  }

  /** Ends the workers now; the stop that is under way, or begins, then has nothing to wait for. */
  #quit(signal: NodeJS.Signals): void {
    this.#quitSignal ??= signal
    this.#front.stopAccepting()
    this.#fleet?.kill()
    this.#dispatcher.refuseAll('stopping')
    void this.stop(signal)
  }

  #end(code: number): void {
    this.#front.destroy()
    this.#channel?.close()
    this.#options.log.emit({ type: 'serverStopped' })
    this.#ended.resolve(code)
  }

  async #startWorkers(python: string): Promise<void> {
    const { settings, plan, log, env } = this.#options
    const watching = settings.reloadOnChanges && !settings.disableReloading
    this.#channel = await openChannel(reason => log.emit({ type: 'connectionRefused', reason }))
    this.#fleet = new Fleet({
      channel: this.#channel,
      command: { python, env, configuration: planWorker(settings, plan, this.port, env) },
      dispatcher: this.#dispatcher,
      log,
      clock: systemClock,
      budget: createRestartBudget(
        watching ? startAttempts * plan.processes : Number.POSITIVE_INFINITY,
      ),
      processes: plan.processes,
      shutdownTimeout: settings.shutdownTimeout,
      gracefulTimeout: settings.gracefulTimeout,
      maximumRequests: settings.maximumRequests,
      waitsFor: 'a change of the code',
      running: process => this.#runningIn(process.requests),
      loadTried: (result, generation) => this.#loadTried(result, generation, watching),
      filesLoaded: files => this.#watcher?.add(files),
    })
    if (watching) this.#watcher = this.#watch(this.#fleet)
    this.#fleet.start()
  }

  #watch(fleet: Fleet): SourceWatcher {
    const { log } = this.#options
    return new SourceWatcher(
      {
        touched: () => fleet.hold(),
        settled: files => fleet.reload(files),
        unchanged: () => fleet.release(),
        failed: reason => log.emit({ type: 'watchFailed', reason }),
      },
      systemClock,
    )
  }

  /** A callable that is not there from the start is a mistake of the command line, unless changes are watched. */
  #loadTried(result: LoadResult, generation: number, watching: boolean): void {
    if (!result.missing || watching || generation > 0 || this.#stopping) return
    const { settings, plan } = this.#options
    this.#stopping = true
    this.#front.destroy()
    this.#fleet?.kill()
    const error = new UserError(
      `--callable-object ${settings.callableObject}: ${plan.entryPoint.name} does not define it`,
      exitCode.applicationNotLoaded,
    )
    void this.#fleet?.stop(0).then(() => {
      this.#channel?.close()
      this.#ended.reject(error)
    })
  }

  #runningIn(pool: Pool) {
    return this.#front.inProgress
      .list()
      .filter(request => request.pool === pool)
      .map(request => request.describe())
  }
}

/** Waits for the promise, but no longer than so many milliseconds. */
async function within(promise: Promise<void>, milliseconds: number): Promise<void> {
  let cancel = () => {}
  const timeout = new Promise<void>(resolve => {
    cancel = systemClock.after(milliseconds, resolve)
  })
  await Promise.race([promise, timeout])
  cancel()
}
