/**
 * One Python worker process seen from Node: the process itself, its output, and its control connection. It
 * reports facts; what follows from them is the supervisor's.
 */
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '../base/clock.js'
import { deferred } from '../base/deferred.js'
import type { Channel, Hello } from './channel.js'
import { readFailure } from './load-failure.js'
import type { ImportGroup, LoadResult, ReportedFile } from './load-result.js'
import { OutputReader, type WorkerLine } from './output-reader.js'
import { decodeMessage, encodeJson, FrameReader, frameType, ProtocolError } from './protocol.js'
import { startProblem } from './start-problem.js'
import { type StartedProcess, type StartProcess, startHere } from './started-process.js'
import type { WorkerConfiguration } from './worker-configuration.js'
import { type RequestsListener, WorkerRequests } from './worker-requests.js'

/** Run by its path, so that PYTHONPATH stays the user's. */
const workerProgram = fileURLToPath(
  new URL('../../python/modwsgi_dev_worker/__main__.py', import.meta.url),
)

const wakeMessage = { type: 'wake' } as const

/** Milliseconds in which a worker can write its stacks if it can at all. */
const longestStacks = 300

/** Milliseconds that the output of a process which has ended may still take to arrive. */
const longestOutputAfterExit = 1000

/** How a worker is started. */
export interface WorkerCommand {
  readonly python: string
  /** Environment of the process, without the variables of the channel. */
  readonly env: NodeJS.ProcessEnv
  readonly workingDirectory: string
  readonly threads: number
  /** Whether its requests are counted for `mod_wsgi.server_metrics()`. */
  readonly metered: boolean
  /**
   * True in debug mode: the worker has our standard input and output, and stays in our process group, which is
   * in the foreground of the terminal.
   */
  readonly onTerminal: boolean
  /** Without the global interpreter lock (--free-threading). */
  readonly freeThreading: boolean
  /** Runs the worker under gdb, with the commands that this writes for the arguments of Python. */
  readonly gdb: ((args: readonly string[]) => string) | null
  /** Starts the process; by our own account when it is left out. */
  readonly start?: StartProcess
  /** What the worker is told once it is up; until then it waits. A process can so be started early. */
  readonly configuration: Promise<WorkerConfiguration>
}

/** How a process ended. */
export interface WorkerExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** It was never started, since the machine has no room for it now (files, processes, memory, disk): what it says. */
  readonly shortage?: string
}

/** What a system says that can start a process at another time. */
const shortages: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'ENOSPC'])

/** Facts about a worker. */
export interface WorkerListener extends Omit<RequestsListener, 'wake'> {
  /** The process speaks; it runs this version of Python. */
  greeted(python: string): void
  ready(result: LoadResult): void
  loaded(): void
  files(files: readonly ReportedFile[]): void
  /** The answer to `modules`, in the order in which the imports began. */
  modules(imports: readonly ImportGroup[]): void
  stopping(reason: string): void
  /** Python runs in it: the answer to `ping`. */
  answered(): void
  /** The application asks for the figures of the server; `number` goes back with the answer. */
  metricsAsked(number: number): void
  line(line: WorkerLine): void
  raw(text: string): void
  /** The last fact: the process is gone and all its output was delivered. */
  gone(exit: WorkerExit): void
}

export class WorkerProcess {
  /** The requests it has; the dispatcher gives it more. */
  readonly requests: WorkerRequests
  /** Null: not even the attempt to start one was possible. */
  readonly #child: StartedProcess | null
  readonly #clock: Clock
  readonly #unregister: () => void
  #control: Socket | null = null
  #isGone = false
  #lifeline: Socket | null = null
  /** Has the stacks of all threads written by C code, whatever Python does; 0: not known yet. */
  #stackSignal = 0
  #stacksWritten: (() => void) | null = null

  constructor(
    readonly id: number,
    channel: Channel,
    readonly command: WorkerCommand,
    readonly listener: WorkerListener,
    clock: Clock = systemClock,
  ) {
    this.#clock = clock
    const { threads, metered } = command
    const begun = this.#attempt(() => {
      channel.restore()
      return channel.begunFile(id, threads)
    })
    this.requests = new WorkerRequests(threads, begun, this.#requestsListener(), clock, metered)
    this.#unregister = channel.register(id, (hello, socket, rest) =>
      this.#connected(hello, socket, rest),
    )
    this.#child = begun && this.#attempt(() => this.#spawn(channel, begun.path))
    this.#readOutput(channel.secret)
    this.#child?.once('error', error => this.#spawnFailed(error))
    this.#child?.once('close', (code, signal) => this.#gone({ code, signal }))
  }

  #spawn({ path, secret }: Channel, begunPath: string): StartedProcess {
    const { command } = this
    const [program, args] = commandLine(command)
    const { start = startHere } = command
    return start({
      program,
      args,
      folder: command.workingDirectory,
      onTerminal: command.onTerminal,
      env: {
        ...command.env,
        MODWSGI_DEV_CHANNEL: path,
        MODWSGI_DEV_SECRET: secret,
        MODWSGI_DEV_WORKER: String(this.id),
        MODWSGI_DEV_BEGUN: begunPath,
        ...(command.onTerminal ? { MODWSGI_DEV_TERMINAL: '1' } : {}),
      },
    })
  }

  /** A failure of the system is told like that of `spawn`: later, when whoever starts the worker knows it. */
  #attempt<Result>(make: () => Result): Result | null {
    try {
      return make()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      setImmediate(() => this.#spawnFailed(error as Error))
      return null
    }
  }

  /** Undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Sends a control message; one to a worker that is gone is dropped. */
  tell(message: { readonly type: string; readonly [field: string]: unknown }): void {
    this.#control?.write(encodeJson(frameType.message, message))
  }

  /** Sends it a signal; false when it is gone. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#child?.signal(signal) ?? false
  }

  /**
   * Has it write stacks to the log: those of the threads that have the requests of these numbers, or of all.
   * Settles when they are written, or it is clear that they will not be. A worker whose Python does not run has
   * all of them written by C code.
   */
  async writeStacks(numbers: readonly number[] | null): Promise<void> {
    if (this.#control === null) return
    const written = deferred<boolean>()
    this.#stacksWritten = () => written.resolve(true)
    this.tell({ type: 'stacks', numbers })
    const cancel = this.#clock.after(longestStacks, () => written.resolve(false))
    const byPython = await written.promise
    cancel()
    this.#stacksWritten = null
    if (byPython || this.#stackSignal === 0 || this.pid === undefined || this.#isGone) return
    process.kill(this.pid, this.#stackSignal)
    await new Promise<void>(resolve => this.#clock.after(longestStacks, resolve))
  }

  /** Ends the process and all that it started, at once. */
  kill(): void {
    this.#child?.kill()
  }

  #requestsListener(): RequestsListener {
    const { listener } = this
    return {
      given: exchange => listener.given(exchange),
      freed: exchange => listener.freed(exchange),
      outdated: () => listener.outdated(),
      faulty: reason => listener.faulty(reason),
      wake: () => this.tell(wakeMessage),
    }
  }

  #readOutput(secret: string): void {
    const child = this.#child
    for (const stream of [child?.stdout, child?.stderr]) {
      const reader = new OutputReader(secret, this.listener)
      stream?.on('data', chunk => reader.push(chunk as Buffer))
      stream?.once('end', () => reader.end())
    }
    // Children of the worker hold the streams open after it has ended. Its group is ended with it; a
    // child that has left the group keeps the stream only for so long.
    child?.once('exit', () => {
      child.killGroup()
      const stopWaiting = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
      }, longestOutputAfterExit)
      child.once('close', () => clearTimeout(stopWaiting))
    })
  }

  #connected(hello: Hello, socket: Socket, rest: Buffer): boolean {
    switch (hello.role) {
      case 'control':
        this.#openControl(socket, rest)
        this.#stackSignal = hello.stacks ?? 0
        this.listener.greeted(String(hello.python))
        return true
      case 'lifeline':
        this.#holdLifeline(socket)
        return true
      case 'intake':
        this.requests.openIntake(socket)
        return true
      case 'thread':
        this.requests.openThread(hello.thread, socket, rest)
        return true
      default:
        return false
    }
  }

  #openControl(socket: Socket, rest: Buffer): void {
    this.#control = socket
    const reader = new FrameReader()
    const onData = (chunk: Buffer) => {
      try {
        reader.push(chunk, (type, payload) => this.#message(type, payload))
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        this.listener.faulty(error.message)
        socket.destroy()
      }
    }
    socket.on('data', onData)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#control = null
    })
    void this.command.configuration.then(configuration =>
      this.tell({ type: 'configure', ...configuration }),
    )
    if (rest.length > 0) onData(rest)
  }

  #holdLifeline(socket: Socket): void {
    this.#lifeline = socket
    socket.on('error', () => socket.destroy())
    socket.resume()
  }

  #message(type: number, payload: Buffer): void {
    if (type !== frameType.message) throw new ProtocolError(`frame type ${type} on control`)
    const message = decodeMessage(payload)
    switch (message.type) {
      case 'ready':
        return this.requests.whenConnected(() =>
          this.listener.ready({
            ...(message as unknown as LoadResult),
            failure: readFailure(message['failure']),
          }),
        )
      case 'loaded':
        return this.listener.loaded()
      case 'files':
        return this.listener.files(message['files'] as ReportedFile[])
      case 'modules':
        return this.listener.modules(message['imports'] as ImportGroup[])
      case 'pong':
        return this.listener.answered()
      case 'stacks-written':
        return this.#stacksWritten?.()
      case 'ask-metrics':
        return this.listener.metricsAsked(Number(message['number']))
      case 'stopping':
        return this.listener.stopping(String(message['reason']))
      default:
        throw new ProtocolError(`unknown message ${message.type}`)
    }
  }

  #spawnFailed(error: Error): void {
    const isShortage = shortages.has((error as NodeJS.ErrnoException).code ?? '')
    if (!isShortage) this.listener.faulty(startProblem(error, this.command.workingDirectory))
    if (this.pid !== undefined) return
    // Without a process there is no 'close'.
    const exit = { code: null, signal: null }
    this.#gone(isShortage ? { ...exit, shortage: error.message } : exit)
  }

  #gone(exit: WorkerExit): void {
    // A process that could not be started tells it twice, by 'error' and by 'close'.
    if (this.#isGone) return
    this.#isGone = true
    this.#unregister()
    for (const socket of [this.#control, this.#lifeline]) socket?.destroy()
    this.requests.end()
    this.listener.gone(exit)
  }
}

/** What Python is called with. An option, not PYTHON_GIL: other Pythons that the application runs would refuse that. */
export function pythonArguments(freeThreading: boolean): string[] {
  return [...(freeThreading ? ['-X', 'gil=0'] : []), workerProgram]
}

/** The program that is started, and its arguments. */
function commandLine({ python, gdb, freeThreading }: WorkerCommand): [string, string[]] {
  const args = pythonArguments(freeThreading)
  return gdb === null ? [python, args] : ['gdb', ['-q', '-x', gdb(args), python]]
}
