/**
 * A running server: joins channel, workers, front, watcher and log, and stops them in order.
 */
import { systemClock } from '../base/clock.js'
import { deferred } from '../base/deferred.js'
import { exitCode, UserError } from '../base/errors.js'
import { neverReached } from '../base/never.js'
import { within } from '../base/within.js'
import { type ControlSocket, openControlSocket } from '../control/control-socket.js'
import { realFolder } from '../control/server-record.js'
import { Front } from '../front/front.js'
import { type LogLevels, readLevels } from '../logging/levels.js'
import type { Log } from '../logging/log.js'
import type { LogFiles } from '../logging/log-files.js'
import type { Fleet } from '../supervisor/fleet.js'
import { listenForSignals, type Order, signalExitCode } from '../supervisor/signals.js'
import type { SourceWatcher } from '../watch/watcher.js'
import { Dispatcher, type Pool, type WorkerName } from '../workers/dispatcher.js'
import type { LoadResult } from '../workers/load-result.js'
import type { WorkerExit } from '../workers/worker-process.js'
import { planAccess } from './access-plan.js'
import type { Configuration } from './another-configuration.js'
import { Controls } from './controls.js'
import { CurrentConfiguration, type ReadAnother } from './current-configuration.js'
import { isIgnored } from './ignored-orders.js'
import type { LiveReloading } from './live-reloading.js'
import { serverUrl } from './server-url.js'
import { planService, planWorker } from './site-plan.js'
import { planSiteRules } from './site-rules.js'
import { statusSource } from './status-source.js'
import { type Workforce, type WorkforceConfiguration, watchesChanges } from './workforce.js'

export interface ServerOptions extends Configuration {
  /** Null: the site has no application. */
  readonly workforce: Workforce | null
  readonly readAnother: ReadAnother
  /** Hears what counts from now on. */
  readonly adopt: (configuration: Configuration) => void
  readonly log: Log
  readonly levels: LogLevels
  /** All that are written, by {@link log} and by others. */
  readonly logFiles: LogFiles
  /** Who may control it, and where his sockets lie. */
  readonly control: { readonly uid: number; readonly folders: readonly string[] }
  /** Runs once the port is bound, before any worker loads the application; it can refuse the start. */
  readonly bound: () => Promise<void>
}

/** Seconds that workers have for exit functions at least, if a stop may take so long at all. */
const exitTime = 1

/** Milliseconds for answers to clients whose requests were cut. */
const lastWordsTime = 200

export class Server {
  readonly #options: ServerOptions
  readonly #configuration: CurrentConfiguration
  readonly #front: Front
  readonly #dispatcher: Dispatcher
  readonly #ended = deferred<number>()
  readonly #firstLoad = deferred<LoadResult | null>()
  readonly #fleet: Fleet | null
  /** What it does when it is asked, by a key or on its socket. */
  readonly controls: Controls
  readonly #working = deferred<void>()
  #controlSocket: ControlSocket | null = null
  #watcher: SourceWatcher | null = null
  /** Null without --live-reload. */
  #live: LiveReloading | null = null
  #stopping = false
  /** The application was tried, with whatever outcome. */
  #hasLoaded = false
  #exitCode: number = exitCode.ok

  constructor(options: ServerOptions) {
    this.#options = options
    this.#configuration = new CurrentConfiguration(options, {
      log: options.log,
      readAnother: options.readAnother,
      follow: configuration => this.#follow(configuration),
    })
    const { settings, plan, log, workforce } = options
    this.#dispatcher = workforce?.dispatcher ?? new Dispatcher()
    this.#fleet = workforce?.fleet ?? null
    if (!this.#fleet || this.#fleet.wanted === 0) this.#firstLoad.resolve(null)
    this.controls = new Controls({
      running: () => this.#configuration.now,
      workforce,
      dispatcher: this.#dispatcher,
      logFiles: options.logFiles,
      clock: systemClock,
      now: () => ({
        url: this.#url,
        stopping: this.#stopping,
        inProgress: this.#front.inProgress.size,
      }),
      stop: cause => void this.stop(cause),
      renew: by => this.#renew(by),
    })
    const started = systemClock.epoch()
    this.#front = new Front({
      hosts: plan.listenOn,
      port: settings.port,
      backlog: settings.serverBacklog,
      dispatcher: this.#dispatcher,
      log,
      clock: systemClock,
      https: options.https,
      http2: settings.http2,
      outside: () =>
        statusSource({
          ...this.#configuration.now,
          started,
          port: this.port,
          fleet: this.#fleet,
        }),
      rules: this.#rulesOf(options),
      accessPool: workforce?.access ?? null,
    })
  }

  get port(): number {
    return this.#front.port
  }

  /** That of HTTPS; null where it is not spoken. */
  get httpsPort(): number | null {
    return this.#front.httpsPort
  }

  /** Settles with the exit code when everything has ended; rejects with a {@link UserError} that ended it. */
  get ended(): Promise<number> {
    return this.#ended.promise
  }

  /** What came of the first attempt to load the application, unless the server ends of it; null: there is none. */
  get firstLoad(): Promise<LoadResult | null> {
    return this.#firstLoad.promise
  }

  /** Binds the port and sets the workers to work. Throws {@link UserError} when the port cannot be had. */
  async start(): Promise<void> {
    this.#live = await openLiveReloading(this.#options)
    this.#front.live = this.#live?.front ?? null
    await this.#front.listen()
    try {
      // Before root is given up: it belongs to the user who starts the server.
      this.#controlSocket = await this.#openControlSocket()
      await this.#options.bound()
      await this.#setToWork()
    } catch (error) {
      this.#front.destroy()
      this.#controlSocket?.close()
      throw error
    }
    const ignoreSignals = listenForSignals(order => this.#obey(order))
    const deafen = () => {
      ignoreSignals()
      this.#controlSocket?.close()
    }
    void this.#ended.promise.finally(deafen).catch(() => {})
    this.#working.resolve()
  }

  get #url(): string {
    const { settings, plan } = this.#options
    return serverUrl(settings, plan, this.port)
  }

  /** Null where no folder can hold it: the log says so, and the site is served all the same. */
  async #openControlSocket(): Promise<ControlSocket | null> {
    const { plan, control, log } = this.#options
    const { serverRoot, listenerHost: host } = plan
    try {
      return await openControlSocket({
        ...control,
        facts: {
          pid: process.pid,
          serverRoot: realFolder(serverRoot),
          host,
          port: this.port,
          url: this.#url,
        },
        answer: async request => {
          await this.#working.promise
          return this.controls.obey(request)
        },
      })
    } catch (error) {
      log.emit({ type: 'controlUnavailable', reason: (error as Error).message })
      return null
    }
  }

  /**
   * Finishes what is in progress, then ends everything.
   * @param seconds that it may take; default: --shutdown-timeout
   */
  async stop(
    cause: string,
    seconds = this.#configuration.now.settings.shutdownTimeout,
  ): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.#configuration.giveUp()
    const { log } = this.#options
    const { settings } = this.#configuration.now
    const deadline = systemClock.now() + seconds * 1000
    this.#front.stopAccepting()
    log.emit({ type: 'serverStopping', cause, running: this.#front.inProgress.size })
    await this.#watcher?.close()
    await within(this.#front.drained(), seconds * 1000)
    // Exit functions have their time in any case, also where somebody else has used it up: a CGI script, say.
    const left =
      seconds === Number.POSITIVE_INFINITY
        ? settings.shutdownTimeout
        : Math.max(Math.min(seconds, exitTime), (deadline - systemClock.now()) / 1000)
    await this.#options.workforce?.stop(left)
    // Clients whose worker was ended by force are told, if they listen.
    await within(this.#front.drained(), lastWordsTime)
    this.#end(this.#exitCode)
  }

  #obey(order: Order): void {
    if (isIgnored(order, this.#options)) return
    switch (order.kind) {
      case 'stop':
        void this.stop(order.signal)
        return
      case 'quit':
        return this.#quit(order.signal)
      case 'restart':
        this.#reopenLogs()
        return void this.#renew(order.signal)
      case 'finish':
        void this.stop(order.signal, Number.POSITIVE_INFINITY)
        return
      case 'stacks':
        void this.#fleet?.writeStacks()
        return
      case 'more':
      case 'fewer':
        return void this.controls.resizeBy(order.kind === 'more' ? 1 : -1)
      case 'nothing':
        return this.#options.log.emit({
          type: 'signalIgnored',
          signal: order.signal,
          why: 'it belongs to the inspector of Node; SIGHUP brings new workers',
        })
      default:
        neverReached(order, 'order')
    }
  }

  /**
   * Reads the configuration again, and has new processes started: by that, or by the present one where it is no good.
   * Settles when the workers are told to.
   *
   * @returns why the present configuration counts; null: the new one does
   */
  #renew(by: string): Promise<string | null> {
    return this.#configuration.readAgain(another => {
      this.#options.workforce?.renew(by, another && { ...another, ...this.#planWorkforce(another) })
      return this.#fleet?.renewing === true
    })
  }

  #rulesOf(configuration: Configuration) {
    return planSiteRules(configuration, { http: () => this.port, https: () => this.httpsPort })
  }

  #follow(configuration: Configuration): void {
    const { settings, plan, env, https } = configuration
    this.#front.follow(this.#rulesOf(configuration))
    if (https !== null) this.#front.renew(https.credentials)
    const access = planAccess(settings, plan, this.port, env)
    this.#options.workforce?.controlAccess(configuration, access)
    this.#options.levels.rules = readLevels(settings.logLevel)
    this.#options.adopt(configuration)
  }

  #planWorkforce({ settings, plan, env }: Configuration): WorkforceConfiguration {
    const services = plan.services.map(
      service => [service[0], planService(settings, plan, this.port, env, service)] as const,
    )
    return {
      worker: planWorker(settings, plan, this.port, env),
      services: new Map(services),
      access: planAccess(settings, plan, this.port, env),
    }
  }

  #reopenLogs(): void {
    const { logFiles, log } = this.#options
    for (const reason of logFiles.reopen().failed) log.emit({ type: 'logKept', reason })
  }

  /** Ends the workers now; the stop that is under way, or begins, then has nothing to wait for. */
  #quit(signal: NodeJS.Signals): void {
    if (this.#exitCode === exitCode.ok) this.#exitCode = signalExitCode(signal)
    this.#front.stopAccepting()
    this.#options.workforce?.kill()
    this.#dispatcher.refuseAll('stopping')
    // Whoever does not take his answer (a stalled download, a body that never ends) is not waited for.
    systemClock.after(lastWordsTime, () => this.#front.destroy())
    void this.stop(signal)
  }

  #end(code: number): void {
    this.#live?.close()
    this.#front.destroy()
    this.#options.workforce?.close()
    this.#options.log.emit({ type: 'serverStopped' })
    this.#ended.resolve(code)
  }

  async #setToWork(): Promise<void> {
    const { settings, workforce } = this.#options
    if (!workforce) return
    if (watchesChanges(settings)) this.#watcher = await this.#watch(workforce)
    workforce.configure(this.#planWorkforce(this.#options), {
      running: pool => this.#runningIn(pool),
      loadTried: (result, worker) => this.#loadTried(result, worker),
      served: generation => this.#live?.front.served(generation),
      startFailed: (exit, printed) => this.#live?.startFailed(exit, printed),
      renewal: outcome => this.#configuration.workersFollow(outcome),
      filesLoaded: files => this.#watcher?.add(files),
      ended: exit => this.#endWith(exit),
    })
  }

  /** Debug mode ends with its worker, as mod_wsgi-express, where the two are one process. */
  #endWith({ code, signal }: WorkerExit): void {
    // A second Ctrl-C ends it too, with an exit code of its own.
    if (this.#exitCode === exitCode.ok)
      this.#exitCode = signal === null ? (code ?? exitCode.failure) : signalExitCode(signal)
    this.#front.stopAccepting()
    this.#dispatcher.refuseAll('stopping')
    void this.stop(signal ?? `exit code ${code}`)
  }

  async #watch(workforce: Workforce): Promise<SourceWatcher> {
    const { log, settings, plan, env } = this.#options
    // Loaded only where it is needed: a start without it is 15 ms shorter.
    const { watchSources } = await import('./watch-sources.js')
    return watchSources(settings, plan, env, {
      touched: () => workforce.hold(),
      settled: files => workforce.reload(files),
      unchanged: () => workforce.release(),
      restless: file => log.emit({ type: 'fileRestless', file }),
      polls: cause => log.emit({ type: 'filesPolled', cause }),
    })
  }

  /** A callable that is not there from the start is a mistake of the command line, unless changes are watched. */
  #loadTried(result: LoadResult, worker: WorkerName): void {
    this.#live?.loadTried(result, worker)
    const { settings, plan } = this.#options
    const isFirst = !this.#hasLoaded
    this.#hasLoaded = true
    if (!result.missing || watchesChanges(settings) || !isFirst || this.#stopping) {
      this.#firstLoad.resolve(result)
      return
    }
    this.#stopping = true
    this.#front.destroy()
    this.#options.workforce?.kill()
    const error = new UserError(
      `--callable-object ${settings.callableObject}: ${plan.entryPoint.name} does not define it`,
      exitCode.applicationNotLoaded,
    )
    void this.#fleet?.stop(0).then(() => {
      this.#options.workforce?.close()
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

async function openLiveReloading({
  settings,
  plan,
  log,
  workforce,
}: ServerOptions): Promise<LiveReloading | null> {
  if (!settings.liveReload) return null
  const { LiveReloading } = await import('./live-reloading.js')
  return new LiveReloading(settings, plan, log, workforce?.fleet ?? null)
}
