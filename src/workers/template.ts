/**
 * The template of the workers: a Python process that has imported what no change of the project touches, and forks
 * workers. A worker that comes out of it is ready in a tenth of the time. Linux only. See docs/protocol.md.
 */
import { EventEmitter } from 'node:events'
import { constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants as os } from 'node:os'
import { PassThrough } from 'node:stream'
import type { Channel, Hello } from './channel.js'
import { decodeMessage, encodeJson, FrameReader, frameType } from './protocol.js'
import {
  type ProcessCommand,
  type StartedProcess,
  type StartProcess,
  startHere,
} from './started-process.js'
import { killGroup, killTree } from './terminate.js'
import type { WorkerConfiguration } from './worker-process.js'

/** What a template is made of. */
export interface TemplateOrder {
  readonly configuration: WorkerConfiguration
  /** Names, in the order in which a worker has imported them. */
  readonly modules: readonly string[]
  /** Names that are not imported, nor what needs them. */
  readonly refused: readonly string[]
}

/** What became of it; the first one is the last but for `warm`, after which `gone` may follow. */
export interface TemplateListener {
  warm(modules: readonly string[], seconds: number): void
  /** Modules that may not be in a template, and why: another one has to be made, without them. */
  offenders(offenders: Readonly<Record<string, string>>): void
  gone(): void
}

/** Milliseconds between two looks whether a worker is still there whose template is gone. */
const lookAgain = 200

export class Template {
  readonly #listener: TemplateListener
  readonly #process: StartedProcess
  readonly #unregister: () => void
  #control: Socket | null = null
  #isGone = false
  #isClosing = false
  /** Those that are not yet forked, by the number of the worker, and those that run, by process. */
  readonly #awaited = new Map<number, Forked>()
  readonly #running = new Map<number, Forked>()

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
    this.#process.stdout?.resume()
    this.#process.stderr?.resume()
    this.#process.once('error', () => this.#gone())
    this.#process.once('close', () => this.#gone())
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Has a worker forked, as if the command was run. */
  readonly start: StartProcess = ({ env }) => {
    const worker = Number(env['MODWSGI_DEV_WORKER'])
    const forked = new Forked()
    this.#awaited.set(worker, forked)
    if (this.#control === null) setImmediate(() => this.#lose(worker, forked))
    else
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
    if (this.#running.size === 0 && this.#awaited.size === 0) this.#process.kill()
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
        this.#process.kill()
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
        return this.#listener.warm(message['modules'] as string[], Number(message['seconds']))
      case 'offenders':
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
    // Another end of the same pipe.
    const path = `/proc/${this.pid}/fd/${output}`
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    forked.runs(pid, new Socket({ fd: descriptor, writable: false }))
    this.#tell({ type: 'opened', pid })
  }

  #exited({ pid, code = null, signal = null }: ExitedMessage): void {
    const forked = this.#running.get(pid)
    this.#running.delete(pid)
    forked?.ended(code, signal === null ? null : signalName(signal))
    this.#tell({ type: 'reap', pid })
    if (this.#isClosing) this.close()
  }

  #lose(worker: number, forked: Forked): void {
    this.#awaited.delete(worker)
    forked.failed('the template of the workers is gone')
  }

  #gone(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#unregister()
    this.#control?.destroy()
    this.#control = null
    for (const [worker, forked] of this.#awaited) this.#lose(worker, forked)
    for (const forked of this.#running.values()) forked.watchAlone()
    this.#listener.gone()
  }
}

interface ExitedMessage {
  readonly pid: number
  readonly code?: number | null
  readonly signal?: number | null
}

class Forked extends EventEmitter implements StartedProcess {
  readonly stdout = new PassThrough()
  readonly stderr = null
  pid: number | undefined
  #hasEnded = false
  #outputEnded = false
  #end: [number | null, NodeJS.Signals | null] | null = null
  #kills = false

  runs(pid: number, output: Socket): void {
    this.pid = pid
    output.on('error', () => output.destroy())
    output.pipe(this.stdout)
    output.once('close', () => this.stdout.end())
    this.stdout.once('close', () => {
      output.destroy()
      this.#outputEnded = true
      this.#tellClose()
    })
    if (this.#kills) this.kill()
  }

  failed(reason: string): void {
    this.emit('error', new Error(reason))
    this.stdout.destroy()
  }

  ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#end = [code, signal]
    this.emit('exit', code, signal)
    this.#tellClose()
  }

  /** Nobody tells any more that it ends. */
  watchAlone(): void {
    const look = setInterval(() => {
      if (isThere(this.pid!)) return
      clearInterval(look)
      this.ended(null, null)
    }, lookAgain)
  }

  signal(signal: NodeJS.Signals): boolean {
    if (this.pid === undefined || this.#hasEnded) return false
    try {
      return process.kill(this.pid, signal)
    } catch {
      return false
    }
  }

  kill(): void {
    this.#kills = true
    if (this.pid !== undefined && !this.#hasEnded) killTree(this.pid)
  }

  killGroup(): void {
    if (this.pid !== undefined) killGroup(this.pid)
  }

  #tellClose(): void {
    if (this.#end !== null && this.#outputEnded) this.emit('close', ...this.#end)
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function signalName(number: number): NodeJS.Signals | null {
  const found = Object.entries(os.signals).find(([, value]) => value === number)
  return (found?.[0] ?? null) as NodeJS.Signals | null
}
