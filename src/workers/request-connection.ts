/**
 * One request thread of a worker, seen from Node: a connection that carries one exchange (request and
 * response) at a time. It knows frames and their order, not HTTP.
 */
import type { Socket } from 'node:net'
import {
  type AbortReason,
  decodeEnd,
  decodeResponse,
  encodeFrame,
  encodeHeader,
  expectEmpty,
  type EndOutcome,
  endOutcome,
  FrameReader,
  frameType,
  ProtocolError,
  type ResponseFrame,
} from './protocol.js'

/** What the owner of a request hears about it. Exactly one of `ended`, `retry` and `lost` comes, last. */
export interface Exchange {
  /** The application takes the request: a streamed body may be sent. */
  accepted(): void
  /** Status, header fields and the first bytes of the body. */
  responded(frame: ResponseFrame): void
  /** More of the body. */
  data(piece: Buffer): void
  /** The worker is through with it. */
  ended(outcome: EndOutcome): void
  /** The worker did not begin (old code, or gone before it read the request): give it to another. */
  retry(): void
  /** The worker process went away in the middle. */
  lost(): void
  /** After {@link RequestConnection.sendBody} returned false: there is room again. */
  drained(): void
}

/** What the owner of the connection hears. */
export interface ConnectionOwner {
  /** The thread is free again. */
  freed(connection: RequestConnection): void
  /** The worker saw that its script has changed. */
  outdated(): void
  /** The connection is of no more use; `reason` is null when the other side just closed it. */
  closed(connection: RequestConnection, reason: ProtocolError | null): void
}

const emptyFrame = {
  bodyEnd: encodeFrame(frameType.bodyEnd, new Uint8Array(0)),
}

/**
 * How the kernel says that a Unix socket was closed by a peer which had not read everything: the request
 * never reached the application and may be given to another process.
 */
const unreadErrors: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET'])

export class RequestConnection {
  #exchange: Exchange | null = null
  /** True between CONTINUE and the end or abortion of a streamed body. */
  #bodyOpen = false
  #closed = false
  /** True once the worker has sent a frame of the present exchange. */
  #begun = false
  /** The connection ended with bytes of ours that the worker never read. */
  #unread = false
  readonly #reader = new FrameReader()
  readonly #onFrame = (type: number, payload: Buffer) => this.#received(type, payload)

  constructor(
    readonly thread: number,
    readonly socket: Socket,
    readonly owner: ConnectionOwner,
  ) {
    socket.on('data', chunk => this.#push(chunk as Buffer))
    socket.on('drain', () => this.#exchange?.drained())
    socket.on('close', () => this.#close(null))
    socket.on('error', error => {
      this.#unread = unreadErrors.has((error as NodeJS.ErrnoException).code ?? '')
      socket.destroy()
    })
  }

  get busy(): boolean {
    return this.#exchange !== null
  }

  /** Begins an exchange with an encoded REQUEST frame. The connection must not be busy. */
  send(request: Buffer, exchange: Exchange): void {
    this.#exchange = exchange
    this.#begun = false
    this.socket.write(request)
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
    this.socket.write(emptyFrame.bodyEnd)
  }

  /** Tells the worker that the body will not be completed or that nobody waits for the response. */
  abort(reason: AbortReason): void {
    if (!this.#exchange) return
    this.#bodyOpen = false
    this.socket.resume()
    this.socket.write(encodeFrame(frameType.abort, Uint8Array.of(reason)))
  }

  /** Stops reading, so that the worker's writes wait: the client is slower than the application. */
  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  /** The worker is gone: whatever runs on this connection is lost. */
  end(): void {
    this.#close(null)
    this.socket.destroy()
  }

  #push(chunk: Buffer): void {
    try {
      this.#reader.push(chunk, this.#onFrame)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#close(error)
      this.socket.destroy()
    }
  }

  #received(type: number, payload: Buffer): void {
    const exchange = this.#exchange
    if (!exchange) throw new ProtocolError(`frame type ${type} without a request`)
    this.#begun = true
    switch (type) {
      case frameType.response: {
        const frame = decodeResponse(payload)
        if (!frame.threadFree) return exchange.responded(frame)
        this.#exchange = null
        exchange.responded(frame)
        exchange.ended(endOutcome.complete)
        return this.#freed()
      }
      case frameType.data:
        return exchange.data(payload)
      case frameType.end: {
        const outcome = decodeEnd(payload)
        this.#exchange = null
        exchange.ended(outcome)
        return this.#freed()
      }
      case frameType.continue:
        expectEmpty(payload)
        this.#bodyOpen = true
        return exchange.accepted()
      case frameType.retry:
        expectEmpty(payload)
        this.#exchange = null
        this.owner.outdated()
        this.#freed()
        return exchange.retry()
      default:
        throw new ProtocolError(`frame type ${type} from a worker`)
    }
  }

  #freed(): void {
    this.endBody()
    this.socket.resume()
    this.owner.freed(this)
  }

  #close(reason: ProtocolError | null): void {
    if (this.#closed) return
    this.#closed = true
    const exchange = this.#exchange
    this.#exchange = null
    this.#bodyOpen = false
    this.owner.closed(this, reason)
    if (this.#unread && !this.#begun) exchange?.retry()
    else exchange?.lost()
  }
}
