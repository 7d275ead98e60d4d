/**
 * The phases that a request goes through, in Apache's order: its target is read, what answers it is found (translate_name,
 * map_to_storage), access is controlled (access_checker, check_user_id, auth_checker), and that answers it (handler).
 */
import type { TLSSocket } from 'node:tls'
import type { Resolution } from '../static/resolution.js'
import {
  type Representation,
  respond,
  type ScriptResolution,
  type StaticResolution,
} from '../static/site.js'
import { escapePath } from '../static/url-escape.js'
import type { AccessControl } from './access-control/access-control.js'
import { http2Offer } from './added-fields.js'
import { AppRequest } from './app-request.js'
import type { ApplicationFront } from './application-front.js'
import { applicationPath, scriptPath } from './application-path.js'
import { Scripts } from './cgi/scripts.js'
import { DroppedBody } from './dropped-body.js'
import { type ApplicationPath, handlerEnviron, requestEnviron } from './environ.js'
import type { KnownOfFailure } from './failures.js'
import type { SiteRules } from './front-options.js'
import { enterHost, type HostPhases } from './hosts/enter-host.js'
import { Forwarding } from './proxy/forwarding.js'
import type { MountResult } from './proxy/mounts.js'
import { isTooLong, refusedCoding, unknownCoding } from './refusal.js'
import { type HttpExchange, writeOwnHead } from './reply.js'
import type { RequestHead } from './request-head.js'
import { askedHost } from './request-host.js'
import { createRequestIds } from './request-id.js'
import { isSite, ownKeys } from './request-keys.js'
import { isWholeServer, ownOrigin, parseTarget, type RequestTarget } from './request-target.js'
import { answerOptions, answerTrace } from './server-methods.js'
import { enterStatus } from './status/enter-status.js'
import type { StatusBoard } from './status/status-board.js'
import { isStatusPath } from './status/status-query.js'

/** What the phases need of the front. */
export interface PhasedFront extends ApplicationFront {
  /** Those that count now. */
  readonly rules: SiteRules
  /** Null: everybody may come. */
  readonly accessControl: AccessControl | null
  /** Null without --server-status. */
  readonly status: StatusBoard | null
  /** Answers with what is for an error of the server's own. */
  fail(http: HttpExchange, status: number, known?: KnownOfFailure): void
  redirect(http: HttpExchange, location: string, known: KnownOfFailure): void
  /** Seconds that a CGI script may be silent (--socket-timeout). */
  readonly silence: number
  /** A request is with the application, or waits for it. */
  begun(): void
}

export class RequestPhases implements HostPhases {
  readonly #front: PhasedFront
  readonly #forwarding: Forwarding
  readonly #nextRequestId = createRequestIds()
  /** Null until the first request for a CGI script. */
  #scripts: Scripts | null = null

  constructor(front: PhasedFront) {
    this.#front = front
    this.#forwarding = new Forwarding(front)
  }

  /** Ends what requests have started. */
  destroy(): void {
    this.#scripts?.kill()
  }

  /** Answers a request, or has it answered; also once more, for an internal redirect. */
  serve(http: HttpExchange): void {
    const { method } = http
    if (isWholeServer(http.target) && method === 'OPTIONS') {
      if (this.#goesOnWithHttp2(http)) return
      return this.afterBody(http, () => answerOptions(http))
    }
    const target = parseTarget(http.target, method, http.request.secure)
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
    const forwarded = admitted ? this.#forwarding.find(target.path) : null
    if (forwarded !== null) return this.#forward(http, target, forwarded)
    if (http.method === 'TRACE') return this.#trace(http)
    const { cameWithTurn } = http.request
    const resolution = this.#front.rules.site.resolve(target.path, cameWithTurn)
    http.access?.resolved(resolution)
    // Who is not admitted is not asked for more, nor whoever asks for what the disk refuses.
    const control = admitted && !isForbidden(resolution) ? this.#front.accessControl : null
    if (admitted && control === null && !http.request.secure) {
      return this.#reach(http, target, resolution)
    }
    const proceed = () => {
      if (admitted) this.#reach(http, target, resolution)
      else this.#deny(http, strangeHost(askedHost(target, http.head)))
    }
    this.#permit(http, target, { resolution, control }, proceed)
  }

  /** Goes on with a request that may come: over HTTPS with a certificate, and by what the access scripts say. */
  #permit(
    http: HttpExchange,
    target: RequestTarget,
    { resolution, control }: { resolution: Resolution; control: AccessControl | null },
    proceed: () => void,
  ): void {
    const refusal = http.request.secure ? this.#enterSecure(http, target) : null
    if (refusal !== null) return this.afterBody(http, () => this.#front.fail(http, refusal), false)
    if (control === null) return proceed()
    control.admit(http, target, resolution, proceed)
  }

  #reach(http: HttpExchange, target: RequestTarget, resolution: Resolution): void {
    const upgrades = http.request.upgrade !== 'none' && isHandled(resolution)
    if (upgrades && this.#goesOnWithHttp2(http)) return
    const { status } = this.#front
    if (status === null || !isStatusPath(target.path)) return this.#answer(http, target, resolution)
    enterStatus(status, http, target, {
      deny: reason => this.#deny(http, reason),
      answer: () => this.#answer(http, target, resolution),
      afterBody: show => this.afterBody(http, show),
    })
  }

  #answer(http: HttpExchange, target: RequestTarget, resolution: Resolution): void {
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
      case 'script':
        return this.#run(http, target, resolution)
      default: {
        const send = () => this.#toFile(http, resolution, target.query)
        return this.afterBody(http, send, invitesBody(resolution, http.method))
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
    const { client } = http.request
    this.#front.log.emit({ type: 'clientDenied', client, reason })
    http.access?.denied()
    this.afterBody(http, () => this.refuse(http), false)
  }

  /** Whether another server answers a request. */
  isForwarded(http: HttpExchange): boolean {
    const { proxy, hosts } = this.#front.rules
    if (proxy === null) return false
    const target = parseTarget(http.target, http.method, http.request.secure)
    if (typeof target === 'number') return false
    const host = hosts?.of(http.request.secure, askedHost(target, http.head))
    return host?.kind === 'proxied' || this.#forwarding.find(target.path) !== null
  }

  forward(http: HttpExchange, target: RequestTarget, url: string): void {
    this.#forward(http, target, this.#forwarding.toHost(target, url))
  }

  #forward(http: HttpExchange, target: RequestTarget, found: MountResult): void {
    const { accessControl: control } = this.#front
    const proceed = () => this.#forwardPermitted(http, target, found)
    this.#permit(http, target, { resolution: elsewhere, control }, proceed)
  }

  #forwardPermitted(http: HttpExchange, target: RequestTarget, found: MountResult): void {
    // It is not offered there: the fields of the other server take the place of all that was to be sent.
    if (http.request.upgrade === 'asked' && this.#goesOnWithHttp2(http)) return
    if (found.kind === 'forward') return this.#forwarding.forward(http, target, found.route)
    // The host as it was asked for, even if it was not (mod_rewrite).
    const host = target.authority?.host ?? http.head.host ?? ''
    const query = target.query === '' ? '' : `?${target.query}`
    this.redirect(http, 302, `http://${host}${escapePath(target.path)}/${query}`)
  }

  /** Outside of the document root scripts do not run (Apache's ExecCGI is off there), whether they are there or not. */
  #run(http: HttpExchange, target: RequestTarget, script: ScriptResolution): void {
    if (!script.runs || !script.exists) {
      const refuse = () => this.#front.fail(http, script.runs ? 404 : 403, { mapped: true })
      return this.afterBody(http, refuse, false)
    }
    this.#scripts ??= new Scripts(this.#front)
    this.#scripts.answer(http, target, script)
  }

  /** What is special to HTTPS; gives the status that refuses the request, for want of a certificate. */
  #enterSecure(http: HttpExchange, target: RequestTarget): 403 | null {
    const { https } = this.#front.rules
    if (https === null) return null
    const socket = http.request.socket as TLSSocket
    if (https.clients?.admits(socket, target.path) === false) return 403
    if (https.added !== null && isSite(http)) http.added = https.added.alone
    return null
  }

  /** True: the client has asked for it, and is answered there. Else it is told of it, once on a connection. */
  #goesOnWithHttp2(http: HttpExchange): boolean {
    const { request } = http
    if (request.upgrade === 'none') return false
    if (request.upgrade === 'offered') {
      http.added = (http.added && this.#front.rules.https?.added?.withOffer) ?? http2Offer
      return false
    }
    if (http.internal !== null) return false
    request.switchProtocol()
    return true
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
    const mapped = !isForbidden(resolution)
    const writeHead = (status: number, fields: string[], whole?: Representation) =>
      writeOwnHead(http, status, this.#fieldsOf(http, resolution, fields), whole)
    respond(this.#front.rules.site, resolution, {
      request: internal === null ? request : { method: 'GET', headers: request.headers },
      query,
      response,
      ...(http.failing && internal !== null ? { status: internal.status } : {}),
      writeHead,
      isConditional: isConditional(http.head),
      coder: this.#front.rules.compression?.fileCoder(http, writeHead) ?? null,
      serverPage: (status, fields) => this.#front.fail(http, status, { fields, mapped }),
    })
  }

  #fieldsOf(http: HttpExchange, resolution: StaticResolution, fields: string[]): string[] {
    if (http.identity !== null) fields.unshift(...http.identity.fields)
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
    const { rules } = this.#front
    const https = request.secure ? rules.https : null
    const mapsHead = https === null || !isSite(http) ? rules.mapsHead : https.mapsHead
    const method = mapsHead && http.method === 'HEAD' ? 'GET' : http.method
    const own =
      requestEnviron(request, method, head, target, path, times, id, http.host) +
      ownKeys(http, https) +
      more
    const environ = rules.trustedProxies?.applyTo(own) ?? own
    http.access?.submitted(environ, id)
    const waiting = new AppRequest(this.#front, http, environ, path.scriptFilename, body)
    this.#front.dispatcher.submit(waiting)
    this.#front.begun()
    if (this.#front.dispatcher.waiting > this.#front.queueLimit) waiting.waitForRoom()
  }
}

/** What is forwarded is no file of this machine. */
const elsewhere: Resolution = { kind: 'refused', status: 404, filename: null }

/** Whether it comes to a handler: not where access is refused, or the client sent elsewhere, before. */
function isHandled(resolution: Resolution): boolean {
  return resolution.kind !== 'redirect' && !isForbidden(resolution)
}

/** Whether a condition (If-Match and its kin) or a range is asked for. */
function isConditional({ keys }: RequestHead): boolean {
  return keys.some(key => key === 'HTTP_RANGE' || key.startsWith('HTTP_IF_'))
}

/** Whether Apache asks for the body before it answers: not where it does not come to send a file. */
function invitesBody(resolution: StaticResolution, method: string): boolean {
  if (resolution.kind === 'listing') return method !== 'GET' && method !== 'HEAD'
  return !isForbidden(resolution)
}

function isForbidden(resolution: Resolution): boolean {
  return resolution.kind === 'refused' && resolution.status === 403
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
