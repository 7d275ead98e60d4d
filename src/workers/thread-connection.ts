/**
 * The connection of one request thread, seen from Node. It carries the response to the request which that
 * thread has taken, one at a time, and the request's body if it is streamed. It knows frames and their
 * order, not HTTP.
 */
import type { Socket } from 'node:net'
import type { Exchange } from './exchange.js'
import {
  type AbortReason,
  decodeEnd,
  decodeNumber,
  decodeResponse,
  encodeAbort,
  encodeFrame,
  encodeHeader,
  endOutcome,
  expectNumberOnly,
  FrameReader,
  frameType,
  ProtocolError,
} from './protocol.js'

/** What the owner of the connection is asked and told. */
export interface ThreadOwner {
  /** The thread has taken this request; gives its exchange, or null when there is no such request. */
  taken(number: number): Exchange | null
  /** The request is through, and the thread is free; the worker has sent so many bytes for it. */
  finished(number: number, bytes: number): void
  /** The worker saw that its script has changed. */
  outdated(): void
  /** The connection is of no more use; `reason` is null when the other side just closed it. */
  closed(connection: ThreadConnection, reason: ProtocolError | null): void
}

const bodyEndFrame = encodeFrame(frameType.bodyEnd, new Uint8Array(0))

export class ThreadConnection {
  #exchange: Exchange | null = null
  #number = 0
  /** Sent by the worker for the request. */
  #bytes = 0
  /** True between CONTINUE and the end or abortion of a streamed body. */
  #bodyOpen = false
  /** ABORT was sent: what followed it would be taken for the body of the next request. */
  #aborted = false
  #closed = false
  /** The worker is gone: what it sent is read whatever becomes of it. */
  #isLast = false
  readonly #reader = new FrameReader()
  readonly #onFrame = (type: number, payload: Buffer) => this.#received(type, payload)

  constructor(
    readonly thread: number,
    readonly socket: Socket,
    readonly owner: ThreadOwner,
  ) {
    socket.on('data', chunk => this.push(chunk as Buffer))
    socket.on('drain', () => this.#exchange?.drained())
    socket.on('close', () => this.#close(null))
    socket.on('error', () => socket.destroy())
  }

  /** Sends a piece of a streamed body after `accepted`. False: wait for `drained`. */
  sendBody(piece: Buffer): boolean {
    if (!this.#bodyOpen) return true
    this.socket.cork()
    this.socket.write(encodeHeader(frameType.body, piece.length))
    const room = this.socket.write(piece)
    this.socket.uncork()
    return room
  }

  /** Says that the streamed body is complete. */
  endBody(): void {
    if (!this.#bodyOpen) return
    this.#bodyOpen = false
    this.socket.write(bodyEndFrame)
  }

  /** Tells the worker that the body will not be completed or that nobody waits for the response. */
  abort(reason: AbortReason): void {
    if (!this.#exchange) return
    this.#bodyOpen = false
    this.#aborted = true
    this.socket.resume()
    this.socket.write(encodeAbort(this.#number, reason))
  }

  /** Stops reading, so that the worker's writes wait: the client is slower than the application. */
  pause(): void {
    if (!this.#isLast) this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  /** The worker is gone: reads the rest of what it sent, at most what the kernel holds, and closes. */
  readToEnd(): void {
    this.#isLast = true
    this.socket.resume()
  }

  /** The request that runs on this connection is lost. */
  end(): void {
    this.#close(null)
    this.socket.destroy()
  }

  /** Takes bytes that the worker sent. */
  push(chunk: Buffer): void {
    try {
      this.#reader.push(chunk, this.#onFrame)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#close(error)
      this.socket.destroy()
    }
  }

  #received(type: number, payload: Buffer): void {
    this.#bytes += payload.length
    if (type === frameType.data) return this.#bound().data(payload)
    const exchange = this.#bind(decodeNumber(payload))
    switch (type) {
      case frameType.response: {
        const frame = decodeResponse(payload)
        if (frame.threadFree) this.#exchange = null
        exchange.responded(frame)
        if (frame.threadFree) {
          exchange.ended(endOutcome.complete)
          this.#finished()
        }
        return
      }
      case frameType.end: {
        const outcome = decodeEnd(payload)
        this.#exchange = null
        exchange.ended(outcome)
        return this.#finished()
      }
      case frameType.continue:
        expectNumberOnly(payload)
        if (this.#aborted) return
        this.#bodyOpen = true
        return exchange.accepted()
      case frameType.retry:
        expectNumberOnly(payload)
        this.#exchange = null
        this.owner.outdated()
        this.#finished()
        return exchange.retry()
      default:
        throw new ProtocolError(`frame type ${type} from a worker`)
    }
  }

  #bound(): Exchange {
    if (!this.#exchange) throw new ProtocolError('DATA without a request')
    return this.#exchange
  }

  /** The exchange of a request; the first frame about it ties it to this connection. */
  #bind(number: number): Exchange {
    if (this.#exchange) {
      if (number === this.#number) return this.#exchange
      throw new ProtocolError(`request ${number} begins before ${this.#number} has ended`)
    }
    const exchange = this.owner.taken(number)
    if (!exchange) throw new ProtocolError(`a frame about request ${number}, which is not there`)
    this.#exchange = exchange
    this.#number = number
    this.#aborted = false
    exchange.taken(this)
    return exchange
  }

  #finished(): void {
    this.endBody()
    this.socket.resume()
    this.owner.finished(this.#number, this.#bytes)
    this.#bytes = 0
  }

  #close(reason: ProtocolError | null): void {
    if (this.#closed) return
    this.#closed = true
    const exchange = this.#exchange
    this.#exchange = null
    this.#bodyOpen = false
    if (exchange) this.owner.finished(this.#number, this.#bytes)
    this.owner.closed(this, reason)
    exchange?.lost()
  }
}
