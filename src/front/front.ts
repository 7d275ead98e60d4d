/**
 * The HTTP side of the server: listens, decides for each request whether a file, the application or a
 * page of our own answers it, and stops in order.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import {
  type ApplicationResolution,
  type HandlerResolution,
  respond,
  type StaticSite,
} from '../static/site.js'
import type { Dispatcher } from '../workers/dispatcher.js'
import { maxInlineBody } from '../workers/protocol.js'
import { type ApplicationFront, AppRequest, type RequestBody } from './app-request.js'
import { type ApplicationPath, handlerEnviron, requestEnviron } from './environ.js'
import { InProgress } from './in-progress.js'
import { Listeners, type ListenOptions, setKeepAliveTimeout } from './listeners.js'
import {
  bareServerPage,
  type HttpExchange,
  isLingering,
  writeHead,
  writeServerPage,
} from './reply.js'
import { longestField, type RequestHead, readHead } from './request-head.js'
import { createRequestIds } from './request-id.js'
import { parseTarget, type RequestTarget } from './request-target.js'
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
  readonly queueTimeout: number
  readonly bodyLimit: number
  /** Whether bodies with `Transfer-Encoding: chunked` are taken (--chunked-request). */
  readonly chunkedRequests: boolean
}

/** Most header fields: Apache's LimitRequestFields. */
const mostFields = 100

/** Most internal redirects of one request: Apache's LimitInternalRecursion. */
const mostRedirects = 10

export class Front implements ApplicationFront {
  readonly dispatcher: Dispatcher
  readonly log: Log
  readonly clock: Clock
  readonly queueTimeout: number
  readonly bodyLimit: number
  readonly keepAliveTimeout: number
  readonly inProgress = new InProgress<AppRequest>()
  stopping = false
  readonly #options: FrontOptions
  readonly #listeners: Listeners
  readonly #nextRequestId = createRequestIds()

  constructor(options: FrontOptions) {
    this.#options = options
    this.dispatcher = options.dispatcher
    this.log = options.log
    this.clock = options.clock
    this.queueTimeout = options.queueTimeout
    this.bodyLimit = options.bodyLimit
    this.keepAliveTimeout = options.keepAliveTimeout
    this.#listeners = new Listeners(options, () => this.#createServer())
  }

  /** The port listened on. */
  get port(): number {
    return this.#listeners.port
  }

  /** Binds the addresses. Throws {@link UserError} when one is taken or not permitted. */
  listen(): Promise<void> {
    return this.#listeners.listen()
  }

  /** Takes no new connections, and keeps none after its present request. */
  stopAccepting(): void {
    this.stopping = true
    this.#listeners.stopAccepting()
  }

  /** Settles when every response has been sent to its end. */
  drained(): Promise<void> {
    return this.#listeners.drained()
  }

  /** Cuts every connection. */
  destroy(): void {
    this.#listeners.destroy()
  }

  /** An internal GET of a path of this site, as a 200 response with a local Location asks for. */
  redirect(http: HttpExchange, location: string): void {
    if (++http.redirects > mostRedirects) return writeServerPage(http, 500)
    http.request.method = 'GET'
    http.request.url = location
    this.#serve(http, 'none')
  }

  #createServer(): Server {
    const server = createServer({
      maxHeaderSize: longestField * (mostFields + 2),
      requestTimeout: 0,
      noDelay: true,
      // Checked in refusedStatus, with a page of ours.
      requireHostHeader: false,
    })
    setKeepAliveTimeout(server, this.keepAliveTimeout * 1000)
    server.on('request', (request, response) => this.#accept(request, response, false))
    server.on('checkContinue', (request, response) => this.#accept(request, response, true))
    server.on('checkExpectation', (request, response) =>
      writeServerPage(this.#exchange(request, response), 417),
    )
    server.on('clientError', (error, socket) => this.#clientError(error, socket as Socket))
    return server
  }

  #clientError(error: NodeJS.ErrnoException, socket: Socket): void {
    if (!socket.writable || socket.bytesWritten > 0 || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    this.log.emit({
      type: 'clientError',
      client: `${socket.remoteAddress}:${socket.remotePort}`,
      reason: error.message,
    })
    // Not end(): a client that keeps its side open would hold the socket, and a request whose body broke
    // here would hold its thread, for ever.
    socket.write(bareServerPage(400))
    socket.destroySoon()
  }

  #exchange(request: IncomingMessage, response: ServerResponse): HttpExchange {
    return { request, response, head: readHead(request.rawHeaders), rules: this, redirects: 0 }
  }

  #accept(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    if (isLingering(request.socket)) return
    const http = this.#exchange(request, response)
    const refused = this.#refusedStatus(http)
    if (refused !== null) return writeServerPage(http, refused)
    if (!hasBody(http.head)) return this.#serve(http, 'none')
    if (expectsContinue) return this.#serve(http, 'streamed', true)
    // A small body usually came in one piece with the head, but Node hands it on only after this event.
    process.nextTick(() => this.#serve(http, wholeBody(request) ?? 'streamed'))
  }

  /** The status that refuses a request before it is looked at any further. */
  #refusedStatus({ request, head }: HttpExchange): number | null {
    if ((request.url?.length ?? 0) > longestField) return 414
    if (request.rawHeaders.length > 2 * mostFields) return 400
    if (head.tooLong || !hasValidHost(head, request.httpVersionMinor)) return 400
    if (head.transferEncoding !== null && !this.#options.chunkedRequests) return 411
    const { contentLength } = head
    if (contentLength !== null && this.bodyLimit > 0 && Number(contentLength) > this.bodyLimit) {
      return 413
    }
    return null
  }

  #serve(http: HttpExchange, body: RequestBody, expectsContinue = false): void {
    const target = parseTarget(http.request.url ?? '/')
    if (typeof target === 'number') return writeServerPage(http, target)
    const resolution = this.#options.site.resolve(target.path)
    switch (resolution.kind) {
      case 'application':
        return this.#toApplication(http, target, resolution, body, expectsContinue)
      case 'redirect':
        return this.#redirectClient(http, target, resolution.location)
      case 'handler':
        return this.#toScript(http, target, resolution, body, expectsContinue)
      default:
        if (body === 'streamed') http.request.resume()
        return respond(this.#options.site, resolution, {
          request: http.request,
          response: http.response,
          writeHead: (status, fields) => writeHead(http, status, reasonPhrase(status), fields),
          serverPage: (status, fields) => writeServerPage(http, status, fields),
        })
    }
  }

  #toApplication(
    http: HttpExchange,
    target: RequestTarget,
    resolution: ApplicationResolution,
    body: RequestBody,
    expectsContinue: boolean,
  ): void {
    const mount = this.#options.mountPoint === '/' ? '' : this.#options.mountPoint
    const path = {
      scriptName: mount,
      pathInfo: target.path.slice(mount.length),
      scriptFilename: resolution.scriptFilename,
      rawScriptName: resolution.scriptName,
      rawPathInfo: resolution.pathInfo,
    }
    this.#submit(http, target, path, '', body, expectsContinue)
  }

  /** A script of --add-handler: it sees the file as the script, whatever the mount point. */
  #toScript(
    http: HttpExchange,
    target: RequestTarget,
    { scriptName, pathInfo, scriptFilename, alias }: HandlerResolution,
    body: RequestBody,
    expectsContinue: boolean,
  ): void {
    const path = {
      scriptName,
      pathInfo,
      scriptFilename,
      rawScriptName: scriptName,
      rawPathInfo: pathInfo,
    }
    const more = handlerEnviron(this.#options.resourceScript, alias)
    this.#submit(http, target, path, more, body, expectsContinue)
  }

  /** @param more further keys of the environ */
  #submit(
    http: HttpExchange,
    target: RequestTarget,
    path: ApplicationPath,
    more: string,
    body: RequestBody,
    expectsContinue: boolean,
  ): void {
    const now = this.clock.epoch()
    const times = { start: now, queued: now }
    const id = this.#nextRequestId()
    const environ = requestEnviron(http.request, http.head, target, path, times, id) + more
    this.dispatcher.submit(
      new AppRequest(this, http, environ, path.scriptFilename, body, expectsContinue),
    )
  }

  #redirectClient(http: HttpExchange, target: RequestTarget, path: string): void {
    const host = target.authority ?? http.head.host ?? 'localhost'
    const authority = /:\d+$/.test(host) ? host : `${host}:${http.request.socket.localPort}`
    const query = target.query === '' ? '' : `?${target.query}`
    writeServerPage(http, 301, ['Location', `http://${authority}${path}${query}`])
  }
}

/** RFC 9112, 3.2: exactly one Host in HTTP/1.1, and a host name or address in it. */
function hasValidHost({ hosts, host }: RequestHead, minorVersion: number): boolean {
  if (host === null) return minorVersion === 0
  return hosts === 1 && /^(\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\]+)(:\d*)?$/i.test(host)
}

function hasBody({ transferEncoding, contentLength }: RequestHead): boolean {
  return transferEncoding !== null || (contentLength !== null && Number(contentLength) > 0)
}

/** The body when it is complete already and small enough for one frame. */
function wholeBody(request: IncomingMessage): Buffer | null {
  if (!request.complete || request.readableLength > maxInlineBody) return null
  const body = request.read() as Buffer | null
  return body ?? Buffer.alloc(0)
}
