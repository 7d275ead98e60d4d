/**
 * Where puppet workers (puppet-worker.mjs) take their orders: a test waits for a puppet to start, tells it
 * what to do, and waits for what it hears.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { WorkerConfiguration } from '../../src/workers/worker-configuration.js'
import type { WorkerCommand } from '../../src/workers/worker-process.js'

const program = fileURLToPath(new URL('./puppet-worker.mjs', import.meta.url))

/** Milliseconds until waiting for something that has to happen is given up. */
const deadline = 10_000

export interface PuppetEvent {
  readonly event: 'started' | 'frame' | 'begun' | 'closed'
  readonly on?: string
  readonly type?: string
  /** Of a REQUEST. */
  readonly number?: number
  readonly message?: Record<string, unknown>
  readonly worker?: number
  readonly pid?: number
}

/** One puppet process. */
export class Puppet {
  readonly #unread: PuppetEvent[] = []
  #wake: () => void = () => {}

  constructor(
    readonly socket: Socket,
    readonly worker: number,
    readonly pid: number,
  ) {}

  /** Gives an order, see `orders` in puppet-worker.mjs. */
  tell(order: { readonly do: string; readonly [field: string]: unknown }): void {
    this.socket.write(`${JSON.stringify(order)}\n`)
  }

  /** Connects control and so many threads, and says that the application is loaded. */
  async becomeReady(threads: number, fields: object = {}): Promise<void> {
    this.tell({ do: 'control' })
    await this.heard(event => event.message?.['type'] === 'configure')
    this.tell({ do: 'intake' })
    for (let thread = 1; thread <= threads; thread++) this.tell({ do: 'thread', thread })
    const loaded = { loaded: true, error: null, missing: false, seconds: 0.1 }
    this.tell({ do: 'message', message: { type: 'ready', ...loaded, ...fields } })
  }

  /** Waits for the first event that matches; those before it are passed over. */
  async heard(matches: (event: PuppetEvent) => boolean): Promise<PuppetEvent> {
    const end = Date.now() + deadline
    for (;;) {
      for (let event = this.#unread.shift(); event; event = this.#unread.shift()) {
        if (matches(event)) return event
      }
      await this.#next(end)
    }
  }

  note(event: PuppetEvent): void {
    this.#unread.push(event)
    this.#wake()
  }

  #next(end: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error('the puppet did not hear it')),
        end - Date.now(),
      )
      this.#wake = () => {
        clearTimeout(late)
        resolve()
      }
    })
  }
}

export class PuppetStage {
  readonly #arrived: Puppet[] = []
  readonly #waiting: ((puppet: Puppet) => void)[] = []
  readonly #server: Server

  private constructor(readonly path: string) {
    this.#server = createServer(socket => this.#admit(socket))
  }

  static async open(): Promise<PuppetStage> {
    const folder = mkdtempSync(join(tmpdir(), 'modwsgi-puppet-'))
    const stage = new PuppetStage(join(folder, 'stage'))
    await new Promise<void>(resolve => stage.#server.listen(stage.path, resolve))
    onTestFinished(() => {
      stage.#server.close()
      rmSync(folder, { recursive: true, force: true })
    })
    return stage
  }

  /** The command that starts a puppet instead of Python. */
  command(configuration: Partial<WorkerConfiguration> = {}): WorkerCommand {
    return {
      python: program,
      env: { ...process.env, PUPPET_STAGE: this.path },
      workingDirectory: '/',
      onTerminal: false,
      freeThreading: false,
      gdb: null,
      threads: configuration.threads ?? plainConfiguration.threads,
      metered: configuration.serverMetrics ?? false,
      configuration: Promise.resolve({ ...plainConfiguration, ...configuration }),
    }
  }

  /** The next puppet that starts. */
  next(): Promise<Puppet> {
    const arrived = this.#arrived.shift()
    if (arrived) return Promise.resolve(arrived)
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no worker was started')), deadline)
      this.#waiting.push(puppet => {
        clearTimeout(late)
        resolve(puppet)
      })
    })
  }

  #admit(socket: Socket): void {
    let puppet: Puppet | null = null
    socket.on('error', () => {})
    const lines = createInterface({ input: socket })
    // It passes on what is wrong with the socket: a puppet that is killed leaves what it was told unread.
    lines.on('error', () => {})
    lines.on('line', line => {
      const event = JSON.parse(line) as PuppetEvent
      if (puppet) return puppet.note(event)
      puppet = new Puppet(socket, event.worker!, event.pid!)
      const waiting = this.#waiting.shift()
      if (waiting) waiting(puppet)
      else this.#arrived.push(puppet)
    })
  }
}

const plainConfiguration: WorkerConfiguration = {
  script: '/site/app.wsgi',
  module: null,
  paste: null,
  callable: 'application',
  threads: 1,
  multiprocess: false,
  multithread: false,
  runOnce: false,
  workingDirectory: '/',
  pythonPath: [],
  pythonWarnings: [],
  switchInterval: null,
  title: '',
  handlers: [],
  orphanInterpreter: false,
  serverMetrics: false,
  service: false,
  environ: {},
  processEnviron: {},
  processGroup: 'localhost:8000',
  applicationGroup: '',
  maximumProcesses: 1,
  scriptReloading: true,
  reportFiles: false,
  reportFailures: false,
  shutdownTimeout: 5,
  evicts: false,
  cpuTimeLimit: 0,
  sendBuffer: 0,
  receiveBuffer: 0,
  debug: null,
  access: null,
  telemetry: null,
}
