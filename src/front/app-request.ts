/**
 * One request on its way through the application: waits for a thread, streams the body to it, and the
 * response back, with back-pressure in both directions.
 */
import type { BodyReceiver, HttpRequest } from '../http/request.js'
import type { HttpResponse } from '../http/response.js'
import type { RunningRequest } from '../logging/events.js'
import type { Job, Pool, RefusalReason, WorkerName } from '../workers/dispatcher.js'
import type { Exchange } from '../workers/exchange.js'
import {
  type AbortReason,
  abortReason,
  bodyKind,
  type EndOutcome,
  encodeRequest,
  endOutcome,
  maxInlineBody,
  type ResponseFrame,
} from '../workers/protocol.js'
import type { ThreadConnection } from '../workers/thread-connection.js'
import type { ApplicationFront, RequestBody } from './application-front.js'
import { HeldParts } from './held-parts.js'
import type { Listed } from './in-progress.js'
import { type HttpExchange, writeHead } from './reply.js'
import { ResponseHead } from './response-head.js'
import type { SilenceRules, Watched } from './silence-watch.js'

export class AppRequest implements Job, Exchange, Listed, BodyReceiver, Watched {
  readonly #onClose = () => this.#closed()
  /** See {@link InProgress}. */
  place = -1
  /** The worker that has it; null while it waits. */
  pool: Pool | null = null
  /** The connection of the thread that has it, once that is known. */
  #connection: ThreadConnection | null = null
  #frame: Buffer | null = null
  #answered = false
  #headSent = false
  #dropBody = false
  /** The worker does not want (more of) the body. */
  #bodyDone: boolean
  #bodyBytes = 0
  #piped = false
  /** Parts of the response held back until the request body is complete. */
  #held: HeldParts | null = null
  #waitsForDrain = false
  readonly request: HttpRequest
  readonly response: HttpResponse
  readonly #submitted: number
  #started = 0
  /** When the worker last said something, or could not. */
  #heard = 0
  #namedSlow = false
  /** See {@link Pool}. */
  #worker: WorkerName | null = null
  #workerField: string | null = null

  constructor(
    readonly front: ApplicationFront,
    readonly http: HttpExchange,
    readonly environ: string,
    readonly scriptFilename: string,
    body: RequestBody,
  ) {
    this.#submitted = front.clock.now()
    this.#bodyDone = body !== 'streamed'
    const kind =
      body === 'none' ? bodyKind.none : body === 'streamed' ? bodyKind.streamed : bodyKind.inline
    this.#frame = encodeRequest(environ, kind, typeof body === 'string' ? undefined : body)
    this.request = http.request
    this.response = http.response
    this.response.stall = front.responseStall
    front.inProgress.add(this)
    this.response.once('close', this.#onClose)
  }

  /** For log lines. */
  describe(): RunningRequest {
    const { method, url: target, client } = this.request
    const since = this.#started || this.#submitted
    const seconds = (this.front.clock.now() - since) / 1000
    const { scriptFilename } = this
    return { method, target, client, scriptFilename, seconds, begun: this.#headSent }
  }

  // Watched.

  look(now: number, { silence, slow }: SilenceRules): void {
    if (this.pool === null) return this.#lookForWorker()
    if (slow !== null && !this.#namedSlow && now - this.#started > slow) {
      this.#namedSlow = true
      this.front.log.emit({ type: 'slowRequest', request: this.describe(), over: false })
    }
    // A client that sends its body slowly, or does not read, keeps the worker silent.
    if (!this.#bodyDone || this.#waitsForDrain) this.#heard = now
    else if (silence !== null && now - this.#heard > silence) this.#giveUp(silence)
  }

  /** Whoever takes it would see that it has waited too long; where workers die at their start nobody does. */
  #lookForWorker(): void {
    const { dispatcher } = this.front
    if (!dispatcher.hasWorkers && this.#hasWaitedTooLong()) dispatcher.withdraw(this)
  }

  #giveUp(silence: number): void {
    if (this.#answered) return
    this.front.log.emit({
      type: 'workerSilent',
      request: this.describe(),
      limit: silence / 1000,
      begun: this.#headSent,
    })
    this.#connection?.abort(abortReason.clientGone)
    this.#held = null
    if (this.#headSent) this.#finish(endOutcome.failedAfterHead)
    else this.#page(504)
  }

  /** The queue is full: it waits outside for room, but no longer than --connect-timeout. */
  waitForRoom(): void {
    const { clock, dispatcher, connectTimeout, queueLimit, log } = this.front
    clock.after(connectTimeout * 1000, () => {
      if (dispatcher.placeOf(this) < queueLimit) return
      dispatcher.withdraw(this)
      log.emit({ type: 'queueFull', request: this.describe(), limit: queueLimit })
      this.#page(503)
    })
  }

  // Job: waiting for a thread.

  wanted(): boolean {
    return !this.#answered && !this.#hasWaitedTooLong()
  }

  #hasWaitedTooLong(): boolean {
    const { queueTimeout, clock, log } = this.front
    if (queueTimeout === 0 || clock.now() - this.#submitted <= queueTimeout * 1000) return false
    log.emit({ type: 'queueTimeout', request: this.describe(), limit: queueTimeout })
    this.#page(504)
    return true
  }

  start(pool: Pool): void {
    this.pool = pool
    this.#worker = pool.worker ?? null
    this.#workerField = pool.workerField ?? null
    this.#started = this.front.clock.now()
    this.#heard = this.#started
    this.http.access?.given(pool)
    // From here on a failure is one of its own, which may have a document of its own.
    this.http.failing = false
    pool.send(this.#frame!, this)
  }

  refuse(why: RefusalReason): void {
    this.#page(why === 'stopping' ? 503 : 500)
  }

  // Exchange: with a thread.

  taken(connection: ThreadConnection): void {
    this.#connection = connection
    this.http.access?.taken(connection.thread)
    // The client went away before it was known which thread has the request.
    if (this.response.destroyed) connection.abort(this.#abortReason())
  }

  accepted(): void {
    if (this.request.expects === 'continue') this.response.writeContinue()
    this.#piped = true
    this.request.receive(this)
  }

  responded(frame: ResponseFrame): void {
    this.#frame = null
    if (this.#inOrder) this.#sendHead(frame)
    else this.#hold(frame.body.length, () => this.#sendHead(frame))
  }

  data(piece: Buffer): void {
    this.#heard = this.front.clock.now()
    if (this.#inOrder) this.#sendPiece(piece)
    else this.#hold(piece.length, () => this.#sendPiece(piece))
  }

  ended(outcome: EndOutcome): void {
    if (this.#namedSlow) {
      this.front.log.emit({ type: 'slowRequest', request: this.describe(), over: true })
    }
    this.#connection = null
    this.pool = null
    if (this.#inOrder) this.#finish(outcome)
    else this.#hold(0, () => this.#finish(outcome))
    // Paused for a thread that will not read on: the rest is dropped, or the client would be stuck in it.
    if (this.#piped) this.request.resume()
    // Nobody reads the rest of the body any more, but the client still sends it.
    else if (!this.#bodyDone && !this.#answered) this.accepted()
  }

  retry(): void {
    this.#connection = null
    this.pool = null
    if (!this.#answered) this.front.dispatcher.submit(this)
  }

  lost(): void {
    const begun = this.#headSent
    const isCut = begun && this.pool?.cutsOff === true
    this.#connection = null
    this.pool = null
    if (this.#piped) this.request.resume()
    if (this.#answered) return
    // What is cut off was named with its worker.
    if (!isCut) this.front.log.emit({ type: 'requestLost', request: this.describe(), begun })
    this.#release()
    if (isCut) this.#finish(endOutcome.brokenOff)
    else if (this.response.headersSent) this.#finish(endOutcome.failedAfterHead)
    else this.#page(502)
  }

  drained(): void {
    this.request.resume()
  }

  // BodyReceiver: the request body.

  bodyPiece(piece: Buffer): void {
    const { bodyLimit } = this.front
    const room = bodyLimit > 0 ? bodyLimit - this.#bodyBytes : Number.POSITIVE_INFINITY
    this.#bodyBytes += piece.length
    if (piece.length <= room) return this.#passBody(piece)
    // The application gets what is within the limit, as from Apache.
    if (room > 0) this.#passBody(piece.subarray(0, room))
    this.#bodyTooLong()
  }

  #passBody(piece: Buffer): void {
    for (let at = 0; at < piece.length && this.#connection; at += maxInlineBody) {
      const room = this.#connection.sendBody(piece.subarray(at, at + maxInlineBody))
      if (!room) this.request.pause()
    }
  }

  bodyEnd(): void {
    this.#bodyDone = true
    this.#heard = this.front.clock.now()
    this.#connection?.endBody()
    this.#release()
  }

  bodyBroken(status: number): void {
    this.#bodyDone = true
    this.#connection?.abort(abortReason.bodyBroken)
    this.#held = null
    this.#page(status)
  }

  #bodyTooLong(): void {
    if (this.#answered) return
    this.#connection?.abort(abortReason.bodyBroken)
    this.#held = null
    this.#page(413)
  }

  // The response.

  /** Whether a part of the response may go out: as in mod_wsgi's daemon mode, after the request body. */
  get #inOrder(): boolean {
    return this.#bodyDone || this.#answered
  }

  #hold(bytes: number, step: () => void): void {
    this.#held ??= new HeldParts()
    if (this.#held.hold(bytes, step)) return
    this.#bodyDone = true
    this.#release()
  }

  #release(): void {
    const held = this.#held
    this.#held = null
    held?.release()
  }

  #sendHead(frame: ResponseFrame): void {
    if (this.#answered) return
    const head = new ResponseHead(frame.head, this.front.longestHeadLine)
    if (head.tooLong || (head.saysError && this.front.inDaemonMode)) return this.#instead(500)
    if (head.status === 200 && head.location?.startsWith('/')) {
      this.#dropBody = true
      this.#handOver()
      return this.front.redirect(this.http, head.location, { environ: this.environ })
    }
    if (this.front.overridesErrors && head.status >= 400 && head.status < 600) {
      return this.#instead(head.status)
    }
    const fault = head.fault(this.response.canChunk)
    if (fault !== null) {
      this.front.log.emit({ type: 'badHead', request: this.describe(), reason: fault })
      return this.#instead(500)
    }
    if (this.front.live !== null) this.http.generation = this.#worker?.generation ?? null
    if (!head.hasType && !head.bodiless) this.#addType(head.fields)
    if (!head.namesWorker) head.workerField = this.#workerField
    if (this.http.identity !== null) head.fields.unshift(...this.http.identity.fields)
    head.isEmpty = frame.bodyComplete && frame.body.length === 0
    writeHead(this.http, head.status, head.reason, head.fields, head)
    this.#headSent = true
    // Otherwise close() of the application still runs, and the next request on this connection waits for it.
    if (frame.bodyComplete && frame.threadFree) {
      this.#done()
      return this.response.end(frame.body)
    }
    const { flushDelay, clock } = this.front
    if (flushDelay > 0) this.response.delayFlushes(flushDelay, clock)
    if (frame.body.length > 0) this.#write(frame.body)
    else this.response.flushHeaders()
  }

  /** A page of the server in place of the response. */
  #instead(status: number): void {
    this.#dropBody = true
    this.#page(status)
  }

  /** Without a type of the application's own that of the file counts which the path would name. */
  #addType(fields: string[]): void {
    const type = this.front.typeOf(this.scriptFilename)
    if (type !== undefined) fields.push('Content-Type', type)
  }

  #sendPiece(piece: Buffer): void {
    if (!this.#answered && !this.#dropBody) this.#write(piece)
  }

  #write(piece: Buffer): void {
    if (this.response.write(piece) || !this.#connection) return
    this.#connection.pause()
    if (this.#waitsForDrain) return
    this.#waitsForDrain = true
    this.response.once('drain', () => {
      this.#waitsForDrain = false
      this.#connection?.resume()
    })
  }

  #finish(outcome: EndOutcome): void {
    if (this.#answered) return
    if (this.#headSent && outcome === endOutcome.brokenOff) {
      this.#done()
      this.response.destroy()
    } else if (this.#headSent) {
      this.#done()
      // Also when it is cut short: mod_wsgi ends the body where it is, so that it looks complete.
      this.response.end()
    } else if (outcome === endOutcome.interrupted) {
      this.#done()
      writeHead(this.http, 504, 'Gateway Timeout', [])
      this.response.end()
    } else {
      this.#page(500)
    }
  }

  #page(status: number): void {
    if (this.#answered) return
    this.#handOver()
    this.front.fail(this.http, status, { environ: this.environ, worker: this.#worker })
  }

  /** The response belongs to somebody else from here on. */
  #handOver(): void {
    this.#done()
    this.response.off('close', this.#onClose)
  }

  #done(): void {
    this.#answered = true
    // What still comes from the thread is dropped; it must not wait for this client.
    if (this.#waitsForDrain) this.#connection?.resume()
    this.#frame = null
    this.front.inProgress.delete(this)
  }

  /** The response is through, or the client went away. */
  #closed(): void {
    const gone = !this.#answered
    this.#done()
    this.#held = null
    if (!gone) this.#connection?.resume()
    else if (this.#connection) this.#connection.abort(this.#abortReason())
    else if (!this.pool) this.front.dispatcher.withdraw(this)
  }

  #abortReason(): AbortReason {
    return this.request.complete ? abortReason.clientGone : abortReason.bodyBroken
  }
}
