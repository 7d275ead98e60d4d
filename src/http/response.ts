/**
 * One response: its status and fields, what of the body written to it belongs to it, and what becomes of it. How that
 * goes over a connection is for its kinds to say.
 *
 *     write, end ──> fit ──> insertion ──> (encoder) ──> #send, #sendLast ──> put..., of the kind
 */
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.js'
import { FlushDelay, type HeldWritable } from './flush-delay.js'
import type { KeptBody } from './kept-wires.js'

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

/** Something that a whole body goes through on its way, and comes out of later. */
export interface BodyEncoder {
  /** Tells where it goes; once, before anything else. */
  begin(sink: EncoderSink): void
  /** Takes a piece of the body. False: wait for {@link EncoderSink.room}. */
  write(piece: Buffer, written?: Written): boolean
  /** Takes the last piece, perhaps an empty one. */
  end(piece: Buffer): void
  /** There is room again behind it, after {@link EncoderSink.put} has said that there is none. */
  drained(): void
  /** Nobody wants the rest. */
  destroy(): void
}

/** Where what comes out of an encoder goes. */
export interface EncoderSink {
  /** False: wait for {@link BodyEncoder.drained}. */
  put(body: Buffer): boolean
  /** The last bytes, perhaps none. */
  last(body: Buffer): void
  /** The encoder takes more. */
  room(): void
  /** There is no rest. */
  failed(): void
}

/** Called when a piece has left. */
export type Written = (error?: Error | null) => void

export abstract class HttpResponse {
  /** The connection may go on afterwards; decided by the time of {@link writeHead}. */
  keepAlive: boolean
  /** The connection ends after this response, without a word about it. */
  lastOne = false
  /** Without a length the end of the connection tells that of the body, also in HTTP/1.1. */
  neverChunked = false
  /** The fields have a Transfer-Encoding: for a body that brings its own chunks, or that gets them here. */
  coding: 'own' | 'added' | null = null
  /** The connection speaks another protocol behind the head, see {@link detach}. */
  switches = false
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
  /** The body that ends it stays as it is, and may be sent again. */
  protected kept: KeptBody | null = null
  /** Seconds that the client may take nothing of it; null: the usual time. */
  stall: number | null = null
  /** The request was HEAD: it gets no body. */
  readonly isHead: boolean
  /** Bytes that the body may still have; set with the head. */
  protected room = Number.POSITIVE_INFINITY
  readonly #owner: ResponseOwner
  #ended = false
  #destroyed = false
  #onClose: (() => void)[] = []
  #onDrain: (() => void) | null = null
  #delay: FlushDelay | null = null
  #insertion: BodyInsertion | null = null
  #encoder: BodyEncoder | null = null

  /** @param method that of the request */
  constructor(owner: ResponseOwner, method: string, keepAlive: boolean) {
    this.#owner = owner
    this.isHead = method === 'HEAD'
    this.keepAlive = keepAlive
  }

  // What the kinds say.

  /** Whether a body without a length goes out in pieces that tell where it ends. */
  abstract get canChunk(): boolean

  /** Whether the connection goes on when the response is through. */
  abstract get keepsConnection(): boolean

  /**
   * Decides how the body is framed by status and fields, which go to {@link writeHead} next; true for a body
   * whose end only the end of the connection can tell.
   */
  abstract endsWithConnection(status: number, fields: readonly string[]): boolean

  /** Cuts it off: the client has to see that the response is incomplete. */
  abstract destroy(): void

  protected abstract putInterim(status: number, reason: string, fields: readonly string[]): void
  /** Takes the head; it waits for {@link putHead}, or the first bytes of the body. */
  protected abstract setHead(status: number, reason: string, fields: string[]): void
  /** Adds what tells the framing. */
  protected abstract addFraming(status: number, fields: string[]): void
  /** Sends the head if it has not gone out. */
  protected abstract putHead(): void
  /** Sends bytes of the body, of which there are some; false: wait for `drain`. */
  protected abstract putBody(body: Buffer, written?: Written): boolean
  /** Sends the last bytes of the body, perhaps none, and its end. */
  protected abstract putLast(body: Buffer): void
  /** Where bytes are held back. */
  protected abstract get sink(): HeldWritable

  // What they share.

  get socket(): Socket {
    return this.#owner.socket
  }

  /** Others go over the same socket at the same time. */
  get isOneOfMany(): boolean {
    return false
  }

  /** The connection is gone; what is written goes nowhere. */
  get destroyed(): boolean {
    return this.#destroyed
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Has something put into the body. Before {@link writeHead}, whose Content-Length, if there is one, counts it in. */
  insert(insertion: BodyInsertion): void {
    this.#insertion = insertion
  }

  /** Has the body encoded, behind what is inserted. Before {@link writeHead}, whose fields have to say so. */
  encode(encoder: BodyEncoder): void {
    this.#encoder = encoder
    encoder.begin({
      put: body => this.#send(body),
      last: body => this.#sendLast(body),
      room: () => this.#tellRoom(),
      failed: () => this.destroy(),
    })
  }

  /** `100 Continue`; nothing when the response has begun. */
  writeContinue(): void {
    if (this.headersSent || this.#destroyed) return
    this.continued = true
    this.putInterim(100, 'Continue', [])
  }

  /** An informational response of another server (RFC 9110, 15.2); nothing when the response has begun. */
  writeInterim(status: number, reason: string, fields: readonly string[]): void {
    if (!this.headersSent && !this.#destroyed) this.putInterim(status, reason, fields)
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
    this.addFraming(status, fields)
    if (type !== null) fields.push('Content-Type', type)
    this.fields = fields
    this.setHead(status, reason, fields)
  }

  /**
   * What is written from here on is the response as a whole, head and all, and ends with the connection. False: it
   * cannot be sent like that.
   */
  passThrough(): boolean {
    return false
  }

  /** From here on what is written waits so many milliseconds for more, see {@link FlushDelay}. */
  delayFlushes(milliseconds: number, clock: Clock): void {
    this.#delay ??= new FlushDelay(this.sink, milliseconds, clock)
  }

  /** Sends the head if it has not gone out. */
  flushHeaders(): void {
    if (this.#destroyed) return
    if (this.#delay === null) return this.putHead()
    this.#delay.hold()
    this.putHead()
    this.#delay.wrote()
  }

  /**
   * Sends a piece of the body. False: wait for `drain`.
   * @param written called when the piece has left
   */
  write(piece: Buffer, written?: Written): boolean {
    const fitting = this.#fit(piece)
    const body = this.#insertion === null ? fitting : this.#insertion.pass(fitting)
    if (this.#encoder === null || this.#destroyed) return this.#send(body, written)
    return this.#encoder.write(body, written)
  }

  /** Sends the last piece, if there is one, and ends the response. */
  end(piece: Buffer = nothing): void {
    if (this.#ended || this.#destroyed) return
    const fitting = this.#fit(piece)
    const body = this.#insertion === null ? fitting : lastOf(this.#insertion, fitting)
    if (this.#encoder === null) this.#sendLast(body)
    else this.#encoder.end(body)
  }

  /** Sends a whole body that stays as it is and may be sent again, such as a file in memory, and ends the response. */
  endKept(kept: KeptBody): void {
    if (this.#insertion === null && this.#encoder === null) this.kept = kept
    this.end(kept.body)
  }

  /** The one way of bytes of the body to the client, but for the last ones. */
  #send(body: Buffer, written?: Written): boolean {
    if (body.length === 0 || this.#destroyed || this.#ended) {
      if (written) process.nextTick(written)
      return true
    }
    this.bodyBytes += body.length
    if (this.#delay === null) return this.putBody(body, written)
    this.#delay.hold()
    const room = this.putBody(body, written)
    this.#delay.wrote()
    return room
  }

  #sendLast(body: Buffer): void {
    this.#encoder = null
    this.bodyBytes += body.length
    this.putLast(body)
    this.#ended = true
    this.#delay?.flush()
    this.whenThrough?.()
    this.#owner.ended(this.keepsConnection)
  }

  /** Tells the connection when there is no room for more. */
  protected told(room: boolean): boolean {
    if (!room) this.#owner.stalled(this.stall)
    return room
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
    if (this.#encoder === null) this.#tellRoom()
    else this.#encoder.drained()
  }

  #tellRoom(): void {
    const listener = this.#onDrain
    this.#onDrain = null
    listener?.()
  }

  /** Told by the connection when it is gone before the response was through. */
  closed(): void {
    if (this.#destroyed || this.#ended) return
    this.#destroyed = true
    this.#encoder?.destroy()
    this.#delay?.flush()
    const listeners = this.#onClose
    this.#onClose = []
    for (const listener of listeners) listener()
    this.whenThrough?.()
  }

  /** What of a piece belongs to the response: nothing without a body, and no more than was announced. */
  #fit(piece: Buffer): Buffer {
    const { room } = this
    if (room === Number.POSITIVE_INFINITY) return piece
    const body = piece.length <= room ? piece : piece.subarray(0, room)
    this.room = room - body.length
    return body
  }

  /** The length that fields announce, without what is inserted: null for none, NaN for what is no number. */
  protected announcedLength(fields: readonly string[]): number | null {
    for (let at = 0; at < fields.length; at += 2) {
      const name = fields[at]!
      if (name.length === 14 && name.toLowerCase() === 'content-length') {
        return Number(fields[at + 1]) - (this.#insertion?.length ?? 0)
      }
    }
    return null
  }
}

/** The last piece of a body, and what goes out after it. */
function lastOf(insertion: BodyInsertion, piece: Buffer): Buffer {
  return Buffer.concat([insertion.pass(piece), insertion.rest()])
}

const nothing = Buffer.alloc(0)
