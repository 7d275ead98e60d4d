/**
 * The processes of --service-script: each runs beside the workers, takes no requests, and is started again
 * when it has ended.
 */
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import type { Channel } from '../workers/channel.js'
import {
  type WorkerCommand,
  type WorkerListener,
  WorkerProcess,
} from '../workers/worker-process.js'

/** One service. */
export interface Service {
  readonly name: string
  readonly command: WorkerCommand
  /** Takes what it prints; closed by whoever opened it. */
  readonly log: Log
}

export interface ServicesOptions {
  readonly channel: Channel
  readonly clock: Clock
  readonly services: readonly Service[]
}

/** Milliseconds before a service that has ended is started again, as Apache looks for such processes. */
const pauseBeforeRestart = 1000

/** Identities of service processes begin here, those of workers at 1. */
const firstIdentity = 1_000_000

export class Services {
  readonly #options: ServicesOptions
  /** By name: what differs from {@link Service.command} since the configuration was read again. */
  readonly #commands = new Map<string, WorkerCommand>()
  readonly #running = new Set<WorkerProcess>()
  /** Those that run, by name. */
  readonly #processes = new Map<string, WorkerProcess>()
  readonly #waiting = new Set<() => void>()
  #lastId = firstIdentity
  #stopped: (() => void) | null = null

  constructor(options: ServicesOptions) {
    this.#options = options
  }

  start(): void {
    for (const service of this.#options.services) this.#start(service)
  }

  /** Each service and its process; null while it waits to be started (again), or its start is under way. */
  snapshot(): { readonly name: string; readonly pid: number | null }[] {
    return this.#options.services.map(({ name }) => ({
      name,
      pid: this.#processes.get(name)?.pid ?? null,
    }))
  }

  /** Has every service end and start again; with `commands`, by name, each is started with its own of them. */
  restart(commands: ReadonlyMap<string, WorkerCommand> = new Map()): void {
    for (const [name, command] of commands) this.#commands.set(name, command)
    for (const process of this.#running) process.signal('SIGTERM')
  }

  /** Ends all; settles when every process is gone. What is still there after `seconds` is killed. */
  stop(seconds: number): Promise<void> {
    for (const cancel of this.#waiting) cancel()
    this.#waiting.clear()
    const cancelDeadline = this.#options.clock.after(seconds * 1000, () => this.kill())
    const stopped = new Promise<void>(resolve => {
      this.#stopped = resolve
    })
    this.restart()
    this.#settle()
    return stopped.finally(cancelDeadline)
  }

  /** Ends all by force. */
  kill(): void {
    this.#stopped ??= () => {}
    for (const process of this.#running) process.kill()
  }

  #start(service: Service): void {
    const { channel } = this.#options
    const command = this.#commands.get(service.name) ?? service.command
    const process: WorkerProcess = new WorkerProcess(++this.#lastId, channel, command, {
      ...deaf,
      line: line => service.log.emit({ type: 'applicationLine', ...nameOf(process), ...line }),
      raw: text => service.log.emit({ type: 'rawLine', ...nameOf(process), text }),
      metricsAsked: number => process.tell({ type: 'metrics', number, metrics: null }),
      gone: () => {
        this.#running.delete(process)
        this.#processes.delete(service.name)
        if (this.#stopped) this.#settle()
        else this.#startLater(service)
      },
    })
    this.#running.add(process)
    this.#processes.set(service.name, process)
  }

  #startLater(service: Service): void {
    const cancel = this.#options.clock.after(pauseBeforeRestart, () => {
      this.#waiting.delete(cancel)
      this.#start(service)
    })
    this.#waiting.add(cancel)
  }

  #settle(): void {
    if (this.#running.size === 0) this.#stopped?.()
  }
}

/** A service is never given requests and reports nothing that somebody waits for. */
const deaf: Omit<WorkerListener, 'line' | 'raw' | 'metricsAsked' | 'gone'> = {
  greeted() {},
  ready() {},
  loaded() {},
  files() {},
  modules() {},
  answered() {},
  stopping() {},
  given() {},
  freed() {},
  outdated() {},
  faulty() {},
}

/** A service has no slot among the workers. */
function nameOf({ pid }: WorkerProcess) {
  return { slot: 0, generation: 0, pid: pid ?? 0 }
}
