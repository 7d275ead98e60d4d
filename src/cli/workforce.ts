/**
 * The workers of a server with all they need: channel, dispatcher and fleet. It can be made before the front
 * is there: the processes start, and wait for their configuration.
 */
import { availableParallelism } from 'node:os'
import type { Account } from '../base/account.js'
import { systemClock } from '../base/clock.js'
import { deferred } from '../base/deferred.js'
import type { RunningRequest } from '../logging/events.js'
import type { Log } from '../logging/log.js'
import type { Pair, Settings } from '../settings/settings.js'
import { AccessProcess } from '../supervisor/access-process.js'
import { Fleet } from '../supervisor/fleet.js'
import type { FleetRules } from '../supervisor/fleet-options.js'
import { createRestartBudget } from '../supervisor/restart-budget.js'
import { type Service, Services } from '../supervisor/services.js'
import { WarmStart } from '../supervisor/warm-start.js'
import { openAccountHost } from '../workers/account-host.js'
import { type Channel, openChannel } from '../workers/channel.js'
import { Dispatcher, type Pool, type WorkerName } from '../workers/dispatcher.js'
import type { LoadResult, ReportedFile } from '../workers/load-result.js'
import { startHere } from '../workers/started-process.js'
import type { WorkerConfiguration } from '../workers/worker-configuration.js'
import { pythonArguments, type WorkerCommand, type WorkerExit } from '../workers/worker-process.js'
import { accessThreads, controlsAccess } from './access-plan.js'
import type { Configuration } from './another-configuration.js'
import { writeGdbCommands } from './debug-tools.js'
import { isBelowOne, planLimits } from './limits.js'
import type { SitePlan } from './site-plan.js'

/** What the rest of the server hears from the workers, and is asked about them. */
export interface WorkforceListener {
  running(pool: Pool): readonly RunningRequest[]
  loadTried(result: LoadResult, worker: WorkerName): void
  /** See {@link FleetOptions}. */
  renewal(outcome: 'over' | 'given up'): void
  filesLoaded(files: readonly ReportedFile[]): void
  served(generation: number): void
  startFailed(exit: WorkerExit, printed: readonly string[]): void
  /** In debug mode: the one worker has died and is not replaced. */
  ended(exit: WorkerExit): void
}

export interface Workforce {
  readonly dispatcher: Dispatcher
  readonly fleet: Fleet
  readonly services: Services
  /** The process of the scripts that decide on access, if there are such scripts. */
  readonly access: AccessProcess
  readonly channel: Channel
  /**
   * The version that the first worker's Python tells, such as `3.12.1`; null when a worker ends before one
   * does, or none gets so far within {@link longestGreeting}.
   */
  pythonVersion(): Promise<string | null>
  /** Lets the workers load the application, and the services start; from now on `listener` hears of them. */
  configure(configurations: WorkforceConfiguration, listener: WorkforceListener): void
  /** Another process for the scripts that decide on access, as the front follows this configuration. */
  controlAccess(one: Configuration, configuration: AccessConfiguration): void
  /** New processes for all others, as another configuration says, or for all, as the present one does (null). `by` asked for it. */
  renew(by: string, another: RenewedWorkforce | null): void
  /** Files may have changed: nobody is given any requests. */
  hold(): void
  /** None has. */
  release(): void
  /** These have: whoever has loaded them is replaced. */
  reload(files: readonly string[]): void
  /** Ends all processes; settles when they are gone. */
  stop(seconds: number): Promise<unknown>
  /** Ends all processes by force. */
  kill(): void
  /** When all processes are gone. */
  close(): void
}

/** What the processes are started with. */
export interface WorkforceMeans {
  /** The program that runs workers. */
  readonly python: string
  readonly env: NodeJS.ProcessEnv
  readonly log: Log
  /** Logs of services that have one of their own, by name. */
  readonly serviceLogs: ReadonlyMap<string, Log>
  /** Accounts of services that have one of their own, by name; only root can start those. */
  readonly serviceAccounts: ReadonlyMap<string, Account>
}

/** What the processes are told. */
export interface WorkforceConfiguration {
  readonly worker: WorkerConfiguration
  /** By name. */
  readonly services: ReadonlyMap<string, WorkerConfiguration>
  readonly access: AccessConfiguration
}

/** Null: no script decides on access. */
export type AccessConfiguration = WorkerConfiguration | null

/** What is read again while the server runs. */
export interface RenewedWorkforce extends Configuration, WorkforceConfiguration {}

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
  const runsMore = plan.services.length > 0 || controlsAccess(settings)
  return needsWorkers(settings, plan) || runsMore
}

/** Whether workers are forked from a template: other systems do not bear a fork of what has loaded their libraries. */
function isWarm(settings: Settings, plan: SitePlan): boolean {
  const wanted = watchesChanges(settings) && !settings.coldRestart
  return wanted && plan.mode === 'daemon' && process.platform === 'linux'
}

function needsWorkers(settings: Settings, plan: SitePlan): boolean {
  return plan.entryPoint.kind !== 'static' || settings.addHandler.length > 0
}

/** Opens all that the processes need; starts none yet but the hosts of other accounts. */
export async function gatherWorkforce(
  settings: Settings,
  plan: SitePlan,
  { python, env, log, serviceLogs, serviceAccounts }: WorkforceMeans,
): Promise<Workforce> {
  const channel = await openChannel(reason => log.emit({ type: 'connectionRefused', reason }))
  if (serviceAccounts.size > 0) channel.openToAll()
  const hosts = new Map(
    [...serviceAccounts].map(([name, account]) => [name, openAccountHost(account)]),
  )
  const dispatcher = new Dispatcher()
  const configured = deferred<WorkforceConfiguration>()
  const version = deferred<string | null>()
  let listener: WorkforceListener | null = null
  // All start together at first, then one alone has to show that it can.
  const deaths = plan.processes + startAttempts - 1
  const attempts = watchesChanges(settings) ? deaths : Number.POSITIVE_INFINITY
  const commandOf = (
    one: Omit<Configuration, 'https'>,
    configuration: Promise<WorkerConfiguration>,
  ): WorkerCommand => ({
    python,
    // The interpreter reads the locale before anything of ours runs.
    env: { ...one.env, LANG: one.plan.locale, LC_ALL: one.plan.locale },
    workingDirectory: one.plan.workingDirectory,
    threads: one.plan.threads,
    metered: one.settings.serverMetrics || one.settings.serverStatus,
    onTerminal: one.plan.debugTools !== null,
    freeThreading: settings.freeThreading,
    gdb: one.settings.enableGdb ? args => writeGdbCommands(one.plan.serverRoot, args) : null,
    configuration,
  })
  const serviceCommand = (
    name: string,
    command: WorkerCommand,
    configuration: Promise<WorkerConfiguration>,
  ): WorkerCommand => ({
    ...command,
    threads: 0,
    metered: false,
    onTerminal: false,
    gdb: null,
    start: hosts.get(name)?.start ?? startHere,
    configuration,
  })
  const command = commandOf(
    { settings, plan, env },
    configured.promise.then(({ worker }) => worker),
  )
  const serviceOf = ([name]: Pair): Service => ({
    name,
    log: serviceLogs.get(name) ?? log,
    command: serviceCommand(
      name,
      command,
      configured.promise.then(({ services }) => services.get(name)!),
    ),
  })
  const services = new Services({
    channel,
    clock: systemClock,
    services: plan.services.map(serviceOf),
  })
  const accessCommand = (
    one: Omit<Configuration, 'https'>,
    configuration: Promise<WorkerConfiguration>,
  ) => ({
    ...serviceCommand('', commandOf(one, configuration), configuration),
    threads: accessThreads(one.settings, one.plan),
  })
  const access = new AccessProcess({
    channel,
    clock: systemClock,
    log,
    command: controlsAccess(settings)
      ? accessCommand(
          { settings, plan, env },
          configured.promise.then(({ access: told }) => told!),
        )
      : null,
    patience: settings.shutdownTimeout * 1000,
    filesLoaded: files => listener?.filesLoaded(files),
  })
  const warm = isWarm(settings, plan)
    ? new WarmStart(
        {
          channel,
          wanted: plan.processes,
          cores: availableParallelism(),
          clock: systemClock,
          over: () => fleet.start(),
          log,
          program: python,
          args: pythonArguments(settings.freeThreading),
          filesLoaded: files => listener?.filesLoaded(files),
          askModules: () => fleet.askModules(),
        },
        command,
      )
    : null
  const started = (one: WorkerCommand) => (warm ? { ...one, start: warm.start } : one)
  const fleet: Fleet = new Fleet({
    warmth: warm,
    ...planFleetRules(settings, plan, started(command)),
    channel,
    vhost: `${settings.serverName || plan.listenerHost}:${settings.port}`,
    dispatcher,
    log,
    clock: systemClock,
    budget: createRestartBudget(attempts),
    waitsFor: 'a change of the code',
    running: process => listener?.running(process.requests) ?? [],
    pythonTold: told => version.resolve(told),
    loadTried: (result, worker) => listener?.loadTried(result, worker),
    renewal: outcome => listener?.renewal(outcome),
    served: generation => listener?.served(generation),
    startFailed: (exit, printed) => listener?.startFailed(exit, printed),
    died(exit) {
      if (plan.debugTools) listener?.ended(exit)
      return plan.debugTools === null
    },
    filesLoaded(files) {
      warm?.loaded()
      listener?.filesLoaded(files)
    },
  })
  return {
    dispatcher,
    fleet,
    services,
    access,
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
    controlAccess(one, told) {
      access.renew(told && accessCommand(one, Promise.resolve(told)))
    },
    renew(by, another) {
      if (another === null) {
        services.restart()
        access.renew()
        return fleet.renew(by)
      }
      const next = commandOf(another, Promise.resolve(another.worker))
      const commands = [...another.services].map(
        ([name, one]) => [name, serviceCommand(name, next, Promise.resolve(one))] as const,
      )
      services.restart(new Map(commands))
      warm?.follow(next)
      fleet.renew(by, planFleetRules(another.settings, another.plan, started(next)))
    },
    hold() {
      access.hold()
      fleet.hold()
    },
    release() {
      access.settled([])
      fleet.release()
    },
    reload(files) {
      access.settled(files)
      fleet.reload(files)
    },
    stop: seconds =>
      Promise.all([fleet.stop(seconds), services.stop(seconds), access.stop(seconds)]),
    kill() {
      fleet.kill()
      services.kill()
      access.kill()
    },
    close() {
      warm?.close()
      for (const host of hosts.values()) host.close()
      channel.close()
    },
  }
}

function planFleetRules(settings: Settings, plan: SitePlan, command: WorkerCommand): FleetRules {
  return {
    command,
    script: plan.entryPoint.name,
    processes: needsWorkers(settings, plan) ? plan.processes : 0,
    limits: planLimits(settings, plan),
    memoryLimit: plan.mode === 'debug' ? 0 : settings.memoryLimit * 2 ** 20,
    countsAsActivity: target => !isBelowOne(settings.ignoreActivity, target),
    namesWorkers: !settings.disableDevHeader,
    maximumRequests: settings.maximumRequests,
  }
}
