/** One response on a connection: head, body in one of HTTP's framings, and what becomes of it. */
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.js'
import { FlushDelay } from './flush-delay.js'
import type { Version } from './head.js'

/** What a response tells its connection. */
export interface ResponseOwner {
  readonly socket: Socket
  /** The response is through; with `keepAlive` the connection goes on. */
  ended(keepAlive: boolean): void
  /** It is not one of HTTP any more, and takes no notice of it; gives the bytes that are not read yet. */
  detach(): Buffer
  /** The client takes less than it is sent; it has so many seconds to go on, or (null) the usual time. */
  stalled(seconds: number | null): void
}

/** A connection that has been given away. */
export interface Detached {
  readonly socket: Socket
  readonly rest: Buffer
}

/** Something of the server's own that is put into a body on its way. */
export interface BodyInsertion {
  /** Bytes by which the body becomes longer. */
  readonly length: number
  /** What goes out for the next piece of the body. */
  pass(piece: Buffer): Buffer
  /** What goes out after the last piece. */
  rest(): Buffer
}

/** How the end of the body is told (RFC 9112, 6.3); `raw`: the application sees to it. */
type Framing = 'none' | 'length' | 'chunked' | 'close' | 'raw'

/** Bodies up to this size are joined to the head, so that both are one write to the socket. */
const mostJoinedBytes = 4 * 1024

export class HttpResponse {
  /** The connection may go on afterwards; decided by the time of {@link writeHead}. */
  keepAlive: boolean
  /** The connection ends after this response, without a word about it. */
  lastOne = false
  /** Without a length the end of the connection tells that of the body, also in HTTP/1.1. */
  neverChunked = false
  /** The fields have a Transfer-Encoding: for a body that brings its own chunks, or that gets them here. */
  coding: 'own' | 'added' | null = null
  /** The client was told to send the body. */
  continued = false
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
  #delay: FlushDelay | null = null
  #insertion: BodyInsertion | null = null

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

  /** Whether a body without a length goes out in chunks. */
  get canChunk(): boolean {
    return this.#version === 11 && !this.neverChunked && !this.#bodiless
  }

  /** The request was HEAD. */
  get isHead(): boolean {
    return this.#bodiless
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

  /** Has something put into the body. Before {@link writeHead}, whose Content-Length, if there is one, counts it in. */
  insert(insertion: BodyInsertion): void {
    this.#insertion = insertion
  }

  /** `100 Continue`; nothing when the response has begun. */
  writeContinue(): void {
    if (this.headersSent || this.#destroyed) return
    this.continued = true
    this.socket.write('HTTP/1.1 100 Continue\r\n\r\n')
  }

  /** An informational response of another server (RFC 9110, 15.2); nothing when the response has begun. */
  writeInterim(status: number, reason: string, fields: readonly string[]): void {
    if (this.headersSent || this.#destroyed) return
    let head = `HTTP/1.1 ${status} ${reason}\r\n`
    for (let at = 0; at < fields.length; at += 2) head += `${fields[at]}: ${fields[at + 1]}\r\n`
    this.socket.write(`${head}\r\n`, 'latin1')
  }

  /**
   * Sends the head, after which the connection speaks another protocol and belongs to the caller. Null: it is gone.
   * Bytes that came behind the request are given, too.
   */
  detach(): Detached | null {
    if (this.#destroyed) return null
    this.flushHeaders()
    this.#ended = true
    this.socket.once('close', () => this.whenThrough?.())
    return { socket: this.socket, rest: this.#owner.detach() }
  }

  /**
   * Sets status and fields; they go out with the first bytes of the body, or with {@link flushHeaders}.
   *
   * @param fields names and values, alternating, latin-1, without line breaks; what tells the framing is added
   * @param type a Content-Type, which goes behind that
   */
  writeHead(status: number, reason: string, fields: string[], type: string | null = null): void {
    this.headersSent = true
    this.status = status
    this.#framing ??= this.#framingFor(status, fields)
    if (this.#framing === 'chunked' && this.coding === null) {
      fields.push('Transfer-Encoding', 'chunked')
    }
    if (type !== null) fields.push('Content-Type', type)
    this.fields = fields
    if (this.#version === 9) return
    let head = `HTTP/1.1 ${status < 100 ? String(status).padStart(3, '0') : status} ${reason}\r\n`
    for (let at = 0; at < fields.length; at += 2) head += `${fields[at]}: ${fields[at + 1]}\r\n`
    this.#head = `${head}\r\n`
  }

  /** From here on what is written waits so many milliseconds for more, see {@link FlushDelay}. */
  delayFlushes(milliseconds: number, clock: Clock): void {
    this.#delay ??= new FlushDelay(this.socket, milliseconds, clock)
  }

  /** Sends the head if it has not gone out. */
  flushHeaders(): void {
    if (this.#head === '' || this.#destroyed) return
    this.#delay?.hold()
    this.#writeHead()
    this.#delay?.wrote()
  }

  /**
   * Sends a piece of the body. False: wait for `drain`.
   * @param written called when the piece has left
   */
  write(piece: Buffer, written?: (error?: Error | null) => void): boolean {
    const fitting = this.#fit(piece)
    const body = this.#insertion === null ? fitting : this.#insertion.pass(fitting)
    if (body.length === 0 || this.#destroyed || this.#ended) {
      if (written) process.nextTick(written)
      return true
    }
    this.bodyBytes += body.length
    if (this.#delay === null) return this.#writeFramed(body, written)
    this.#delay.hold()
    const room = this.#writeFramed(body, written)
    this.#delay.wrote()
    return room
  }

  #writeHead(): void {
    this.socket.write(this.#head, 'latin1')
    this.#head = ''
  }

  #writeFramed(body: Buffer, written?: (error?: Error | null) => void): boolean {
    if (this.#framing !== 'chunked' && this.#head === '') {
      return this.#told(this.socket.write(body, written))
    }
    const { socket } = this
    socket.cork()
    if (this.#head !== '') this.#writeHead()
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
    if (this.#insertion !== null) return this.#endInserted(this.#insertion, piece)
    if (piece !== undefined && piece.length <= mostJoinedBytes) this.#endWhole(piece)
    else {
      if (piece !== undefined) this.write(piece)
      this.#endWhole(nothing)
    }
    this.#ended = true
    this.#delay?.flush()
    this.whenThrough?.()
    this.#owner.ended(this.keepsConnection)
  }

  #endInserted(insertion: BodyInsertion, piece: Buffer = nothing): void {
    this.#insertion = null
    const last = Buffer.concat([insertion.pass(this.#fit(piece)), insertion.rest()])
    this.#left = last.length
    this.end(last)
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
    this.#delay?.flush()
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
    if (this.#bodiless || status === 101 || status === 204 || status === 304) return 'none'
    if (this.coding !== null) return this.coding === 'own' ? 'raw' : 'chunked'
    for (let at = 0; at < fields.length; at += 2) {
      const name = fields[at]!
      if (name.length === 14 && name.toLowerCase() === 'content-length') {
        this.#left = Number(fields[at + 1]) - (this.#insertion?.length ?? 0)
        return Number.isNaN(this.#left) ? 'raw' : 'length'
      }
    }
    return this.canChunk ? 'chunked' : 'close'
  }
}

const nothing = Buffer.alloc(0)
