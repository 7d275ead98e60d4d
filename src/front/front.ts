/**
 * The HTTP side of the server: listens, decides for each request whether a file, the application or a
 * page of our own answers it, and stops in order.
 */
import type { Clock } from '../base/clock.js'
import type { ConnectionRules, HttpHandler } from '../http/http-handler.js'
import type { PatienceRule } from '../http/patience.js'
import type { HttpRequest } from '../http/request.js'
import type { HttpResponse } from '../http/response.js'
import { HttpServer } from '../http/server.js'
import type { Credentials } from '../http/tls-door.js'
import type { Log } from '../logging/log.js'
import type { AccessPool } from '../workers/access-scripts.js'
import type { Dispatcher } from '../workers/dispatcher.js'
import { maxInlineBody } from '../workers/protocol.js'
import { AccessControl } from './access-control/access-control.js'
import { followRequest, tellUnreadable } from './access-record.js'
import type { AppRequest } from './app-request.js'
import { type ClientGate, clientGate } from './client-gate.js'
import type { Compression } from './compression/compression.js'
import { Failures, type KnownOfFailure } from './failures.js'
import type { FrontOptions, SiteRules } from './front-options.js'
import { InProgress } from './in-progress.js'
import { enterRedirect } from './internal-redirect.js'
import type { LiveReload } from './live-reload/live-reload.js'
import { refusedStatus } from './refusal.js'
import type { HttpExchange } from './reply.js'
import { readHead, withoutBody } from './request-head.js'
import { type PhasedFront, RequestPhases } from './request-phases.js'
import { plainReason, reasonPhrase, serverPage } from './server-page.js'
import { SilenceWatch } from './silence-watch.js'
import { StatusBoard } from './status/status-board.js'

export class Front implements PhasedFront, ConnectionRules, HttpHandler {
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
  readonly #accessPool: AccessPool | null
  #accessControl: AccessControl | null
  readonly #options: FrontOptions
  status: StatusBoard | null = null
  readonly #phases = new RequestPhases(this)

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
    this.#accessPool = options.accessPool
    this.#accessControl = this.#controlAccess(rules)
    this.#options = options
    this.#followStatus(rules)
  }

  /** Serves by these rules from now on; what is in progress ends by them, as far as they still concern it. */
  follow(rules: SiteRules): void {
    const { maxClients } = this.#rules
    this.#rules = rules
    this.#server.mostConnections = rules.mostConnections
    this.#failures = new Failures(rules)
    this.#silenceWatch.follow(rules.silenceRules)
    this.#followStatus(rules)
    if (rules.maxClients !== maxClients) this.#gate = clientGate(rules.maxClients)
    this.#accessControl = this.#controlAccess(rules)
  }

  #controlAccess({ access }: SiteRules): AccessControl | null {
    return access && new AccessControl(this, access, this.#accessPool!)
  }

  get accessControl(): AccessControl | null {
    return this.#accessControl
  }

  #followStatus({ serverStatus }: SiteRules): void {
    if (!serverStatus) this.status = null
    else
      this.status ??= new StatusBoard({
        clock: this.clock,
        outside: this.#options.outside,
        connections: () => this.#server.totals(),
        accepting: () => !this.stopping,
      })
  }

  get rules(): SiteRules {
    return this.#rules
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

  get compression(): Compression | null {
    return this.#rules.compression
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

  /** That of HTTPS; null without. */
  get httpsPort(): number | null {
    return this.#server.httpsPort
  }

  /** Shows these to clients of HTTPS that come from now on. Throws where they are none. */
  renew(credentials: Credentials): void {
    this.#server.renew(credentials)
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
    this.#phases.destroy()
  }

  begun(): void {
    this.#silenceWatch.begun()
  }

  typeOf(filename: string): string | undefined {
    return this.#rules.site.typeOf(filename)
  }

  /** An internal GET of a path of this site, as a 200 response with a local Location asks for. */
  redirect(http: HttpExchange, path: string, known: KnownOfFailure): void {
    const { environ = '', keys = this.#failures.allKeys(environ), fields = [] } = known
    http.firstFailure = null
    http.head = withoutBody(http.head)
    if (!enterRedirect(http, { path, status: 200, known: keys, fields })) {
      return this.fail(http, 500)
    }
    this.#phases.serve(http)
  }

  /** Answers a request that failed. */
  fail(http: HttpExchange, status: number, known: KnownOfFailure = {}): void {
    const isOfApplication = status === 500 && known.environ !== undefined
    if (isOfApplication && this.live?.explains(http, known.worker ?? null)) return
    if (this.#failures.answer(http, status, known) === 'instead') this.#phases.serve(http)
  }

  afterBody(http: HttpExchange, answer: () => void, invites?: boolean): void {
    this.#phases.afterBody(http, answer, invites)
  }

  /** A request whose head could be read. */
  request(request: HttpRequest, response: HttpResponse): void {
    if (this.live?.answers(request, response, this)) return
    const http = this.#exchange(request, response)
    if (this.status !== null) this.status.follow(response)
    if (this.#gate === null) return this.#begin(http)
    this.#gate.enter(response, () => this.#begin(http))
  }

  #begin(http: HttpExchange): void {
    const { request } = http
    const refused = refusedStatus(http, this.bodyLimit)
    // Bodies for other servers are theirs to judge.
    if (refused !== null && !(refused === 413 && this.#phases.isForwarded(http)))
      return this.fail(http, refused)
    if (request.expects === 'unknown') return this.#refuseExpectation(http)
    if (request.hasBody) {
      const waits = request.expects === 'continue'
      http.body = waits ? 'streamed' : (request.takeWhole(maxInlineBody) ?? 'streamed')
    }
    this.#phases.serve(http)
  }

  /** Refuses an expectation that is none of HTTP, once the body is through (RFC 9110, 10.1.1). */
  #refuseExpectation(http: HttpExchange): void {
    const { request, response } = http
    response.lastOne = true
    http.body = request.hasBody ? 'streamed' : 'none'
    this.#phases.afterBody(http, () => this.fail(http, 417), false)
  }

  /** What came on a connection is no request. */
  refused(response: HttpResponse, status: number, line: string | null, plain: boolean): void {
    const { socket } = response
    tellUnreadable(this, response, line)
    this.log.emit({
      type: 'clientError',
      client: `${socket.remoteAddress}:${socket.remotePort}`,
      reason: reasonPhrase(status),
    })
    const page = plain ? Buffer.from(serverPage(status, plainReason), 'latin1') : null
    this.#failures.answerUnread({ response, rules: this }, status, page)
  }

  noHandshake(client: string, reason: string): void {
    this.log.emit({ type: 'clientError', client, reason: `no TLS: ${reason}` })
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
      host: null,
      internal: null,
      failing: false,
      generation: null,
      firstFailure: null,
      identity: null,
      added: null,
    }
  }
}
