/**
 * The requests that one worker has: given through its intake, at most one for each thread, and answered on
 * the connections of its threads.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.js'
import type { BegunFile } from './begun-file.js'
import type { Pool, WorkerName } from './dispatcher.js'
import type { Exchange } from './exchange.js'
import { PlaceFigures, type PlaceSnapshot } from './place-figures.js'
import { numberRequest, type ProtocolError } from './protocol.js'
import { StallWatch } from './stall-watch.js'
import { ThreadConnection, type ThreadOwner } from './thread-connection.js'

/** What follows from the requests of a worker for the worker as a whole. */
export interface RequestsListener {
  /** A request was given to it. */
  given(exchange: Exchange): void
  /** One was finished, or (null) it takes requests from now on; `busy` is up to date. */
  freed(exchange: Exchange | null): void
  /** The worker saw that its script has changed. */
  outdated(): void
  /** The worker broke the protocol. */
  faulty(reason: string): void
  /** One more thread has to look for requests. */
  wake(): void
}

/** Milliseconds that the connections of a worker may still take to arrive when it has loaded the application. */
const longestConnecting = 1000

/** Milliseconds that what a worker had sent before it died may take to arrive: it is in the kernel already. */
const longestLastWords = 300

interface Given {
  readonly number: number
  readonly exchange: Exchange
  readonly at: number
  /** A thread has sent a frame about it. */
  taken: boolean
  /** When it was interrupted, in the clock's milliseconds. */
  interrupted: number | null
}

/** A request that the worker has. Times are milliseconds of the clock. */
export interface RunningNumber {
  readonly number: number
  readonly since: number
  readonly interrupted: number | null
}

export class WorkerRequests implements Pool, ThreadOwner {
  /** Set by whoever gives the process its place. */
  worker: WorkerName | null = null
  /** See {@link Pool}. */
  workerField: string | null = null
  /** See {@link Pool}. */
  cutsOff = false
  /**
   * One place for each thread, null when it is free. An array: see front/in-progress.ts for what a Map would
   * do to the garbage collector.
   */
  readonly #given: (Given | null)[]
  #busy = 0
  readonly #begun: BegunFile | null
  readonly #listener: RequestsListener
  readonly #clock: Clock
  readonly #stalls: StallWatch
  readonly #connections = new Set<ThreadConnection>()
  #intake: Socket | null = null
  #lastNumber = 0
  /** Set while connections are waited for. */
  #onConnected: (() => void) | null = null
  #hasEnded = false
  /** Set while the process is gone, and the last that it sent not read yet. */
  #stopWaiting: (() => void) | null = null
  #flushOrdered = false
  readonly #flush = () => {
    this.#flushOrdered = false
    this.#intake?.uncork()
  }

  /** One for each place of `#given`; empty without --server-metrics. */
  readonly #figures: readonly PlaceFigures[]

  /**
   * @param begun where the worker notes the numbers of requests that its threads begin; null: it cannot start
   * @param metered whether {@link places} is of use
   */
  constructor(
    threads: number,
    begun: BegunFile | null,
    listener: RequestsListener,
    clock: Clock,
    metered = false,
  ) {
    this.#figures = Array.from({ length: metered ? threads : 0 }, () => new PlaceFigures())
    this.#given = new Array<Given | null>(threads).fill(null)
    this.#begun = begun
    this.#listener = listener
    this.#clock = clock
    this.#stalls = new StallWatch(threads, () => listener.wake(), clock)
  }

  get busy(): number {
    return this.#busy
  }

  /** What each place has done; empty without --server-metrics. */
  get places(): readonly PlaceSnapshot[] {
    return this.#figures.map(figures => figures.snapshot)
  }

  get free(): number {
    return this.#intake ? this.#given.length - this.#busy : 0
  }

  /** The requests it has. */
  get running(): readonly RunningNumber[] {
    return this.#given.flatMap(given =>
      given === null
        ? []
        : [{ number: given.number, since: given.at, interrupted: given.interrupted }],
    )
  }

  /** Notes that RequestTimeout is raised in the request of this number; gives its exchange if it still runs. */
  interrupt(number: number): Exchange | null {
    const given = this.#given[this.#placeOf(number)]
    if (!given) return null
    given.interrupted = this.#clock.now()
    return given.exchange
  }

  /**
   * Calls `action` once all connections are there; the worker is faulty if they do not come. A thread whose connection
   * was lost on the way (no descriptors) would keep for itself what it is given.
   */
  whenConnected(action: () => void): void {
    const stopWaiting = this.#clock.after(longestConnecting, () =>
      this.#listener.faulty('not all of its connections have arrived'),
    )
    this.#onConnected = () => {
      this.#onConnected = null
      stopWaiting()
      if (!this.#hasEnded) action()
    }
    this.#tellConnected()
  }

  #tellConnected(): void {
    const isWhole = this.#intake !== null && this.#connections.size === this.#given.length
    if (isWhole) this.#onConnected?.()
  }

  openIntake(socket: Socket): void {
    this.#intake = socket
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#intake = null
    })
    socket.resume()
    this.#listener.freed(null)
    this.#tellConnected()
  }

  /** @param rest bytes that came right after HELLO: the thread may have answered a request already */
  openThread(thread: number, socket: Socket, rest: Buffer): void {
    const connection = new ThreadConnection(thread, socket, this)
    this.#connections.add(connection)
    if (rest.length > 0) connection.push(rest)
    this.#tellConnected()
  }

  /** Gives the worker an encoded REQUEST; `free` must be above 0. */
  send(request: Buffer, exchange: Exchange): void {
    const number = ++this.#lastNumber
    numberRequest(request, number)
    const place = this.#given.indexOf(null)
    this.#figures[place]?.began(exchange, this.#clock.epoch())
    this.#given[place] = {
      number,
      exchange,
      at: this.#clock.now(),
      taken: false,
      interrupted: null,
    }
    this.#busy++
    // All requests of one turn of the event loop are one write, and one wake-up of the worker.
    if (!this.#flushOrdered) {
      this.#flushOrdered = true
      this.#intake!.cork()
      setImmediate(this.#flush)
    }
    this.#intake!.write(request)
    this.#stalls.given()
    this.#listener.given(exchange)
  }

  /**
   * The process is gone. What it had answered before still arrives; then what it began is lost, and the rest goes to
   * another worker.
   */
  end(): void {
    this.#hasEnded = true
    this.#onConnected?.()
    this.#intake?.destroy()
    // Not only when its close is heard: what goes to another worker must not come back here.
    this.#intake = null
    if (this.#connections.size === 0) return this.#giveUp()
    // A process that has left the worker's group may hold the other ends open.
    this.#stopWaiting = this.#clock.after(longestLastWords, () => {
      for (const connection of [...this.#connections]) connection.end()
    })
    for (const connection of [...this.#connections]) connection.readToEnd()
  }

  #giveUp(): void {
    this.#stopWaiting?.()
    this.#stopWaiting = null
    const begun = this.#begun?.numbers() ?? null
    this.#begun?.remove()
    const left = this.#given.filter(given => given !== null)
    this.#given.fill(null)
    this.#busy = 0
    for (const { number, exchange } of left) {
      // Where nothing is known nothing may be done twice.
      if (begun === null || begun.has(number)) exchange.lost()
      else exchange.retry()
    }
  }

  taken(number: number): Exchange | null {
    const given = this.#given[this.#placeOf(number)]
    if (!given || given.taken) return null
    given.taken = true
    return given.exchange
  }

  finished(number: number, bytes: number): void {
    const place = this.#placeOf(number)
    const given = this.#given[place]
    if (!given) return
    this.#given[place] = null
    this.#figures[place]?.ended(bytes, this.#clock.epoch())
    this.#busy--
    this.#stalls.answered(this.#clock.now() - given.at)
    this.#listener.freed(given.exchange)
  }

  outdated(): void {
    this.#listener.outdated()
  }

  closed(connection: ThreadConnection, reason: ProtocolError | null): void {
    this.#connections.delete(connection)
    if (reason) this.#listener.faulty(reason.message)
    if (this.#stopWaiting !== null && this.#connections.size === 0) this.#giveUp()
  }

  #placeOf(number: number): number {
    return this.#given.findIndex(given => given?.number === number)
  }
}
