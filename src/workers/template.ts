/**
 * The template of the workers: a Python process that has imported what no change of the project touches, and forks
 * workers. A worker that comes out of it is ready in a tenth of the time. Linux only. See docs/protocol.md.
 */
import type { Socket } from 'node:net'
import type { Channel, Hello } from './channel.js'
import { ForkedProcess } from './forked-process.js'
import type { ImportGroup, ReportedFile } from './load-result.js'
import { OutputReader } from './output-reader.js'
import { decodeMessage, encodeJson, FrameReader, frameType } from './protocol.js'
import {
  type ProcessCommand,
  type StartedProcess,
  type StartProcess,
  startHere,
} from './started-process.js'
import type { WorkerConfiguration } from './worker-configuration.js'

/** What a template is made of. */
export interface TemplateOrder {
  readonly configuration: WorkerConfiguration
  /** What a worker has imported, in that order. */
  readonly imports: readonly ImportGroup[]
  /** Names that are not imported, nor what needs them. */
  readonly refused: readonly string[]
}

export interface TemplateContent {
  /** Number of the modules that were ordered and are there. */
  readonly modules: number
  /** What it has loaded, and what it looked for in vain: a change of one of them ends its use. */
  readonly files: readonly ReportedFile[]
  /** Seconds that took. */
  readonly seconds: number
}

/** What became of it; the first one is the last but for `warm`, after which `gone` may follow. */
export interface TemplateListener {
  /** It can fork from now on. */
  warm(what: TemplateContent): void
  /** Modules that may not be in a template, and why: another one has to be made, without them. */
  offenders(offenders: Readonly<Record<string, string>>): void
  /** It ended by itself before it was warm or had found offenders, for this reason. */
  failed(pid: number, reason: string): void
  gone(): void
}

interface ExitedMessage {
  readonly pid: number
  readonly code?: number | null
  readonly signal?: number | null
}

/** Milliseconds that a fork may take: one that does not answer by then is stopped, or does not run any more. */
const longestFork = 2000

export class Template {
  readonly #listener: TemplateListener
  readonly #process: StartedProcess
  readonly #unregister: () => void
  #control: Socket | null = null
  #isGone = false
  #isClosing = false
  /** It has said what became of it. */
  #isMade = false
  /** The last line of its output, or several that belong together. */
  #words = ''
  /** Those that are not yet forked, by the number of the worker, and those that run, by process. */
  readonly #awaited = new Map<number, ForkedProcess>()
  readonly #running = new Map<number, ForkedProcess>()

  constructor(
    id: number,
    channel: Channel,
    command: Omit<ProcessCommand, 'onTerminal'>,
    order: TemplateOrder,
    listener: TemplateListener,
  ) {
    this.#listener = listener
    this.#unregister = channel.register(id, (hello, socket, rest) =>
      this.#connected(hello, socket, rest, order),
    )
    this.#process = startHere({
      ...command,
      onTerminal: false,
      env: {
        ...command.env,
        MODWSGI_DEV_CHANNEL: channel.path,
        MODWSGI_DEV_SECRET: channel.secret,
        MODWSGI_DEV_WORKER: String(id),
        MODWSGI_DEV_TEMPLATE: '1',
      },
    })
    // What modules print when they are imported was in the log already.
    const keep = (text: string) => {
      this.#words = text
    }
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      const reader = new OutputReader(channel.secret, { line: ({ text }) => keep(text), raw: keep })
      output?.on('data', (piece: Buffer) => reader.push(piece))
      output?.once('end', () => reader.end())
    }
    this.#process.once('error', () => this.#gone())
    this.#process.once('exit', () => this.#gone())
    this.#process.once('close', (code, signal) => this.#closed(signal ?? `exit code ${code}`))
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Has a worker forked, as if the command was run. */
  readonly start: StartProcess = ({ env }) => {
    const worker = Number(env['MODWSGI_DEV_WORKER'])
    const forked = new ForkedProcess()
    if (this.#isGone) {
      setImmediate(() => forked.failed())
      return forked
    }
    this.#awaited.set(worker, forked)
    setTimeout(() => {
      if (this.#awaited.has(worker)) this.#end()
    }, longestFork).unref()
    this.#tell({
      type: 'fork',
      worker,
      channel: env['MODWSGI_DEV_CHANNEL'],
      begun: env['MODWSGI_DEV_BEGUN'],
    })
    return forked
  }

  /** Makes no more workers; the process ends when those that run have ended. */
  close(): void {
    this.#isClosing = true
    if (this.#running.size === 0 && this.#awaited.size === 0) this.#end()
  }

  /** Workers that run stay, each the leader of a group of its own. */
  #end(): void {
    this.#process.signal('SIGKILL')
  }

  #tell(message: { readonly type: string; readonly [field: string]: unknown }): void {
    this.#control?.write(encodeJson(frameType.message, message))
  }

  #connected(hello: Hello, socket: Socket, rest: Buffer, order: TemplateOrder): boolean {
    socket.on('error', () => socket.destroy())
    if (hello.role === 'lifeline') {
      socket.resume()
      return true
    }
    if (hello.role !== 'template') return false
    this.#control = socket
    const reader = new FrameReader()
    const onData = (chunk: Buffer) => {
      try {
        reader.push(chunk, (_, payload) => this.#message(decodeMessage(payload)))
      } catch {
        // Not its words.
        this.#end()
      }
    }
    socket.on('data', onData)
    this.#tell({ type: 'preload', ...order })
    if (rest.length > 0) onData(rest)
    return true
  }

  #message(message: { readonly type: string; readonly [field: string]: unknown }): void {
    switch (message.type) {
      case 'warm':
        this.#isMade = true
        return this.#listener.warm(message as unknown as TemplateContent)
      case 'offenders':
        this.#isMade = true
        return this.#listener.offenders(message['offenders'] as Record<string, string>)
      case 'forked':
        return this.#forked(
          Number(message['worker']),
          Number(message['pid']),
          Number(message['output']),
        )
      case 'exited':
        return this.#exited(message as unknown as ExitedMessage)
    }
  }

  #forked(worker: number, pid: number, output: number): void {
    const forked = this.#awaited.get(worker)!
    this.#awaited.delete(worker)
    this.#running.set(pid, forked)
    try {
      // Another end of the same pipe.
      forked.runs(pid, `/proc/${this.pid}/fd/${output}`)
    } catch {
      forked.failed()
    }
    this.#tell({ type: 'opened', pid })
  }

  #exited({ pid, code = null, signal = null }: ExitedMessage): void {
    const forked = this.#running.get(pid)
    this.#running.delete(pid)
    forked?.ended(code, signal)
    this.#tell({ type: 'reap', pid })
    if (this.#isClosing) this.close()
  }

  /** @param end how the process did */
  #closed(end: string): void {
    if (this.#isMade || this.#isClosing) return
    const last = this.#words.split('\n').at(-1)
    this.#listener.failed(this.pid ?? 0, last ? `${end}: ${last}` : end)
  }

  #gone(): void {
    if (this.#isGone) return
    this.#isGone = true
    // What its modules have started.
    this.#process.killGroup()
    this.#unregister()
    this.#control?.destroy()
    this.#control = null
    for (const forked of this.#awaited.values()) forked.failed()
    for (const forked of this.#running.values()) forked.watchAlone()
    this.#listener.gone()
  }
}
