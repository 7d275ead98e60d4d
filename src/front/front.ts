/**
 * The HTTP side of the server: listens, decides for each request whether a file, the application or a
 * page of our own answers it, and stops in order.
 */
import type { Clock } from '../base/clock.js'
import type { ConnectionRules, HttpHandler } from '../http/connection.js'
import type { PatienceRule } from '../http/patience.js'
import type { HttpRequest } from '../http/request.js'
import type { HttpResponse } from '../http/response.js'
import { HttpServer, type ListenOptions } from '../http/server.js'
import type { Log } from '../logging/log.js'
import {
  type ApplicationResolution,
  type HandlerResolution,
  respond,
  type StaticResolution,
  type StaticSite,
} from '../static/site.js'
import type { Dispatcher } from '../workers/dispatcher.js'
import { maxInlineBody } from '../workers/protocol.js'
import { followRequest, tellUnreadable } from './access.js'
import { type ApplicationFront, AppRequest, type RequestBody } from './app-request.js'
import { DroppedBody } from './dropped-body.js'
import { type ApplicationPath, handlerEnviron, requestEnviron } from './environ.js'
import { InProgress } from './in-progress.js'
import { type HttpExchange, writeHead, writeServerPage } from './reply.js'
import { type RequestHead, readHead } from './request-head.js'
import { parseHost } from './request-host.js'
import { createRequestIds } from './request-id.js'
import { isReadable, namesHost, parseTarget, type RequestTarget } from './request-target.js'
import { answerOptions, answerTrace } from './server-methods.js'
import { reasonPhrase } from './server-page.js'

export interface FrontOptions extends ListenOptions {
  readonly site: StaticSite
  readonly dispatcher: Dispatcher
  readonly log: Log
  readonly clock: Clock
  /** `/` or `/app`. */
  readonly mountPoint: string
  /** `mod_wsgi.handler_script` of requests for the scripts of --add-handler. */
  readonly resourceScript: string
  readonly keepAliveTimeout: number
  /** Seconds that a new connection may be silent (--socket-timeout). */
  readonly silence: number
  /** Time that a client has for a head (--header-timeout and its kin), and for a body (--body-timeout). */
  readonly headPatience: PatienceRule
  readonly bodyPatience: PatienceRule
  readonly queueTimeout: number
  readonly bodyLimit: number
  /** HEAD reaches the application as GET (--map-head-to-get). */
  readonly mapsHead: boolean
  /** Whether bodies with `Transfer-Encoding: chunked` are taken (--chunked-request). */
  readonly chunkedRequests: boolean
}

/** Most internal redirects of one request: Apache's LimitInternalRecursion. */
const mostRedirects = 10

export class Front implements ApplicationFront, ConnectionRules, HttpHandler {
  readonly dispatcher: Dispatcher
  readonly log: Log
  readonly clock: Clock
  readonly queueTimeout: number
  readonly bodyLimit: number
  readonly keepAliveTimeout: number
  readonly inProgress = new InProgress<AppRequest>()
  stopping = false
  readonly #options: FrontOptions
  readonly silence: number
  readonly headPatience: PatienceRule
  readonly bodyPatience: PatienceRule
  readonly #server: HttpServer
  readonly #nextRequestId = createRequestIds()

  constructor(options: FrontOptions) {
    this.#options = options
    this.dispatcher = options.dispatcher
    this.log = options.log
    this.clock = options.clock
    this.queueTimeout = options.queueTimeout
    this.bodyLimit = options.bodyLimit
    this.keepAliveTimeout = options.keepAliveTimeout
    this.silence = options.silence
    this.headPatience = options.headPatience
    this.bodyPatience = options.bodyPatience
    this.#server = new HttpServer(options, this, this)
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

  /** An internal GET of a path of this site, as a 200 response with a local Location asks for. */
  redirect(http: HttpExchange, location: string): void {
    if (++http.redirects > mostRedirects) return writeServerPage(http, 500)
    http.access?.redirected(200)
    http.request.method = 'GET'
    http.request.url = location
    this.#serve(http, 'none')
  }

  /** A request whose head could be read. */
  request(request: HttpRequest, response: HttpResponse): void {
    const http = this.#exchange(request, response)
    const refused = this.#refusedStatus(http)
    if (refused !== null) return writeServerPage(http, refused)
    if (request.expects === 'unknown') return this.#refuseExpectation(http)
    if (!request.hasBody) return this.#serve(http, 'none')
    if (request.expects === 'continue') return this.#serve(http, 'streamed')
    this.#serve(http, request.takeWhole(maxInlineBody) ?? 'streamed')
  }

  /** Refuses an expectation that is none of HTTP, once the body is through (RFC 9110, 10.1.1). */
  #refuseExpectation(http: HttpExchange): void {
    const { request, response } = http
    response.lastOne = true
    const body = request.hasBody ? 'streamed' : 'none'
    this.#afterBody(http, body, () => writeServerPage(http, 417), false)
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
    writeServerPage({ response, rules: this }, status)
  }

  #exchange(request: HttpRequest, response: HttpResponse): HttpExchange {
    const access = followRequest(this, request, response)
    const head = readHead(request.rawHeaders)
    return { request, response, head, rules: this, access, redirects: 0 }
  }

  /** The status that refuses a request before it is looked at any further. */
  #refusedStatus({ request, head }: HttpExchange): number | null {
    if (head.tooLong || !hasValidHost(head, request)) return 400
    const { contentLength } = head
    const isLong = this.bodyLimit > 0 && Number(contentLength ?? 0) > this.bodyLimit
    const isOdd = request.expects === 'unknown'
    if (!isLong && !isOdd) return null
    const { url, method } = request
    if (!isReadable(url, method)) return 400
    if (isLong) return !isOdd && url !== '*' && parseTarget(url, method) === 400 ? 400 : 413
    return null
  }

  #serve(http: HttpExchange, body: RequestBody): void {
    const { request } = http
    const { url, method } = request
    if (url === '*' && method === 'OPTIONS') {
      return this.#afterBody(http, body, () => answerOptions(http))
    }
    const target = parseTarget(url, method)
    if (target === 400) return writeServerPage(http, target)
    if (target === 404)
      return this.#afterBody(http, body, () => writeServerPage(http, target), false)
    if (method === 'TRACE') return answerTrace(http)
    if (method === 'OPTIONS' && !target.hasPath) {
      return this.#afterBody(http, body, () => answerOptions(http))
    }
    const resolution = this.#options.site.resolve(target.path)
    http.access?.resolved(resolution)
    switch (resolution.kind) {
      case 'application':
        return this.#toApplication(http, target, resolution, body)
      case 'redirect': {
        const redirect = () => this.#redirectClient(http, target, resolution.location)
        return this.#afterBody(http, body, redirect, false)
      }
      case 'handler':
        return this.#toScript(http, target, resolution, body)
      default: {
        const send = () => this.#sendFile(http, resolution)
        return this.#afterBody(http, body, send, invitesBody(resolution, method))
      }
    }
  }

  #sendFile(http: HttpExchange, resolution: StaticResolution): void {
    respond(this.#options.site, resolution, {
      request: http.request,
      response: http.response,
      writeHead: (status, fields) => writeHead(http, status, reasonPhrase(status), fields),
      serverPage: (status, fields) => writeServerPage(http, status, fields),
    })
  }

  /**
   * Answers what is not for the application, as Apache does: when the body is through, and only if it is in order. A
   * body of two lengths is not touched, and the connection ends.
   *
   * @param invites a client that waits for a word is told to send the body; else it is answered without
   */
  #afterBody(http: HttpExchange, body: RequestBody, answer: () => void, invites = true): void {
    const { request, response } = http
    const waits = request.expects === 'continue'
    if (body !== 'streamed' || request.twoLengths || (waits && !invites)) return answer()
    if (waits) response.writeContinue()
    request.receive(new DroppedBody(http, this.bodyLimit, answer))
  }

  #toApplication(
    http: HttpExchange,
    target: RequestTarget,
    resolution: ApplicationResolution,
    body: RequestBody,
  ): void {
    const mount = this.#options.mountPoint === '/' ? '' : this.#options.mountPoint
    const path = {
      scriptName: mount,
      pathInfo: target.path.slice(mount.length),
      scriptFilename: resolution.scriptFilename,
      rawScriptName: resolution.scriptName,
      rawPathInfo: resolution.pathInfo,
    }
    this.#submit(http, target, path, '', body)
  }

  /** A script of --add-handler: it sees the file as the script, whatever the mount point. */
  #toScript(
    http: HttpExchange,
    target: RequestTarget,
    { scriptName, pathInfo, scriptFilename, alias }: HandlerResolution,
    body: RequestBody,
  ): void {
    const path = {
      scriptName,
      pathInfo,
      scriptFilename,
      rawScriptName: scriptName,
      rawPathInfo: pathInfo,
    }
    const more = handlerEnviron(this.#options.resourceScript, alias)
    this.#submit(http, target, path, more, body)
  }

  /** @param more further keys of the environ */
  #submit(
    http: HttpExchange,
    target: RequestTarget,
    path: ApplicationPath,
    more: string,
    body: RequestBody,
  ): void {
    const coding = http.head.transferEncoding
    if (coding !== null) {
      if (coding.toLowerCase() !== 'chunked') return writeServerPage(http, 501, ['Allow', 'TRACE'])
      if (!this.#options.chunkedRequests) return writeServerPage(http, 411)
    }
    const now = this.clock.epoch()
    const times = { start: now, queued: now }
    const id = this.#nextRequestId()
    const { request, head } = http
    const method = this.#options.mapsHead && request.method === 'HEAD' ? 'GET' : request.method
    const environ = requestEnviron(request, method, head, target, path, times, id) + more
    http.access?.submitted(environ, id)
    this.dispatcher.submit(new AppRequest(this, http, environ, path.scriptFilename, body))
  }

  #redirectClient(http: HttpExchange, target: RequestTarget, path: string): void {
    const { socket } = http.request
    const host = parseHost(target.authority?.host ?? http.head.host ?? '')
    const port = target.authority?.port ?? host?.port ?? String(socket.localPort)
    const name = host?.name ?? socket.localAddress
    const query = target.query === '' ? '' : `?${target.query}`
    const authority = port === '80' ? name : `${name}:${port}`
    writeServerPage(http, 301, ['Location', `http://${authority}${path}${query}`])
  }
}

/** Whether Apache asks for the body before it answers: not where it does not come to send a file. */
function invitesBody(resolution: StaticResolution, method: string): boolean {
  if (resolution.kind === 'listing') return method !== 'GET' && method !== 'HEAD'
  return resolution.kind !== 'refused' || resolution.status !== 403
}

/** RFC 9112, 3.2: exactly one Host in HTTP/1.1, and a host name or address in it. */
function hasValidHost(
  { hosts, host }: RequestHead,
  { version, url, method }: HttpRequest,
): boolean {
  if (!host && version < 11) return true
  if (host === null) return false
  return (hosts === 1 && parseHost(host) !== null) || namesHost(url, method)
}
