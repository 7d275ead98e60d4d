/**
 * What can be asked of a running server, on its control socket or by a key: each gives an answer, or says in one
 * sentence why not.
 */
import type { Clock } from '../base/clock.js'
import { neverReached } from '../base/never.js'
import { decodeUtf8 } from '../base/text-bytes.js'
import {
  type Answer,
  type AnswersOf,
  type Refusal,
  refusal,
  type StatusAnswer,
  type WorkerAnswer,
} from '../control/answers.js'
import { escapeLoneBytes } from '../logging/escape.js'
import type { LogFiles } from '../logging/log-files.js'
import type { ControlRequest } from '../settings/control-commands.js'
import type { Fleet } from '../supervisor/fleet.js'
import type { WorkerSnapshot } from '../supervisor/fleet-options.js'
import { residentBytes } from '../supervisor/resident-memory.js'
import type { NoUse, Settlement } from '../supervisor/settlement.js'
import type { Dispatcher } from '../workers/dispatcher.js'
import type { Configuration } from './another-configuration.js'
import { ownVersion } from './own-version.js'
import type { Workforce } from './workforce.js'

/** The server as this needs it. */
export interface ControlledServer {
  running(): Configuration
  readonly workforce: Workforce | null
  readonly dispatcher: Dispatcher
  readonly logFiles: LogFiles
  readonly clock: Clock
  now(): ServerMoment
  stop(cause: string): void
  /** Reads the configuration again and starts new processes; gives why the present one counts, null: it does not. */
  renew(by: string): Promise<string | null>
}

/** What of the server changes. */
export interface ServerMoment {
  readonly url: string
  readonly stopping: boolean
  /** Requests that are with the application or wait for it. */
  readonly inProgress: number
}

type AnswerOf<Name extends keyof AnswersOf> = AnswersOf[Name] | Refusal

export class Controls {
  readonly #server: ControlledServer
  readonly #started: number

  constructor(server: ControlledServer) {
    this.#server = server
    this.#started = server.clock.now()
  }

  /** Does what came over the socket. */
  async obey(request: ControlRequest): Promise<Answer> {
    const by = `ctl ${request.command}`
    switch (request.command) {
      case 'status':
        return this.status()
      case 'restart':
        return this.restart(by)
      case 'stop':
        return this.stop(by)
      case 'stacks':
        return this.writeStacks()
      case 'reopen-logs':
        return this.reopenLogs()
      case 'resize':
        return this.resize(request.processes)
      case 'kill-worker':
        return this.killWorker(request.worker, by)
      default:
        return neverReached(request, 'request')
    }
  }

  status(): StatusAnswer {
    const { dispatcher, clock } = this.#server
    const { plan } = this.#server.running()
    const { url, inProgress, stopping } = this.#server.now()
    const fleet = this.#fleet
    return {
      ok: true,
      pid: process.pid,
      version: ownVersion(),
      url,
      serverRoot: plan.serverRoot,
      state: stopping ? 'stopping' : fleet?.failing ? 'failing' : 'serving',
      uptime: seconds(clock.now() - this.#started),
      processes: fleet?.wanted ?? 0,
      threads: plan.threads,
      generation: fleet?.generation ?? 0,
      waiting: dispatcher.waiting,
      inProgress,
      workers: [...(fleet?.snapshot() ?? [])].sort(bySlot).map(describeWorker),
      services: this.#server.workforce?.services.snapshot() ?? [],
    }
  }

  /** Whether workers died while they started, so that a restart is another attempt. */
  get failing(): boolean {
    return this.#fleet?.failing === true
  }

  /** Settles when the new workers serve. */
  async restart(by: string): Promise<AnswerOf<'restart'>> {
    const { clock } = this.#server
    const fleet = this.#fleet
    const fixed = this.#fixed
    if (fixed !== null) return refusal(fixed)
    const began = clock.now()
    const configurationKept = await this.#server.renew(by)
    // It may have begun to stop.
    const stops = this.#fixed
    if (stops !== null) return refusal(stops)
    const services = this.#server.running().plan.services.length
    const told = { ok: true, services, configurationKept } as const
    if (!fleet) return { ...told, generation: 0, workers: 0, seconds: 0 }
    const failure = failureText(await fleet.settled(null))
    if (failure !== null) return refusal(failure)
    const { generation, wanted } = fleet
    return { ...told, generation, workers: wanted, seconds: seconds(clock.now() - began) }
  }

  stop(by: string): AnswerOf<'stop'> {
    const { inProgress } = this.#server.now()
    this.#server.stop(by)
    return { ok: true, pid: process.pid, inProgress }
  }

  /** Settles when they are written. */
  async writeStacks(): Promise<AnswerOf<'stacks'>> {
    const { settings, plan } = this.#server.running()
    const fleet = this.#fleet
    if (!fleet) return refusal(noWorkers)
    const workers = fleet.snapshot().length
    await fleet.writeStacks()
    return { ok: true, workers, log: settings.logToTerminal ? null : plan.errorLog }
  }

  reopenLogs(): AnswerOf<'reopen-logs'> {
    const { files, failed } = this.#server.logFiles.reopen()
    return failed.length > 0 ? refusal(failed.join('; ')) : { ok: true, files }
  }

  resize(processes: number): AnswerOf<'resize'> {
    const fleet = this.#changeable()
    if ('ok' in fleet) return fleet
    const before = fleet.wanted
    fleet.resize(processes)
    return { ok: true, processes: fleet.wanted, before }
  }

  /** One worker more or less; at least one stays. */
  resizeBy(step: 1 | -1): AnswerOf<'resize'> {
    return this.resize((this.#fleet?.wanted ?? 0) + step)
  }

  /** Settles when another has taken its place. */
  async killWorker(worker: number, by: string): Promise<AnswerOf<'kill-worker'>> {
    const fleet = this.#changeable()
    if ('ok' in fleet) return fleet
    const killed = servingIn(fleet, worker)?.pid ?? null
    if (!fleet.killWorker(worker, by)) return refusal(noSuchWorker(worker, fleet.wanted))
    const failure = failureText(await fleet.settled(worker))
    if (failure !== null) return refusal(failure)
    return { ok: true, worker, killed, pid: servingIn(fleet, worker)?.pid ?? null }
  }

  /** The fleet, where there are workers at all. */
  get #fleet(): Fleet | null {
    const { workforce } = this.#server
    return workforce?.fleet.hasWorkers ? workforce.fleet : null
  }

  /** Why the workers stay as they are; null: they need not. */
  get #fixed(): string | null {
    if (this.#server.now().stopping) return 'the server is stopping'
    return this.#server.running().plan.mode === 'debug'
      ? 'debug mode has one worker, and ends with it'
      : null
  }

  #changeable(): Fleet | Refusal {
    const fixed = this.#fixed
    return fixed === null ? (this.#fleet ?? refusal(noWorkers)) : refusal(fixed)
  }
}

const noWorkers = 'the site has no application, and so no workers'

function describeWorker(worker: WorkerSnapshot): WorkerAnswer {
  const { slot, pid, state, generation, requests, running } = worker
  return {
    slot,
    pid: pid ?? null,
    state,
    generation,
    requests: Math.max(0, requests - running.length),
    memory: residentBytes(pid),
    running: running.map(request => ({
      method: request.method,
      target: escapeLoneBytes(decodeUtf8(Buffer.from(request.target, 'latin1'))),
      seconds: seconds(request.seconds * 1000),
    })),
  }
}

function bySlot(one: WorkerSnapshot, other: WorkerSnapshot): number {
  return one.slot - other.slot || one.generation - other.generation
}

function servingIn(fleet: Fleet, slot: number): WorkerSnapshot | undefined {
  return fleet
    .snapshot()
    .find(worker => worker.slot === slot && ['starting', 'ready'].includes(worker.state))
}

function noSuchWorker(worker: number, wanted: number): string {
  if (worker <= wanted) return `worker ${worker} does not run at this moment`
  const which = wanted === 1 ? 'there is only worker 1' : `they are 1 to ${wanted}`
  return `there is no worker ${worker}: ${which}`
}

function failureText(settlement: Settlement): string | null {
  switch (settlement.kind) {
    case 'serving':
      return null
    case 'unloadable':
      return `${troubleOf(settlement)}, and answers 500 until it can`
    case 'died':
      return `${troubleOf(settlement)}; the log says more`
    case 'kept':
      return `${troubleOf(settlement.why)}: the present workers stay`
    case 'spent':
      return 'workers died while they started, and no more are started: restart tries again'
    case 'stopped':
      return 'the server is stopping'
    default:
      return neverReached(settlement, 'settlement')
  }
}

function troubleOf(worker: NoUse): string {
  if (worker.kind === 'unloadable')
    return `worker ${worker.slot} could not load the application (${worker.error})`
  const { slot, exit } = worker
  const how = exit.signal ? `ended by ${exit.signal}` : `exited with status ${exit.code}`
  return `worker ${slot} ${how} while it started`
}

/** To the millisecond. */
function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000
}
