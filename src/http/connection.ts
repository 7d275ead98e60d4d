/**
 * One client connection: cuts the bytes into requests, one at a time and in order, and keeps the times that a
 * client has to say something.
 *
 *            head complete               response through, body read
 *     idle ────────────────> busy ──────────────────────────────────> idle (kept alive)
 *      │ silence, refusal      │ response through, not kept
 *      v                       v
 *    ended <── silence ── lingering (the client may still send: it is read and dropped)
 *
 *     busy ── 101 ──> given away (somebody else speaks another protocol on the socket)
 *
 * A client that ends its side may still want the answer: its end is noted, and the connection closed after the
 * response (as Apache does).
 */
import type { Socket } from 'node:net'
import { type BodyDecoder, decoderFor, type Fault, type Framing } from './body-decoder.js'
import { announcedBy } from './framing.js'
import {
  awaitNewBeginning,
  framesOf,
  http2Opening,
  isHttp2Opening,
  upgradeOf,
} from './h2c-upgrade.js'
import type { Head } from './head.js'
import { HeadReader } from './head-reader.js'
import type {
  Activity,
  Connection,
  ConnectionRules,
  ConnectionServer,
  Http2Entrance,
  HttpHandler,
} from './http-handler.js'
import { Http1Response } from './http1-response.js'
import { lingerRule, Patience, silenceRule } from './patience.js'
import { firstLine, hasWholeLine, methodOf } from './refused-line.js'
import { type BodyReceiver, type BodySource, HttpRequest } from './request.js'
import type { ResponseOwner } from './response.js'
import { isSecure } from './secure-socket.js'
import { TurnOfReading } from './turn-of-reading.js'

/** A body, or further requests, may wait unread up to this many bytes. */
const mostWaitingBytes = 64 * 1024

type State = 'idle' | 'busy' | 'lingering' | 'ended' | 'given away'

export class HttpConnection implements Connection, BodySource, ResponseOwner {
  state: State = 'idle'
  readonly secure: boolean
  /** Requests that came over it, and what was no request but had an answer. */
  requests = 0
  readonly #rules: ConnectionRules
  readonly #handler: HttpHandler
  readonly #http2: Http2Entrance | null
  readonly #patience: Patience
  readonly #turn: TurnOfReading
  readonly #heads = new HeadReader()
  #bytes: Buffer = nothing
  #request: HttpRequest | null = null
  #response: Http1Response | null = null
  #framing: Framing = noBody
  #decoder: BodyDecoder | null = null
  #receiver: BodyReceiver | null = null
  #bodyPaused = false
  #responseEnded = false
  /** The client sends no more. */
  #clientEnded = false
  readonly #listeners: readonly [string, (chunk: Buffer) => void][] = [
    ['data', chunk => this.#received(chunk)],
    ['drain', () => this.#drained()],
    // Node's timer of a socket sees when a write goes on, however slowly.
    ['timeout', () => this.socket.destroy()],
    ['end', () => this.#clientHasEnded()],
    // 'close' follows.
    ['error', () => {}],
    ['close', () => this.#closed()],
  ]
  /** Guards against answering the next request from within the end of the one before. */
  #cutting = false

  constructor(
    readonly socket: Socket,
    { rules, handler, http2, connections }: ConnectionServer,
  ) {
    this.#rules = rules
    this.#handler = handler
    this.#http2 = http2
    this.secure = isSecure(socket)
    this.#turn = new TurnOfReading(socket, this.secure, connections)
    this.#patience = new Patience(() => this.#outOfTime())
    this.#patience.start(silenceRule(rules.silence))
    for (const [event, listener] of this.#listeners) socket.on(event, listener)
  }

  get inProgress(): number {
    return this.state === 'busy' ? 1 : 0
  }

  get activity(): Activity {
    if (this.state === 'busy') return this.#response?.headersSent === true ? 'writing' : 'waiting'
    if (this.state !== 'idle') return 'closing'
    return this.requests === 0 || this.#heads.hasBegun ? 'waiting' : 'keepAlive'
  }

  /** Closes it if nothing is going on; else after the present response. */
  closeWhenIdle(): void {
    const isIdle = this.state === 'idle' && this.#bytes.length === 0
    if (isIdle || this.state === 'lingering') this.#end()
    // What is spoken on it now has no end that could be waited for; what is written already goes out.
    if (this.state === 'given away') this.socket.destroySoon()
  }

  destroy(): void {
    this.socket.destroy()
  }

  /** The client has chosen HTTP/2 in the handshake of TLS. */
  goOnWithHttp2(): void {
    this.#giveAway()
    this.#http2?.enter(this, nothing)
  }

  /** Answers that HTTP is spoken where HTTPS is; what is said is not looked at, as if it were an old request. */
  refusePlain(): void {
    this.#refuse(400, 'GET / HTTP/1.0', true)
  }

  // For the request: its body.

  takeWhole(limit: number): Buffer | null {
    const framing = this.#framing
    if (framing.kind === 'none') return nothing
    if (framing.kind !== 'length' || framing.length > Math.min(limit, this.#bytes.length)) {
      return null
    }
    const body = this.#bytes.subarray(0, framing.length)
    this.#bytes = this.#bytes.subarray(framing.length)
    this.#bodyIsComplete()
    return body
  }

  startBody(receiver: BodyReceiver): void {
    if (this.#decoder === null) return receiver.bodyEnd()
    this.#receiver = receiver
    this.#patience.start(this.#rules.bodyPatience)
    this.resumeBody()
  }

  pauseBody(): void {
    if (this.#receiver === null) return
    this.#bodyPaused = true
    this.#patience.stop()
    this.socket.pause()
  }

  resumeBody(): void {
    if (this.#receiver === null) return
    if (this.#bodyPaused) this.#patience.start(this.#rules.bodyPatience)
    this.#bodyPaused = false
    this.socket.resume()
    this.#feedBody(0)
    if (this.#clientEnded && this.#receiver !== null) this.#breakBody(500)
  }

  switchProtocol(): void {
    const request = this.#request!
    const response = this.#response!
    const came = this.#bytes
    this.#giveAway()
    response.switchProtocol(['Upgrade', 'h2c', 'Connection', 'Upgrade'])
    awaitNewBeginning(this.socket, came, this.#rules.headPatience, ({ opening, rest }) =>
      this.#http2!.enter(this, Buffer.concat([opening, framesOf(request), rest])),
    )
  }

  // For the response.

  ended(keepAlive: boolean): void {
    if (this.state === 'given away') return
    this.#responseEnded = true
    this.#response = null
    if (!keepAlive || this.#rules.stopping) return this.#linger()
    const request = this.#request
    if (request === null || request.complete) return this.#becomeIdle()
    // The client was never told to send the body.
    if (request.expects === 'continue' && this.#receiver === null) return this.#linger()
    request.resume()
  }

  detach(): Buffer {
    const rest = this.#bytes
    this.#giveAway()
    return rest
  }

  stalled(seconds: number | null): void {
    this.socket.setTimeout((seconds ?? this.#rules.stall) * 1000)
  }

  // From the socket.

  #drained(): void {
    this.socket.setTimeout(0)
    this.#response?.drained()
  }

  #received(chunk: Buffer): void {
    if (this.state === 'lingering') return this.#patience.renew()
    this.#turn.received(chunk, this.#bytes.length === 0 && this.state === 'idle')
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    if (this.state === 'idle') {
      if (this.#heads.hasBegun) this.#patience.received(chunk.length)
      return this.#cut()
    }
    if (this.#receiver !== null) return this.#feedBody(chunk.length)
    if (this.#bytes.length > mostWaitingBytes) this.socket.pause()
  }

  /** Takes heads off the bytes as long as each request is answered at once. */
  #cut(): void {
    if (this.#cutting) return
    this.#cutting = true
    while (this.#mayCut && this.#cutOne());
    this.#cutting = false
  }

  /** Of a socket that is destroyed the addresses cannot be had any more, and nobody waits for the answer. */
  get #mayCut(): boolean {
    return this.state === 'idle' && this.#bytes.length > 0 && !this.socket.destroyed
  }

  /** False: more bytes are needed. */
  #cutOne(): boolean {
    const { hasBegun } = this.#heads
    const read = this.#heads.read(this.#bytes)
    if (read === 'incomplete') {
      if (this.#clientEnded) this.#end()
      else if (!hasBegun) this.#patience.start(this.#rules.headPatience)
      return false
    }
    if (typeof read !== 'object') {
      this.#refuse(read)
      return true
    }
    this.#bytes = read.rest
    this.#begin(read.head)
    return true
  }

  #begin(head: Head): void {
    if (this.#http2 !== null && this.requests === 0 && !this.secure && isHttp2Opening(head)) {
      const came = Buffer.concat([http2Opening, this.#bytes])
      this.#giveAway()
      return this.#http2.enter(this, came)
    }
    const { framing, fields, expects, keepAlive, twoLengths } = announcedBy(head)
    if (framing === null) {
      return this.#refuse(400, `${head.method} ${head.target} ${head.protocol}\r`)
    }
    this.state = 'busy'
    this.requests++
    this.#patience.stop()
    this.#responseEnded = false
    this.#framing = framing
    this.#decoder = decoderFor(framing)
    const request = new HttpRequest(head, fields, framing.kind !== 'none', expects, this)
    this.#request = request
    request.twoLengths = twoLengths
    request.cameWithTurn = this.#turn.take()
    if (this.#http2 !== null) request.upgrade = upgradeOf(request, this)
    this.#response = new Http1Response(this, head.method, head.version, keepAlive)
    this.#handler.request(request, this.#response)
    request.cameWithTurn = false
  }

  /** The socket is for somebody else from here on. */
  #giveAway(): void {
    const { socket } = this
    this.state = 'given away'
    this.#patience.end()
    this.#bytes = nothing
    this.#response = null
    socket.pause()
    socket.setTimeout(0)
    for (const [event, listener] of this.#listeners) socket.off(event, listener)
    socket.on('error', () => {})
  }

  #refuse(status: 400 | 408 | 414, line = firstLine(this.#bytes), plain = false): void {
    this.#patience.stop()
    this.#bytes = nothing
    this.state = 'busy'
    this.requests++
    this.#request = null
    this.#response = new Http1Response(this, status === 414 ? 'GET' : methodOf(line), 11, false)
    this.#handler.refused(this.#response, status, line?.replace(/\r$/, '') ?? null, plain)
  }

  #feedBody(fresh: number): void {
    const receiver = this.#receiver
    if (receiver === null || this.#bodyPaused) return
    this.#patience.received(fresh)
    if (this.#bytes.length === 0) return
    const { used, pieces, complete, fault } = this.#decoder!.decode(this.#bytes)
    this.#bytes = used === this.#bytes.length ? nothing : this.#bytes.subarray(used)
    for (const piece of pieces) {
      receiver.bodyPiece(piece)
      // It may have had enough: the response is out, and the connection ends.
      if (this.#receiver !== receiver) return
    }
    if (fault !== null) return this.#breakBody(fault)
    if (!complete) return
    const request = this.#request
    this.#bodyIsComplete()
    receiver.bodyEnd()
    // Not the next one, which may be there by now.
    const isPresent = this.#request === request
    if (isPresent && this.#responseEnded && this.state === 'busy') this.#becomeIdle()
  }

  #bodyIsComplete(): void {
    this.#patience.stop()
    this.#decoder = null
    this.#receiver = null
    this.#request!.complete = true
  }

  /** The rest of the body cannot be had: nothing on this connection can be understood any more. */
  #breakBody(status: Fault | 408): void {
    const receiver = this.#receiver
    this.#receiver = null
    this.#patience.stop()
    this.#bytes = nothing
    if (this.#response) this.#response.keepAlive = false
    receiver?.bodyBroken(status)
    if (this.#responseEnded && this.state === 'busy') this.#linger()
  }

  #becomeIdle(): void {
    this.state = 'idle'
    this.#request = null
    this.socket.resume()
    if (this.#rules.stopping) return this.#linger()
    if (this.#bytes.length === 0 && this.#clientEnded) return this.#end()
    this.#patience.start(silenceRule(this.#rules.keepAliveTimeout))
    this.#cut()
  }

  #clientHasEnded(): void {
    this.#clientEnded = true
    if (this.state === 'idle' && hasWholeLine(this.#bytes)) return this.#refuse(400)
    if (this.state === 'idle' || this.state === 'lingering') return this.#end()
    if (this.#receiver !== null && !this.#bodyPaused) this.#breakBody(500)
  }

  #outOfTime(): void {
    // Without a whole request line there is nothing to answer.
    if (this.state === 'idle' && hasWholeLine(this.#bytes)) return this.#refuse(408)
    if (this.state === 'busy' && this.#receiver !== null) return this.#breakBody(408)
    if (this.state === 'busy') return
    this.#end()
  }

  /** Closes our side and reads what the client still sends: else the kernel discards the answer (RFC 9112, 9.6). */
  #linger(): void {
    if (this.#clientEnded || this.#rules.stopping) return this.#end()
    this.state = 'lingering'
    this.#request = null
    this.#receiver = null
    this.#bytes = nothing
    this.socket.end()
    this.socket.resume()
    this.#patience.start(lingerRule)
  }

  #end(): void {
    this.state = 'ended'
    this.#patience.stop()
    this.socket.destroySoon()
  }

  #closed(): void {
    this.state = 'ended'
    this.#patience.end()
    this.#receiver = null
    const response = this.#response
    this.#response = null
    response?.closed()
  }
}

const nothing = Buffer.alloc(0)
const noBody: Framing = { kind: 'none' }
