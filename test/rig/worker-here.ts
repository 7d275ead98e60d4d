/**
 * A worker without a process: it connects to the channel as Python does, from within the test, which says what becomes of
 * it. For tests that need thousands; a crash is the end of its connections.
 */
import { EventEmitter } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import {
  decodeJson,
  decodeNumber,
  encodeFrame,
  encodeJson,
  FrameReader,
  frameType,
} from '../../src/workers/protocol.js'
import type { ProcessCommand, StartedProcess } from '../../src/workers/started-process.js'

/** Process numbers that no system gives. */
let lastPid = 2 ** 30

export class WorkerHere extends EventEmitter implements StartedProcess {
  readonly pid = ++lastPid
  readonly stdout = null
  readonly stderr = null
  state: 'starting' | 'ready' | 'gone' = 'starting'
  /** Requests that it has and has not answered. */
  readonly requests: number[] = []
  /** The oldest of them was begun: it must not be given to another worker. */
  begun = false
  /** Told to end when it has none. */
  #leaves = false
  readonly #sockets: Socket[] = []
  #control: Socket
  #thread: Socket | null = null

  constructor(readonly command: ProcessCommand) {
    super()
    this.#control = this.#open({ role: 'control', python: '3.12.0', stacks: 0 }, (_, payload) => {
      if (decodeJson(payload)['type'] !== 'shutdown') return
      this.#leaves = true
      this.#leaveWhenIdle()
    })
  }

  /** It has loaded the application, or cannot. */
  becomeReady(loaded: boolean): void {
    this.state = 'ready'
    this.#open({ role: 'intake' }, (_, payload) => this.requests.push(decodeNumber(payload)))
    this.#thread = this.#open({ role: 'thread', thread: 1 }, () => {})
    const error = loaded ? null : 'ImportError: no such module'
    this.tell({ type: 'ready', loaded, error, missing: false, seconds: 0.1 })
  }

  tell(message: object): void {
    this.#control.write(encodeJson(frameType.message, message))
  }

  /** Answers its oldest request with a status line. */
  answer(status: string): void {
    const number = this.requests.shift()!
    this.begun = false
    const payload = Buffer.alloc(9 + status.length)
    payload.writeUInt32BE(number)
    payload[4] = 3
    payload.writeUInt32BE(status.length, 5)
    payload.write(status, 9, 'latin1')
    this.#thread!.write(encodeFrame(frameType.response, payload))
    this.#leaveWhenIdle()
  }

  /** Its thread begins the oldest request. */
  begin(): void {
    this.begun = true
    const slot = Buffer.alloc(4)
    slot.writeUInt32BE(this.requests[0]!)
    const file = openSync(this.command.env['MODWSGI_DEV_BEGUN']!, 'r+')
    writeSync(file, slot, 0, 4, 0)
    closeSync(file)
  }

  end(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.state === 'gone') return
    this.state = 'gone'
    for (const socket of this.#sockets) socket.end()
    setImmediate(() => {
      this.emit('exit', code, signal)
      this.emit('close', code, signal)
    })
  }

  signal(): boolean {
    return this.state !== 'gone'
  }

  kill(): void {
    this.end(null, 'SIGKILL')
  }

  killGroup(): void {}

  #leaveWhenIdle(): void {
    if (this.#leaves && this.requests.length === 0) this.end(0, null)
  }

  #open(hello: object, hears: (type: number, payload: Buffer) => void): Socket {
    const { env } = this.command
    const socket = connect(env['MODWSGI_DEV_CHANNEL']!)
    this.#sockets.push(socket)
    const reader = new FrameReader()
    socket.on('data', chunk => reader.push(chunk, hears))
    socket.on('error', () => socket.destroy())
    const known = { version: 1, secret: env['MODWSGI_DEV_SECRET'] }
    const worker = Number(env['MODWSGI_DEV_WORKER'])
    socket.write(encodeJson(frameType.hello, { ...known, worker, ...hello }))
    return socket
  }
}
