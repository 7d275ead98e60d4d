/**
 * The phases that a request goes through, in Apache's order: its target is read, what answers it is found (translate_name,
 * map_to_storage), and that answers it (handler).
 */

import { respond, type StaticResolution } from '../static/site.js'
import { escapePath } from '../static/url-escape.js'
import { AppRequest } from './app-request.js'
import type { ApplicationFront } from './application-front.js'
import { applicationPath, scriptPath } from './application-path.js'
import { DroppedBody } from './dropped-body.js'
import { type ApplicationPath, handlerEnviron, requestEnviron } from './environ.js'
import type { KnownOfFailure } from './failures.js'
import type { SiteRules } from './front-options.js'
import { enterHost, type HostPhases } from './hosts/enter-host.js'
import { Forwarding } from './proxy/forwarding.js'
import type { MountResult } from './proxy/mounts.js'
import { isTooLong, refusedCoding, unknownCoding } from './refusal.js'
import { type HttpExchange, writeOwnHead } from './reply.js'
import { askedHost, isSecure } from './request-host.js'
import { createRequestIds } from './request-id.js'
import { isWholeServer, ownOrigin, parseTarget, type RequestTarget } from './request-target.js'
import { answerOptions, answerTrace } from './server-methods.js'

/** What the phases need of the front. */
export interface PhasedFront extends ApplicationFront {
  /** Those that count now. */
  readonly rules: SiteRules
  /** Answers with what is for an error of the server's own. */
  fail(http: HttpExchange, status: number, known?: KnownOfFailure): void
  /** A request is with the application, or waits for it. */
  begun(): void
}

export class RequestPhases implements HostPhases {
  readonly #front: PhasedFront
  readonly #forwarding: Forwarding
  readonly #nextRequestId = createRequestIds()

  constructor(front: PhasedFront) {
    this.#front = front
    this.#forwarding = new Forwarding(front)
  }

  /** Answers a request, or has it answered; also once more, for an internal redirect. */
  serve(http: HttpExchange): void {
    const { method } = http
    if (isWholeServer(http.target) && method === 'OPTIONS') {
      return this.afterBody(http, () => answerOptions(http))
    }
    const target = parseTarget(http.target, method)
    if (target === 400) return this.#front.fail(http, target)
    if (target === 404) return this.afterBody(http, () => this.#front.fail(http, target), false)
    if (method === 'OPTIONS' && !target.hasPath) {
      return this.afterBody(http, () => answerOptions(http))
    }
    const { hosts } = this.#front.rules
    if (hosts === null) this.find(http, target, true)
    else enterHost(hosts, http, target, this)
  }

  find(http: HttpExchange, target: RequestTarget, admitted: boolean): void {
    const { method } = http
    const forwarded = admitted ? this.#forwarding.find(target.path) : null
    if (forwarded !== null) return this.#forward(http, target, forwarded)
    if (method === 'TRACE') return this.#trace(http)
    const resolution = this.#front.rules.site.resolve(target.path)
    http.access?.resolved(resolution)
    if (!admitted) return this.#deny(http, strangeHost(askedHost(target, http.head)))
    switch (resolution.kind) {
      case 'application':
        return this.#submit(
          http,
          target,
          applicationPath(this.#front.rules.mountPoint, target.path, resolution),
          http.internal?.environ ?? '',
        )
      case 'redirect':
        return this.redirect(http, 301, ownUrl(http, target, resolution.location))
      case 'handler':
        return this.#submit(
          http,
          target,
          scriptPath(resolution),
          handlerEnviron(this.#front.rules.resourceScript, resolution.alias) +
            (http.internal?.environ ?? ''),
        )
      default: {
        const send = () => this.#toFile(http, resolution, target.query)
        return this.afterBody(http, send, invitesBody(resolution, method))
      }
    }
  }

  redirect(http: HttpExchange, status: number, location: string): void {
    const redirect = () => this.#front.fail(http, status, { fields: ['Location', location] })
    this.afterBody(http, redirect, false)
  }

  refuse(http: HttpExchange): void {
    this.#front.fail(http, 403)
  }

  #deny(http: HttpExchange, reason: string): void {
    const { remoteAddress, remotePort } = http.request.socket
    const client = `${remoteAddress}:${remotePort}`
    this.#front.log.emit({ type: 'clientDenied', client, reason })
    http.access?.denied()
    this.afterBody(http, () => this.refuse(http), false)
  }

  /** Whether another server answers a request. */
  isForwarded(http: HttpExchange): boolean {
    const { proxy, hosts } = this.#front.rules
    if (proxy === null) return false
    const target = parseTarget(http.target, http.method)
    if (typeof target === 'number') return false
    const host = hosts?.of(isSecure(http.request.socket), askedHost(target, http.head))
    return host?.kind === 'proxied' || this.#forwarding.find(target.path) !== null
  }

  forward(http: HttpExchange, target: RequestTarget, url: string): void {
    this.#forward(http, target, this.#forwarding.toHost(target, url))
  }

  #forward(http: HttpExchange, target: RequestTarget, found: MountResult): void {
    if (found.kind === 'forward') return this.#forwarding.forward(http, target, found.route)
    // The host as it was asked for, even if it was not (mod_rewrite).
    const host = target.authority?.host ?? http.head.host ?? ''
    const query = target.query === '' ? '' : `?${target.query}`
    this.redirect(http, 302, `http://${host}${escapePath(target.path)}/${query}`)
  }

  /** A body is refused (RFC 9110, 9.3.8). */
  #trace(http: HttpExchange): void {
    const coding = http.head.transferEncoding
    if (coding !== null && coding.toLowerCase() !== 'chunked') {
      return this.#front.fail(http, unknownCoding.status, unknownCoding)
    }
    const notes = 'TRACE with a request body is not allowed'
    if (http.request.hasBody) return this.#front.fail(http, 413, { notes })
    answerTrace(http)
  }

  #toFile(http: HttpExchange, resolution: StaticResolution, query: string): void {
    const { request, response, internal } = http
    // Where the disk refuses the path Apache has not come to the variables of the user.
    const mapped = resolution.kind !== 'refused' || resolution.status !== 403
    respond(this.#front.rules.site, resolution, {
      request: internal === null ? request : { method: 'GET', headers: request.headers },
      query,
      response,
      ...(http.failing && internal !== null ? { status: internal.status } : {}),
      writeHead: (status, fields) =>
        writeOwnHead(http, status, this.#fieldsOf(http, resolution, fields)),
      serverPage: (status, fields) => this.#front.fail(http, status, { fields, mapped }),
    })
  }

  #fieldsOf(http: HttpExchange, resolution: StaticResolution, fields: string[]): string[] {
    if (this.#front.live === null || resolution.kind !== 'file') return fields
    return this.#front.live.sendsFile(resolution.file.path, http.target, fields)
  }

  /**
   * Answers what is not for the application, as Apache does: when the body is through, and only if it is in order. A
   * body of two lengths is not touched, and the connection ends.
   *
   * @param invites a client that waits for a word is told to send the body; else it is answered without
   */
  afterBody(http: HttpExchange, answer: () => void, invites = true): void {
    const { request, response, body } = http
    const waits = request.expects === 'continue'
    if (body !== 'streamed' || request.twoLengths || (waits && !invites)) return answer()
    http.body = 'none'
    if (waits) response.writeContinue()
    request.receive(
      new DroppedBody(this.#front.bodyLimit, answer, status => this.#front.fail(http, status)),
    )
  }

  /** @param more further keys of the environ */
  #submit(http: HttpExchange, target: RequestTarget, path: ApplicationPath, more: string): void {
    const refusal = refusedCoding(http.head, this.#front.rules.chunkedRequests)
    if (refusal !== null) return this.#front.fail(http, refusal.status, refusal)
    if (http.internal !== null && isTooLong(http.head, this.#front.bodyLimit))
      return this.#front.fail(http, 413)
    const now = this.#front.clock.epoch()
    const times = { start: now, queued: now }
    const id = this.#nextRequestId()
    const { request, head, body } = http
    http.body = 'none'
    const method = this.#front.rules.mapsHead && http.method === 'HEAD' ? 'GET' : http.method
    const own = requestEnviron(request, method, head, target, path, times, id, http.host) + more
    const environ = this.#front.rules.trustedProxies?.applyTo(own) ?? own
    http.access?.submitted(environ, id)
    const waiting = new AppRequest(this.#front, http, environ, path.scriptFilename, body)
    this.#front.dispatcher.submit(waiting)
    this.#front.begun()
    if (this.#front.dispatcher.waiting > this.#front.queueLimit) waiting.waitForRoom()
  }
}

/** Whether Apache asks for the body before it answers: not where it does not come to send a file. */
function invitesBody(resolution: StaticResolution, method: string): boolean {
  if (resolution.kind === 'listing') return method !== 'GET' && method !== 'HEAD'
  return resolution.kind !== 'refused' || resolution.status !== 403
}

function strangeHost(host: string | null): string {
  if (!host) return 'it asks for no host'
  return `it asks for ${host}, which is no --server-name or --server-alias`
}

/** A path of this site as a whole URL, with the query that was asked with. */
function ownUrl(http: HttpExchange, target: RequestTarget, path: string): string {
  const query = target.query === '' ? '' : `?${target.query}`
  return `${ownOrigin(http, target).url}${path}${query}`
}
