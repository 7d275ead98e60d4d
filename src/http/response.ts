/** One response on a connection: head, body in one of HTTP's framings, and what becomes of it. */
import type { Socket } from 'node:net'
import type { Version } from './head.js'

/** What a response tells its connection. */
export interface ResponseOwner {
  readonly socket: Socket
  /** The response is through; with `keepAlive` the connection goes on. */
  ended(keepAlive: boolean): void
  /** The client takes less than it is sent; it has so many seconds to go on, or (null) the usual time. */
  stalled(seconds: number | null): void
}

/** How the end of the body is told (RFC 9112, 6.3). */
type Framing = 'none' | 'length' | 'chunked' | 'close'

/** Bodies up to this size are joined to the head, so that both are one write to the socket. */
const mostJoinedBytes = 4 * 1024

export class HttpResponse {
  /** The connection may go on afterwards; decided by the time of {@link writeHead}. */
  keepAlive: boolean
  /** The connection ends after this response, without a word about it. */
  lastOne = false
  /** Without a length the end of the connection tells that of the body, also in HTTP/1.1. */
  neverChunked = false
  /** The head is written, or about to be with the first bytes of the body. */
  headersSent = false
  status = 0
  /** What was sent, the framing included: names and values, alternating. */
  fields: readonly string[] = []
  /** Called once when the response is through, or its connection gone. */
  whenThrough: (() => void) | null = null
  /** Bytes of the body that went out, without their framing. */
  bodyBytes = 0
  /** Seconds that the client may take nothing of it; null: the usual time. */
  stall: number | null = null
  #ended = false
  #destroyed = false
  #head = ''
  /** Null until it is decided, with {@link endsWithConnection} or {@link writeHead}. */
  #framing: Framing | null = null
  /** Bytes that the announced length has left. */
  #left = 0
  readonly #owner: ResponseOwner
  readonly #bodiless: boolean
  readonly #version: Version
  #onClose: (() => void)[] = []
  #onDrain: (() => void) | null = null

  /** @param method that of the request: HEAD gets no body */
  constructor(owner: ResponseOwner, method: string, version: Version, keepAlive: boolean) {
    this.#owner = owner
    this.#bodiless = method === 'HEAD'
    this.#version = version
    this.keepAlive = keepAlive
  }

  get socket(): Socket {
    return this.#owner.socket
  }

  /** The connection is gone; what is written goes nowhere. */
  get destroyed(): boolean {
    return this.#destroyed
  }

  get ended(): boolean {
    return this.#ended
  }

  /**
   * Decides how the body is framed by status and fields, which go to {@link writeHead} next; true for a body
   * whose end only the end of the connection can tell.
   */
  endsWithConnection(status: number, fields: readonly string[]): boolean {
    this.#framing = this.#framingFor(status, fields)
    return this.#framing === 'close'
  }

  /** Whether the connection goes on when the response is through. */
  get keepsConnection(): boolean {
    return this.keepAlive && !this.lastOne && this.#framing !== 'close'
  }

  /** `100 Continue`; nothing when the response has begun. */
  writeContinue(): void {
    if (!this.headersSent && !this.#destroyed) this.socket.write('HTTP/1.1 100 Continue\r\n\r\n')
  }

  /**
   * Sets status and fields; they go out with the first bytes of the body, or with {@link flushHeaders}.
   *
   * @param fields names and values, alternating, latin-1, without line breaks; framing is added
   */
  writeHead(status: number, reason: string, fields: readonly string[]): void {
    this.headersSent = true
    this.status = status
    this.#framing ??= this.#framingFor(status, fields)
    this.fields = this.#framing === 'chunked' ? [...fields, 'Transfer-Encoding', 'chunked'] : fields
    if (this.#version === 9) return
    let head = `HTTP/1.1 ${status < 100 ? String(status).padStart(3, '0') : status} ${reason}\r\n`
    const all = this.fields
    for (let at = 0; at < all.length; at += 2) head += `${all[at]}: ${all[at + 1]}\r\n`
    this.#head = `${head}\r\n`
  }

  /** Sends the head if it has not gone out. */
  flushHeaders(): void {
    if (this.#head === '' || this.#destroyed) return
    this.socket.write(this.#head, 'latin1')
    this.#head = ''
  }

  /**
   * Sends a piece of the body. False: wait for `drain`.
   * @param written called when the piece has left
   */
  write(piece: Buffer, written?: (error?: Error | null) => void): boolean {
    const body = this.#fit(piece)
    if (body.length === 0 || this.#destroyed || this.#ended) {
      if (written) process.nextTick(written)
      return true
    }
    this.bodyBytes += body.length
    if (this.#framing !== 'chunked' && this.#head === '') {
      return this.#told(this.socket.write(body, written))
    }
    const { socket } = this
    socket.cork()
    this.flushHeaders()
    if (this.#framing === 'chunked') socket.write(`${body.length.toString(16)}\r\n`, 'latin1')
    const room = socket.write(body, this.#framing === 'chunked' ? undefined : written)
    const last = this.#framing === 'chunked' ? socket.write('\r\n', 'latin1', written) : room
    socket.uncork()
    return this.#told(last)
  }

  #told(room: boolean): boolean {
    if (!room) this.#owner.stalled(this.stall)
    return room
  }

  /** Sends the last piece, if there is one, and ends the response. */
  end(piece?: Buffer): void {
    if (this.#ended || this.#destroyed) return
    if (piece !== undefined && piece.length <= mostJoinedBytes) this.#endWhole(piece)
    else {
      if (piece !== undefined) this.write(piece)
      this.#endWhole(nothing)
    }
    this.#ended = true
    this.whenThrough?.()
    this.#owner.ended(this.keepsConnection)
  }

  /** Cuts the connection: the client has to see that the response is incomplete. */
  destroy(): void {
    this.socket.destroy()
  }

  /** `close`: the connection is gone before the response was through. `drain`: there is room again; once. */
  once(event: 'close' | 'drain', listener: () => void): void {
    if (event === 'close') this.#onClose.push(listener)
    else this.#onDrain = listener
  }

  off(_event: 'close', listener: () => void): void {
    this.#onClose = this.#onClose.filter(known => known !== listener)
  }

  /** Told by the connection. */
  drained(): void {
    const listener = this.#onDrain
    this.#onDrain = null
    listener?.()
  }

  /** Told by the connection when it is gone before the response was through. */
  closed(): void {
    if (this.#destroyed || this.#ended) return
    this.#destroyed = true
    const listeners = this.#onClose
    this.#onClose = []
    for (const listener of listeners) listener()
    this.whenThrough?.()
  }

  /** Head, body and end in one write. */
  #endWhole(piece: Buffer): void {
    const body = this.#fit(piece)
    this.bodyBytes += body.length
    let text = this.#head
    this.#head = ''
    if (this.#framing === 'chunked') {
      if (body.length > 0) text += `${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n`
      text += '0\r\n\r\n'
    } else if (body.length > 0) {
      text += body.toString('latin1')
    }
    if (text !== '') this.#told(this.socket.write(text, 'latin1'))
  }

  /** What of a piece belongs to the response: nothing without a body, and no more than was announced. */
  #fit(piece: Buffer): Buffer {
    switch (this.#framing) {
      case 'none':
        return nothing
      case 'length': {
        const body = piece.length <= this.#left ? piece : piece.subarray(0, this.#left)
        this.#left -= body.length
        return body
      }
      default:
        return piece
    }
  }

  #framingFor(status: number, fields: readonly string[]): Framing {
    if (this.#version === 9) return 'close'
    if (this.#bodiless || status === 204 || status === 304) return 'none'
    for (let at = 0; at < fields.length; at += 2) {
      const name = fields[at]!
      if (name.length === 14 && name.toLowerCase() === 'content-length') {
        this.#left = Number(fields[at + 1])
        return 'length'
      }
    }
    return this.#version === 11 && !this.neverChunked ? 'chunked' : 'close'
  }
}

const nothing = Buffer.alloc(0)
