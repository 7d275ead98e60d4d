/**
 * The HTTP side of the server: listens, decides for each request whether a file, the application or a
 * page of our own answers it, and stops in order.
 */
import type { Clock } from '../base/clock.js'
import type { ConnectionRules, HttpHandler } from '../http/connection.js'
import type { PatienceRule } from '../http/patience.js'
import type { HttpRequest } from '../http/request.js'
import type { HttpResponse } from '../http/response.js'
import { HttpServer } from '../http/server.js'
import type { Log } from '../logging/log.js'
import { respond, type StaticResolution } from '../static/site.js'
import type { Dispatcher } from '../workers/dispatcher.js'
import { maxInlineBody } from '../workers/protocol.js'
import { followRequest, tellUnreadable } from './access.js'
import { AppRequest } from './app-request.js'
import type { ApplicationFront } from './application-front.js'
import { applicationPath, scriptPath } from './application-path.js'
import { type ClientGate, clientGate } from './client-gate.js'
import { DroppedBody } from './dropped-body.js'
import { type ApplicationPath, handlerEnviron, requestEnviron } from './environ.js'
import { Failures, type KnownOfFailure } from './failures.js'
import type { FrontOptions, SiteRules } from './front-options.js'
import { InProgress } from './in-progress.js'
import { enterRedirect } from './internal-redirect.js'
import type { LiveReload } from './live-reload/live-reload.js'
import { isTooLong, refusedCoding, refusedStatus, unknownCoding } from './refusal.js'
import { type HttpExchange, writeOwnHead } from './reply.js'
import { readHead, withoutBody } from './request-head.js'
import { parseHost } from './request-host.js'
import { createRequestIds } from './request-id.js'
import { isWholeServer, parseTarget, type RequestTarget } from './request-target.js'
import { answerOptions, answerTrace } from './server-methods.js'
import { reasonPhrase } from './server-page.js'
import { SilenceWatch } from './silence-watch.js'

export class Front implements ApplicationFront, ConnectionRules, HttpHandler {
  readonly dispatcher: Dispatcher
  readonly log: Log
  readonly clock: Clock
  readonly inProgress = new InProgress<AppRequest>()
  stopping = false
  /** Set before anybody is listened to. */
  live: LiveReload | null = null
  #rules: SiteRules
  readonly #server: HttpServer
  #failures: Failures
  readonly #silenceWatch: SilenceWatch
  #gate: ClientGate | null
  readonly #nextRequestId = createRequestIds()

  constructor(options: FrontOptions) {
    const { rules } = options
    this.#rules = rules
    this.dispatcher = options.dispatcher
    this.log = options.log
    this.clock = options.clock
    this.#server = new HttpServer(options, this, this)
    this.#server.mostConnections = rules.mostConnections
    this.#failures = new Failures(rules)
    const watched = () => this.inProgress.list()
    this.#silenceWatch = new SilenceWatch(rules.silenceRules, options.clock, watched)
    this.#gate = clientGate(rules.maxClients)
  }

  /** Serves by these rules from now on; what is in progress ends by them, as far as they still concern it. */
  follow(rules: SiteRules): void {
    const { maxClients } = this.#rules
    this.#rules = rules
    this.#server.mostConnections = rules.mostConnections
    this.#failures = new Failures(rules)
    this.#silenceWatch.follow(rules.silenceRules)
    if (rules.maxClients !== maxClients) this.#gate = clientGate(rules.maxClients)
  }

  get queueTimeout(): number {
    return this.#rules.queueTimeout
  }

  get queueLimit(): number {
    return this.#rules.queueLimit
  }

  get connectTimeout(): number {
    return this.#rules.connectTimeout
  }

  get bodyLimit(): number {
    return this.#rules.bodyLimit
  }

  get longestHeadLine(): number {
    return this.#rules.longestHeadLine
  }

  get flushDelay(): number {
    return this.#rules.flushDelay
  }

  get keepAliveTimeout(): number {
    return this.#rules.keepAliveTimeout
  }

  get overridesErrors(): boolean {
    return this.#rules.overridesErrors
  }

  get inDaemonMode(): boolean {
    return this.#rules.inDaemonMode
  }

  get silence(): number {
    return this.#rules.silence
  }

  get stall(): number {
    return this.#rules.stall
  }

  get responseStall(): number {
    return this.#rules.responseStall
  }

  get headPatience(): PatienceRule {
    return this.#rules.headPatience
  }

  get bodyPatience(): PatienceRule {
    return this.#rules.bodyPatience
  }

  /** The port listened on. */
  get port(): number {
    return this.#server.port
  }

  /** Binds the addresses. Throws {@link UserError} when one is taken or not permitted. */
  listen(): Promise<void> {
    return this.#server.listen()
  }

  /** Takes no new connections, and keeps none after its present request. */
  stopAccepting(): void {
    this.stopping = true
    this.live?.close()
    this.#server.stopAccepting()
  }

  /** Settles when every response has been sent to its end. */
  drained(): Promise<void> {
    return this.#server.drained()
  }

  /** Cuts every connection. */
  destroy(): void {
    this.#server.destroy()
  }

  typeOf(filename: string): string | undefined {
    return this.#rules.site.typeOf(filename)
  }

  /** An internal GET of a path of this site, as a 200 response with a local Location asks for. */
  redirect(http: HttpExchange, path: string, environ: string): void {
    http.firstFailure = null
    http.head = withoutBody(http.head)
    const known = this.#failures.allKeys(environ)
    if (!enterRedirect(http, { path, status: 200, known, fields: [] })) return this.fail(http, 500)
    this.#serve(http)
  }

  /** Answers a request that failed. */
  fail(http: HttpExchange, status: number, known: KnownOfFailure = {}): void {
    const isOfApplication = status === 500 && known.environ !== undefined
    if (isOfApplication && this.live?.explains(http)) return
    if (this.#failures.answer(http, status, known) === 'instead') this.#serve(http)
  }

  /** A request whose head could be read. */
  request(request: HttpRequest, response: HttpResponse): void {
    if (this.live?.answers(request, response, this)) return
    const http = this.#exchange(request, response)
    if (this.#gate === null) return this.#begin(http)
    this.#gate.enter(response, () => this.#begin(http))
  }

  #begin(http: HttpExchange): void {
    const { request } = http
    const refused = refusedStatus(http, this.bodyLimit)
    if (refused !== null) return this.fail(http, refused)
    if (request.expects === 'unknown') return this.#refuseExpectation(http)
    if (request.hasBody) {
      const waits = request.expects === 'continue'
      http.body = waits ? 'streamed' : (request.takeWhole(maxInlineBody) ?? 'streamed')
    }
    this.#serve(http)
  }

  /** Refuses an expectation that is none of HTTP, once the body is through (RFC 9110, 10.1.1). */
  #refuseExpectation(http: HttpExchange): void {
    const { request, response } = http
    response.lastOne = true
    http.body = request.hasBody ? 'streamed' : 'none'
    this.#afterBody(http, () => this.fail(http, 417), false)
  }

  /** What came on a connection is no request. */
  refused(response: HttpResponse, status: number, line: string | null): void {
    const { socket } = response
    tellUnreadable(this, response, line)
    this.log.emit({
      type: 'clientError',
      client: `${socket.remoteAddress}:${socket.remotePort}`,
      reason: reasonPhrase(status),
    })
    this.#failures.answerUnread({ response, rules: this }, status)
  }

  full(reason: string): void {
    this.log.emit({ type: 'connectionsFull', reason })
  }

  #exchange(request: HttpRequest, response: HttpResponse): HttpExchange {
    const access = followRequest(this, request, response)
    return {
      request,
      response,
      rules: this,
      access,
      head: readHead(request.rawHeaders),
      target: request.url,
      method: request.method,
      body: 'none',
      internal: null,
      failing: false,
      generation: null,
      firstFailure: null,
    }
  }

  #serve(http: HttpExchange): void {
    const { method } = http
    if (isWholeServer(http.target) && method === 'OPTIONS') {
      return this.#afterBody(http, () => answerOptions(http))
    }
    const target = parseTarget(http.target, method)
    if (target === 400) return this.fail(http, target)
    if (target === 404) return this.#afterBody(http, () => this.fail(http, target), false)
    if (method === 'TRACE') return this.#trace(http)
    if (method === 'OPTIONS' && !target.hasPath) {
      return this.#afterBody(http, () => answerOptions(http))
    }
    const resolution = this.#rules.site.resolve(target.path)
    http.access?.resolved(resolution)
    switch (resolution.kind) {
      case 'application':
        return this.#submit(
          http,
          target,
          applicationPath(this.#rules.mountPoint, target.path, resolution),
          http.internal?.environ ?? '',
        )
      case 'redirect': {
        const redirect = () => this.#redirectClient(http, target, resolution.location)
        return this.#afterBody(http, redirect, false)
      }
      case 'handler':
        return this.#submit(
          http,
          target,
          scriptPath(resolution),
          handlerEnviron(this.#rules.resourceScript, resolution.alias) +
            (http.internal?.environ ?? ''),
        )
      default: {
        const send = () => this.#toFile(http, resolution, target.query)
        return this.#afterBody(http, send, invitesBody(resolution, method))
      }
    }
  }

  /** A body is refused (RFC 9110, 9.3.8). */
  #trace(http: HttpExchange): void {
    const coding = http.head.transferEncoding
    if (coding !== null && coding.toLowerCase() !== 'chunked') {
      return this.fail(http, unknownCoding.status, unknownCoding)
    }
    const notes = 'TRACE with a request body is not allowed'
    if (http.request.hasBody) return this.fail(http, 413, { notes })
    answerTrace(http)
  }

  #toFile(http: HttpExchange, resolution: StaticResolution, query: string): void {
    const { request, response, internal } = http
    // Where the disk refuses the path Apache has not come to the variables of the user.
    const mapped = resolution.kind !== 'refused' || resolution.status !== 403
    respond(this.#rules.site, resolution, {
      request: internal === null ? request : { method: 'GET', headers: request.headers },
      query,
      response,
      ...(http.failing && internal !== null ? { status: internal.status } : {}),
      writeHead: (status, fields) =>
        writeOwnHead(http, status, this.#fieldsOf(http, resolution, fields)),
      serverPage: (status, fields) => this.fail(http, status, { fields, mapped }),
    })
  }

  #fieldsOf(http: HttpExchange, resolution: StaticResolution, fields: string[]): string[] {
    if (this.live === null || resolution.kind !== 'file') return fields
    return this.live.sendsFile(resolution.file.path, http.target, fields)
  }

  /**
   * Answers what is not for the application, as Apache does: when the body is through, and only if it is in order. A
   * body of two lengths is not touched, and the connection ends.
   *
   * @param invites a client that waits for a word is told to send the body; else it is answered without
   */
  #afterBody(http: HttpExchange, answer: () => void, invites = true): void {
    const { request, response, body } = http
    const waits = request.expects === 'continue'
    if (body !== 'streamed' || request.twoLengths || (waits && !invites)) return answer()
    http.body = 'none'
    if (waits) response.writeContinue()
    request.receive(new DroppedBody(this.bodyLimit, answer, status => this.fail(http, status)))
  }

  /** @param more further keys of the environ */
  #submit(http: HttpExchange, target: RequestTarget, path: ApplicationPath, more: string): void {
    const refusal = refusedCoding(http.head, this.#rules.chunkedRequests)
    if (refusal !== null) return this.fail(http, refusal.status, refusal)
    if (http.internal !== null && isTooLong(http.head, this.bodyLimit)) return this.fail(http, 413)
    const now = this.clock.epoch()
    const times = { start: now, queued: now }
    const id = this.#nextRequestId()
    const { request, head, body } = http
    http.body = 'none'
    const method = this.#rules.mapsHead && http.method === 'HEAD' ? 'GET' : http.method
    const environ = requestEnviron(request, method, head, target, path, times, id) + more
    http.access?.submitted(environ, id)
    const waiting = new AppRequest(this, http, environ, path.scriptFilename, body)
    this.dispatcher.submit(waiting)
    this.#silenceWatch.begun()
    if (this.dispatcher.waiting > this.queueLimit) waiting.waitForRoom()
  }

  #redirectClient(http: HttpExchange, target: RequestTarget, path: string): void {
    const { socket } = http.request
    const host = parseHost(target.authority?.host ?? http.head.host ?? '')
    const port = target.authority?.port ?? host?.port ?? String(socket.localPort)
    const name = host?.name ?? socket.localAddress
    const query = target.query === '' ? '' : `?${target.query}`
    const authority = port === '80' ? name : `${name}:${port}`
    this.fail(http, 301, { fields: ['Location', `http://${authority}${path}${query}`] })
  }
}

/** Whether Apache asks for the body before it answers: not where it does not come to send a file. */
function invitesBody(resolution: StaticResolution, method: string): boolean {
  if (resolution.kind === 'listing') return method !== 'GET' && method !== 'HEAD'
  return resolution.kind !== 'refused' || resolution.status !== 403
}
