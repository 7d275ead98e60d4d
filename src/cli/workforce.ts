/**
 * The workers of a server with all they need: channel, dispatcher and fleet. It can be made before the front
 * is there: the processes start, and wait for their configuration.
 */
import { systemClock } from '../base/clock.js'
import { deferred } from '../base/deferred.js'
import type { RunningRequest } from '../logging/events.js'
import type { Log } from '../logging/log.js'
import type { Pair, Settings } from '../settings/settings.js'
import { Fleet } from '../supervisor/fleet.js'
import { createRestartBudget } from '../supervisor/restart-budget.js'
import { type Service, Services } from '../supervisor/services.js'
import { type Channel, openChannel } from '../workers/channel.js'
import { Dispatcher, type Pool } from '../workers/dispatcher.js'
import type {
  LoadResult,
  ReportedFile,
  WorkerCommand,
  WorkerConfiguration,
  WorkerExit,
} from '../workers/worker-process.js'
import { writeGdbCommands } from './debug-tools.js'
import { isBelowOne, planLimits } from './limits.js'
import type { SitePlan } from './site-plan.js'

/** What the rest of the server hears from the workers, and is asked about them. */
export interface WorkforceListener {
  running(pool: Pool): readonly RunningRequest[]
  loadTried(result: LoadResult, generation: number): void
  filesLoaded(files: readonly ReportedFile[]): void
  /** In debug mode: the one worker has died and is not replaced. */
  ended(exit: WorkerExit): void
}

export interface Workforce {
  readonly dispatcher: Dispatcher
  readonly fleet: Fleet
  readonly services: Services
  readonly channel: Channel
  /**
   * The version that the first worker's Python tells, such as `3.12.1`; null when a worker ends before one
   * does, or none gets so far within {@link longestGreeting}.
   */
  pythonVersion(): Promise<string | null>
  /** Lets the workers load the application, and the services start; from now on `listener` hears of them. */
  configure(configurations: WorkforceConfiguration, listener: WorkforceListener): void
}

/** What the processes are told. */
export interface WorkforceConfiguration {
  readonly worker: WorkerConfiguration
  /** By name. */
  readonly services: ReadonlyMap<string, WorkerConfiguration>
}

/** Attempts to start in which workers die, after which a change of the code is waited for. */
const startAttempts = 3

/** Milliseconds that a Python may take to its first word. */
const longestGreeting = 2000

/** True when files of the application are watched. */
export function watchesChanges(settings: Settings): boolean {
  return settings.reloadOnChanges && !settings.disableReloading
}

/** True when the site has anything that Python answers or runs. */
export function needsPython(settings: Settings, plan: SitePlan): boolean {
  return needsWorkers(settings, plan) || settings.serviceScript.length > 0
}

function needsWorkers(settings: Settings, plan: SitePlan): boolean {
  return plan.entryPoint.kind !== 'static' || settings.addHandler.length > 0
}

/**
 * @param python the program that runs workers
 * @param serviceLogs logs of services that have one of their own, by name
 */
export async function gatherWorkforce(
  settings: Settings,
  plan: SitePlan,
  python: string,
  env: NodeJS.ProcessEnv,
  log: Log,
  serviceLogs: ReadonlyMap<string, Log>,
): Promise<Workforce> {
  const channel = await openChannel(reason => log.emit({ type: 'connectionRefused', reason }))
  const dispatcher = new Dispatcher()
  const configured = deferred<WorkforceConfiguration>()
  const version = deferred<string | null>()
  let listener: WorkforceListener | null = null
  // All start together at first, then one alone has to show that it can.
  const deaths = plan.processes + startAttempts - 1
  const attempts = watchesChanges(settings) ? deaths : Number.POSITIVE_INFINITY
  const command: WorkerCommand = {
    python,
    // The interpreter reads the locale before anything of ours runs.
    env: { ...env, LANG: plan.locale, LC_ALL: plan.locale },
    workingDirectory: plan.workingDirectory,
    threads: plan.threads,
    metered: settings.serverMetrics,
    onTerminal: plan.debugTools !== null,
    gdb: settings.enableGdb ? args => writeGdbCommands(plan.serverRoot, args) : null,
    configuration: configured.promise.then(({ worker }) => worker),
  }
  const serviceOf = ([name]: Pair): Service => ({
    name,
    log: serviceLogs.get(name) ?? log,
    command: {
      ...command,
      threads: 0,
      metered: false,
      onTerminal: false,
      gdb: null,
      configuration: configured.promise.then(({ services }) => services.get(name)!),
    },
  })
  const services = new Services({
    channel,
    clock: systemClock,
    services: settings.serviceScript.map(serviceOf),
  })
  const fleet = new Fleet({
    channel,
    command,
    vhost: `${plan.listenerHost}:${settings.port}`,
    script: plan.entryPoint.name,
    dispatcher,
    log,
    clock: systemClock,
    budget: createRestartBudget(attempts),
    processes: needsWorkers(settings, plan) ? plan.processes : 0,
    limits: planLimits(settings, plan),
    memoryLimit: plan.mode === 'debug' ? 0 : settings.memoryLimit * 2 ** 20,
    countsAsActivity: target => !isBelowOne(settings.ignoreActivity, target),
    maximumRequests: settings.maximumRequests,
    waitsFor: 'a change of the code',
    running: process => listener?.running(process.requests) ?? [],
    pythonTold: told => version.resolve(told),
    loadTried: (result, generation) => listener?.loadTried(result, generation),
    died(exit) {
      if (plan.debugTools) listener?.ended(exit)
      return plan.debugTools === null
    },
    filesLoaded: files => listener?.filesLoaded(files),
  })
  return {
    dispatcher,
    fleet,
    services,
    channel,
    pythonVersion() {
      if (!needsWorkers(settings, plan)) version.resolve(null)
      const cancel = systemClock.after(longestGreeting, () => version.resolve(null))
      void version.promise.then(cancel)
      return version.promise
    },
    configure(configurations, hears) {
      listener = hears
      configured.resolve(configurations)
      services.start()
    },
  }
}
