/** One stream of a connection of HTTP/2: a request, and the response to it. */

import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { announcedBy } from './framing.js'
import type { Connection, ConnectionRules, HttpHandler } from './http-handler.js'
import { http2Head } from './http2-head.js'
import { Http2Response } from './http2-response.js'
import { lingerRule, Patience } from './patience.js'
import { type BodyReceiver, type BodySource, HttpRequest, type StreamName } from './request.js'
import type { ResponseOwner } from './response.js'

/** The connection of a stream. */
export interface StreamConnection extends Pick<Connection, 'socket' | 'secure'> {
  readonly rules: ConnectionRules
  readonly handler: HttpHandler
}

export class Http2Exchange implements BodySource, ResponseOwner {
  readonly socket: Socket
  readonly secure: boolean
  readonly #connection: StreamConnection
  readonly #stream: ServerHttp2Stream
  readonly #patience: Patience
  #request: HttpRequest | null = null
  #response: Http2Response | null = null
  #receiver: BodyReceiver | null = null
  #paused = false
  /** Nothing more of the body comes. */
  #bodyOver: boolean

  constructor(connection: StreamConnection, stream: ServerHttp2Stream, endsAtOnce: boolean) {
    this.#connection = connection
    this.#stream = stream
    this.socket = connection.socket
    this.secure = connection.secure
    this.#bodyOver = endsAtOnce
    this.#patience = new Patience(() => this.#outOfTime())
    stream.on('drain', () => this.#drained())
    stream.on('timeout', () => stream.close(constants.NGHTTP2_CANCEL))
    // 'close' follows.
    stream.on('error', () => {})
    stream.on('close', () => this.#closed())
  }

  /** @param raw the fields of the request as they came */
  begin(raw: readonly string[], name: StreamName): void {
    const { handler } = this.#connection
    const hasBody = !this.#bodyOver
    const head = http2Head(raw, hasBody)
    if (typeof head !== 'object') return this.#refuse(head, raw)
    const { expects, fields } = announcedBy(head)
    const request = new HttpRequest(head, fields, hasBody, expects, this)
    request.stream = name
    this.#request = request
    this.#response = new Http2Response(this, head.method, this.#stream)
    if (!hasBody) this.#stream.resume()
    handler.request(request, this.#response)
  }

  #refuse(status: number, raw: readonly string[]): void {
    const valueIn = (name: string) => raw[raw.indexOf(name) + 1] ?? ''
    const response = new Http2Response(this, valueIn(':method'), this.#stream)
    this.#response = response
    const line = `${valueIn(':method')} ${valueIn(':path')} HTTP/2.0`
    this.#connection.handler.refused(response, status, line, false)
  }

  // For the request: its body.

  takeWhole(): Buffer | null {
    return this.#bodyOver ? nothing : null
  }

  startBody(receiver: BodyReceiver): void {
    if (this.#bodyOver) return receiver.bodyEnd()
    this.#receiver = receiver
    this.#patience.start(this.#connection.rules.bodyPatience)
    this.#stream.on('data', piece => this.#received(piece as Buffer))
    this.#stream.on('end', () => this.#bodyIsComplete())
  }

  pauseBody(): void {
    if (this.#receiver === null) return
    this.#paused = true
    this.#patience.stop()
    this.#stream.pause()
  }

  resumeBody(): void {
    if (this.#receiver === null) return
    if (this.#paused) this.#patience.start(this.#connection.rules.bodyPatience)
    this.#paused = false
    this.#stream.resume()
  }

  /** It is HTTP/2 already. */
  switchProtocol(): void {}

  // For the response.

  ended(): void {
    this.#response = null
    if (this.#bodyOver) return
    if (this.#stream.writableFinished) this.#linger()
    else this.#stream.once('finish', () => this.#linger())
  }

  /** A stream is nobody else's: HTTP/2 has no Upgrade. */
  detach(): Buffer {
    return nothing
  }

  stalled(seconds: number | null): void {
    this.#stream.setTimeout((seconds ?? this.#connection.rules.stall) * 1000)
  }

  // From the stream.

  #drained(): void {
    this.#stream.setTimeout(0)
    this.#response?.drained()
  }

  #received(piece: Buffer): void {
    this.#patience.received(piece.length)
    this.#receiver?.bodyPiece(piece)
  }

  #bodyIsComplete(): void {
    const receiver = this.#receiver
    // The client may have reset the stream, which ends it as well.
    if (this.#bodyOver || this.#stream.aborted || this.#stream.rstCode !== 0) return
    this.#bodyOver = true
    this.#patience.end()
    this.#receiver = null
    if (this.#request) this.#request.complete = true
    receiver?.bodyEnd()
  }

  /**
   * Nobody wants the rest of the body, and the stream may be reset (RFC 9113, 8.1): but clients that send at that moment
   * lose the response then (curl 7.88 says that there was an error in the framing layer), and most stop by themselves.
   */
  #linger(): void {
    const { rules } = this.#connection
    this.#receiver = null
    if (rules.stopping) return this.#reset()
    this.#patience.start(lingerRule)
    this.#stream.on('data', () => {
      if (rules.stopping) this.#reset()
      else this.#patience.renew()
    })
    this.#stream.resume()
  }

  #reset(): void {
    this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }

  #outOfTime(): void {
    if (this.#stream.writableFinished) this.#reset()
    else this.#breakBody(408)
  }

  #breakBody(status: 408): void {
    const receiver = this.#receiver
    this.#receiver = null
    receiver?.bodyBroken(status)
  }

  #closed(): void {
    this.#patience.end()
    this.#receiver = null
    const response = this.#response
    this.#response = null
    response?.closed()
  }
}

const nothing = Buffer.alloc(0)
