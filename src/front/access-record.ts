/**
 * What a line of the access log needs to know of a request, noted on its way. There is a record only where
 * an access log is wanted; all others pass a null.
 */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../base/clock.js'
import type { HttpRequest } from '../http/request.js'
import type { HttpResponse } from '../http/response.js'
import { isSecure } from '../http/secure-socket.js'
import type { Log } from '../logging/log.js'
import type { ServedRequest } from '../logging/served-request.js'
import type { Resolution } from '../static/resolution.js'
import type { Pool, WorkerName } from '../workers/dispatcher.js'
import type { VirtualHost, VirtualHosts } from './hosts/virtual-hosts.js'
import { knownOfTls } from './https/secure-keys.js'
import { askedHost } from './request-host.js'
import { parseTarget, pathOfRefused, type RefusedTarget } from './request-target.js'

/** Where records go. */
interface AccessLog {
  readonly log: Log
  readonly clock: Clock
  readonly rules: { readonly hosts: VirtualHosts | null }
}

/** What was seen of a connection so far. */
interface ConnectionTotals {
  bytesIn: number
  bytesOut: number
  kept: number
}

const totals = Symbol('access log: totals of the connection')

/** Follows a request from now until its response is through. Null when there is no access log. */
export function followRequest(
  { log, clock, rules }: AccessLog,
  request: HttpRequest,
  response: HttpResponse,
): AccessRecord | null {
  if (!log.wantsServed) return null
  const record = new AccessRecord(clock, rules.hosts, request, response)
  response.whenThrough = () => log.emit(record.served())
  return record
}

/** Tells of a request that could not be taken apart, by its first line, once it is answered. */
export function tellUnreadable(
  { log, clock, rules }: AccessLog,
  response: HttpResponse,
  line: string | null,
): void {
  if (!log.wantsServed) return
  const addresses = addressesOf(response.socket)
  response.whenThrough = () => {
    const now = clock.epoch()
    log.emit({
      type: 'served',
      ...addresses,
      ...takeTotals(response.socket, false),
      rawLine: line,
      ...partsOf(line),
      ...unknown,
      virtualHost: rules.hosts?.of(isSecure(response.socket), null) ?? null,
      responseFields: response.fields,
      status: response.status,
      firstStatus: response.status,
      bodyBytes: response.bodyBytes,
      connection: 'closed',
      arrived: now,
      finished: now,
      duration: 0,
    })
  }
}

/** As Apache guesses at a first line that it refuses. */
function partsOf(line: string | null) {
  const [, method, target, protocol] =
    /^(\S+) +(\S.*?)(?: +(HTTP\/\d\.\d))?$/.exec(line ?? '') ?? []
  const [path, ...query] = (target ?? (line === null ? '-' : '/')).split('?')
  return {
    method: method ?? (line || '-'),
    target: target ?? '-',
    protocol: protocol ?? 'HTTP/1.0',
    firstPath: path!,
    path: path!,
    query: query.join('?'),
    host: null,
  }
}

const unknown = {
  user: null,
  requestFields: [],
  environ: null,
  tls: null,
  fileName: null,
  handler: null,
  requestId: null,
  queued: null,
  running: null,
  worker: null,
  thread: null,
} as const

export class AccessRecord {
  readonly #clock: Clock
  readonly #hosts: VirtualHosts | null
  readonly #request: HttpRequest
  readonly #response: HttpResponse
  readonly #arrived: number
  readonly #began: number
  readonly #socket: Socket
  readonly #addresses: ReturnType<typeof addressesOf>
  readonly #method: string
  readonly #target: string
  #environ: string | null = null
  #requestId: string | null = null
  #fileName: string | null = null
  #handler: ServedRequest['handler'] = null
  #submitted: number | null = null
  #started: number | null = null
  #worker: WorkerName | null = null
  #thread: number | null = null
  #firstStatus: number | null = null
  #lastTarget: string
  #user: string | null = null
  constructor(
    clock: Clock,
    hosts: VirtualHosts | null,
    request: HttpRequest,
    response: HttpResponse,
  ) {
    this.#clock = clock
    this.#hosts = hosts
    this.#request = request
    this.#response = response
    this.#arrived = clock.epoch()
    this.#began = clock.now()
    this.#socket = request.socket
    // A connection that has ended does not know them any more.
    this.#addresses = addressesOf(request.socket)
    this.#learnTls()
    this.#method = request.method
    this.#target = request.url
    this.#lastTarget = request.url
  }

  /** What is known of the connection while it is there; a client may show its certificate later. */
  #learnTls(): string | null {
    return this.#request.secure ? knownOfTls(this.#socket as TLSSocket) : null
  }

  /** What the path was mapped to. */
  resolved(resolution: Resolution): void {
    switch (resolution.kind) {
      case 'file':
        this.#fileName = resolution.file.path
        break
      case 'listing':
        this.#fileName = resolution.directory.path
        this.#handler = 'directory'
        break
      case 'redirect':
        this.#fileName = resolution.directory.replace(/\/$/, '')
        this.#handler = resolution.forApplication ? 'application' : 'directory'
        break
      case 'refused':
        this.#fileName = resolution.status === 404 ? resolution.filename : null
        break
      case 'script':
        this.#fileName = resolution.scriptFilename
        this.#handler = 'script'
        break
      default:
        this.#fileName = resolution.scriptFilename
    }
  }

  /** Who the client says he is. */
  identified(user: string): void {
    this.#user = user
  }

  /** The status page is to answer. */
  showsStatus(): void {
    this.#handler = 'status'
  }

  /** Access was denied before anybody was asked for an answer. */
  denied(): void {
    this.#handler = null
  }

  /** mod_rewrite sent it elsewhere, which it takes for the name of a file. */
  rewritten(location: string): void {
    this.#fileName = location
  }

  /** Another server is to answer. */
  proxied(url: string): void {
    this.#handler = 'proxy'
    this.#fileName = `proxy:${url}`
  }

  /** The application is to answer. */
  submitted(environ: string, requestId: string): void {
    this.#handler = 'application'
    this.#environ = environ
    this.#requestId = requestId
    this.#submitted = this.#clock.now()
  }

  /** A worker has it. */
  given(pool: Pool): void {
    this.#started = this.#clock.now()
    this.#worker = pool.worker ?? null
  }

  /** A thread has it. */
  taken(thread: number): void {
    this.#thread = thread
  }

  /** The response so far is the reason for an internal request, of that target. */
  redirected(status: number, target: string): void {
    this.#firstStatus ??= status
    this.#lastTarget = target
    this.#user = null
  }

  /** The whole of it, when the response is through. */
  served(): ServedRequest {
    const now = this.#clock.now()
    const response = this.#response
    const request = this.#request
    const whole = response.ended
    const kept = whole && response.keepsConnection
    const sums = takeTotals(this.#socket, kept)
    const { bodyBytes } = response
    const started = this.#started
    const hostField = request.headers['host'] ?? null
    return {
      type: 'served',
      ...this.#addresses,
      keptBefore: sums.keptBefore,
      bytesIn: this.#readBytes(sums.bytesIn),
      bytesOut: sums.bytesOut,
      method: this.#method,
      target: this.#target,
      protocol: request.protocol,
      ...pathsOf(this.#target, this.#lastTarget, hostField, request.secure),
      virtualHost: this.#virtualHost(hostField),
      user: this.#user,
      requestFields: request.rawHeaders,
      responseFields: response.fields,
      environ: this.#environ,
      tls: this.#learnTls(),
      fileName: this.#fileName,
      handler: this.#handler,
      requestId: this.#requestId,
      status: response.status,
      firstStatus: this.#firstStatus ?? response.status,
      bodyBytes,
      connection: whole ? (kept ? 'kept' : 'closed') : 'aborted',
      arrived: this.#arrived,
      finished: this.#clock.epoch(),
      duration: now - this.#began,
      queued:
        this.#submitted === null || started === null
          ? null
          : Math.max(0, started - this.#submitted),
      running: started === null ? null : now - started,
      worker: this.#worker,
      thread: this.#thread,
    }
  }

  #virtualHost(host: string | null): VirtualHost | null {
    if (this.#hosts === null) return null
    const target = parseTarget(this.#target, this.#method, this.#request.secure)
    const authority = typeof target === 'number' ? null : target.authority
    return this.#hosts.of(this.#request.secure, askedHost({ authority }, { host }))
  }

  /** With pipelining several requests come in one piece, of which each has its part. */
  #readBytes(bytesIn: number): number {
    const { rawHeaders, headers, complete, protocol } = this.#request
    if (!complete || headers['transfer-encoding'] !== undefined) return bytesIn
    let length = `${this.#method} ${this.#target} ${protocol}`.length + 4
    for (let at = 0; at < rawHeaders.length; at += 2) {
      length += rawHeaders[at]!.length + rawHeaders[at + 1]!.length + 4
    }
    length += Number(headers['content-length'] ?? 0)
    return bytesIn === 0 ? length : Math.min(bytesIn, length)
  }
}

function addressesOf(socket: Socket) {
  return {
    client: socket.remoteAddress ?? '-',
    clientPort: socket.remotePort ?? 0,
    localAddress: socket.localAddress ?? '-',
    localPort: socket.localPort ?? 0,
  }
}

/** What went over the connection since the response before. */
function takeTotals(socket: Socket & { [totals]?: ConnectionTotals }, kept: boolean) {
  const before = socket[totals] ?? { bytesIn: 0, bytesOut: 0, kept: 0 }
  const now = {
    bytesIn: socket.bytesRead,
    bytesOut: socket.bytesWritten,
    kept: before.kept + (kept ? 1 : 0),
  }
  socket[totals] = now
  return {
    bytesIn: now.bytesIn - before.bytesIn,
    bytesOut: now.bytesOut - before.bytesOut,
    keptBefore: Math.max(0, now.kept - 1),
  }
}

function queryOf(target: string): string {
  const mark = target.indexOf('?')
  return mark < 0 ? '' : target.slice(mark + 1)
}

function pathsOf(
  target: string,
  lastTarget: string | null,
  hostField: string | null,
  secure: boolean,
) {
  const first = parseTarget(target, 'GET', secure)
  const last = lastTarget === null || lastTarget === target ? first : parseTarget(lastTarget)
  const firstPath = typeof first === 'number' ? refusedPath(first, target) : first.path
  const authority = typeof first === 'number' ? null : first.authority
  const host = authority?.host ?? hostField
  return {
    firstPath,
    path: typeof last === 'number' ? refusedPath(last, lastTarget ?? target) : last.path,
    query: typeof last === 'number' ? queryOf(lastTarget ?? target) : last.query,
    host: host === null ? null : host.replace(/:\d*$/, '').toLowerCase(),
  }
}

/** Apache decodes the path that it does not find, and leaves the one that it does not understand. */
function refusedPath(status: RefusedTarget, target: string): string {
  return status === 404 ? pathOfRefused(target) : target.split('?', 1)[0]!
}
