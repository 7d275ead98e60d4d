/**
 * What a line of the access log needs to know of a request, noted on its way. There is a record only where
 * an access log is wanted; all others pass a null.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import type { ServedRequest } from '../logging/served-request.js'
import type { Resolution } from '../static/resolution.js'
import type { Pool, WorkerName } from '../workers/dispatcher.js'
import { parseTarget } from './request-target.js'

/** Where records go. */
interface AccessLog {
  readonly log: Log
  readonly clock: Clock
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
  { log, clock }: AccessLog,
  request: IncomingMessage,
  response: ServerResponse,
): AccessRecord | null {
  if (!log.wantsServed) return null
  const record = new AccessRecord(clock, request, response)
  response.once('close', () => log.emit(record.served()))
  return record
}

/** Tells of a request that could not be taken apart and was answered with this status. */
export function tellUnreadable(
  { log, clock }: AccessLog,
  socket: Socket,
  packet: Buffer | undefined,
  status: number,
  bodyBytes: number,
): void {
  if (!log.wantsServed) return
  const line = packet?.toString('latin1').split(/\r?\n/, 1)[0] ?? null
  const now = clock.epoch()
  log.emit({
    type: 'served',
    ...addressesOf(socket),
    ...takeTotals(socket, false),
    rawLine: line,
    ...partsOf(line),
    ...unknown,
    responseFields: ['Content-Length', String(bodyBytes), 'Content-Type', 'text/html', ...closing],
    status,
    firstStatus: status,
    bodyBytes,
    connection: 'closed',
    arrived: now,
    finished: now,
    duration: 0,
  })
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

const closing = ['Connection', 'close'] as const

const unknown = {
  user: null,
  requestFields: [],
  environ: null,
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
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
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
  #responseFields: readonly string[] = []
  #bodyBytes: number | null = null

  constructor(clock: Clock, request: IncomingMessage, response: ServerResponse) {
    this.#clock = clock
    this.#request = request
    this.#response = response
    this.#arrived = clock.epoch()
    this.#began = clock.now()
    this.#socket = request.socket
    // A connection that has ended does not know them any more.
    this.#addresses = addressesOf(request.socket)
    this.#method = request.method ?? '-'
    this.#target = request.url ?? '-'
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
        this.#handler = 'directory'
        break
      case 'refused':
        this.#fileName = resolution.status === 404 ? resolution.filename : null
        break
      default:
        this.#fileName = resolution.scriptFilename
    }
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

  /** The response so far is the reason for an internal request. */
  redirected(status: number): void {
    this.#firstStatus ??= status
  }

  /** @param fields names and values, alternating */
  head(fields: readonly string[]): void {
    this.#responseFields = fields
  }

  /** A part of the response body is sent. */
  body(bytes: number): void {
    this.#bodyBytes = (this.#bodyBytes ?? 0) + bytes
  }

  /** The whole of it, when the response is through. */
  served(): ServedRequest {
    const now = this.#clock.now()
    const response = this.#response
    const request = this.#request
    const whole = response.writableFinished
    const kept = whole && response.shouldKeepAlive
    const sums = takeTotals(this.#socket, kept)
    const bodyBytes = this.#sentBytes(sums.bytesOut, whole)
    const started = this.#started
    return {
      type: 'served',
      ...this.#addresses,
      keptBefore: sums.keptBefore,
      bytesIn: this.#readBytes(sums.bytesIn),
      bytesOut: this.#wroteBytes(sums.bytesOut, bodyBytes, whole),
      method: this.#method,
      target: this.#target,
      protocol: `HTTP/${request.httpVersion}`,
      ...pathsOf(this.#target, request.url ?? null, request.headers.host ?? null),
      user: null,
      requestFields: request.rawHeaders,
      responseFields: this.#sentFields(),
      environ: this.#environ,
      fileName: this.#fileName,
      handler: this.#handler,
      requestId: this.#requestId,
      status: response.statusCode,
      firstStatus: this.#firstStatus ?? response.statusCode,
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

  /** Files are counted by what was announced, or by what went over the connection. */
  #sentBytes(bytesOut: number, whole: boolean): number {
    const { statusCode } = this.#response
    if (this.#method === 'HEAD' || statusCode === 204 || statusCode === 304) return 0
    if (this.#bodyBytes !== null) return this.#bodyBytes
    const fields = this.#responseFields
    const at = fields.findIndex((name, at) => at % 2 === 0 && /^content-length$/i.test(name))
    if (whole && at >= 0) return Number(fields[at + 1])
    return Math.max(0, bytesOut - this.#headLength())
  }

  /** With pipelining several requests come in one piece, of which each has its part. */
  #readBytes(bytesIn: number): number {
    const { rawHeaders, headers, complete, httpVersion } = this.#request
    if (!complete || headers['transfer-encoding'] !== undefined) return bytesIn
    let length = `${this.#method} ${this.#target} HTTP/${httpVersion}`.length + 4
    for (let at = 0; at < rawHeaders.length; at += 2) {
      length += rawHeaders[at]!.length + rawHeaders[at + 1]!.length + 4
    }
    length += Number(headers['content-length'] ?? 0)
    return bytesIn === 0 ? length : Math.min(bytesIn, length)
  }

  #wroteBytes(bytesOut: number, bodyBytes: number, whole: boolean): number {
    const framed = this.#responseFields.some(name => /^content-length$/i.test(name))
    return whole && framed ? this.#headLength() + bodyBytes : bytesOut
  }

  /** Node adds the framing where the length is not known. */
  #sentFields(): readonly string[] {
    const { _header: head } = this.#response as { _header?: string }
    const chunked = head !== undefined && /^transfer-encoding: chunked\r$/im.test(head)
    return chunked
      ? [...this.#responseFields, 'Transfer-Encoding', 'chunked']
      : this.#responseFields
  }

  #headLength(): number {
    const { _header: head } = this.#response as { _header?: string }
    return head?.length ?? 0
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

function pathsOf(target: string, lastTarget: string | null, hostField: string | null) {
  const first = parseTarget(target)
  const last = lastTarget === null || lastTarget === target ? first : parseTarget(lastTarget)
  const bare = (text: string) => text.split('?', 1)[0]!
  const firstPath = typeof first === 'number' ? bare(target) : first.path
  const authority = typeof first === 'number' ? null : first.authority
  const host = authority ?? hostField
  return {
    firstPath,
    path: typeof last === 'number' ? bare(lastTarget ?? target) : last.path,
    query: typeof last === 'number' ? queryOf(lastTarget ?? target) : last.query,
    host: host === null ? null : host.replace(/:\d*$/, '').toLowerCase(),
  }
}
