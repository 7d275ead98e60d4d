/**
 * Writes the head of a response the way Apache frames it: Date and Server first, and `Connection` only
 * where Apache sends it.
 */
import type { HttpRequest } from '../http/request.js'
import type { HttpResponse } from '../http/response.js'
import type { AccessRecord } from './access.js'
import type { RequestBody } from './application-front.js'
import type { Failure, InternalRequest } from './internal-redirect.js'
import type { RequestHead } from './request-head.js'
import { httpDate } from './response-head.js'
import {
  closingStatuses,
  knownStatus,
  reasonPhrase,
  serverPage,
  serverPageType,
} from './server-page.js'

/** Value of the Server field and of SERVER_SOFTWARE. */
export const serverSoftware = 'Apache'

/** What the front knows about keeping connections. */
export interface FrontRules {
  /** Seconds an idle connection is kept; 0: none is kept. */
  readonly keepAliveTimeout: number
  /** True once the server is to stop: no connection is kept. */
  readonly stopping: boolean
}

/** A request and its response, and what was read of the request's head. */
export interface HttpExchange {
  readonly request: HttpRequest
  readonly response: HttpResponse
  readonly rules: FrontRules
  /** Null without an access log. */
  readonly access: AccessRecord | null
  head: RequestHead
  /** What is served: the target and method of the client, or those of an internal redirect. */
  target: string
  method: string
  /** The body, until somebody has it. */
  body: RequestBody
  /** Null for what the client itself asks. */
  internal: InternalRequest | null
  /** An answer has failed, and no application has been asked since. */
  failing: boolean
  /** The first failure of those that led from one to the other. */
  firstFailure: Failure | null
}

/** What a response of the server's own needs; a request that could not be read has no head. */
export type Answerable = Pick<HttpExchange, 'response' | 'rules'> & Partial<HttpExchange>

/** What the application says of the connection. */
export interface ConnectionWish {
  /** It is to end after the response. */
  readonly close?: boolean
  /** Other words of its `Connection` field, which go before those of the server. */
  readonly connection?: string | null
  /** The status that decides whether the connection ends, where it is not the one that is shown. */
  readonly decides?: number
}

/**
 * Sends status and fields.
 * @param fields names and values, alternating
 */
export function writeHead(
  { response, head, rules, internal }: Answerable,
  status: number,
  reason: string,
  fields: readonly string[],
  { close = false, connection = null, decides = status }: ConnectionWish = {},
): void {
  if (close || closingStatuses.has(decides) || rules.stopping || rules.keepAliveTimeout === 0) {
    response.keepAlive = false
  }
  const words = (own: string) => (connection === null ? own : `${connection}, ${own}`)
  const all = ['Date', httpDate(), 'Server', serverSoftware, ...fields]
  if (internal) all.push(...internal.fields)
  if (!response.keepAlive || response.endsWithConnection(status, fields)) {
    response.keepAlive = false
    all.push('Connection', words('close'))
  } else if (head?.asksKeepAlive) {
    all.push('Keep-Alive', `timeout=${rules.keepAliveTimeout}`, 'Connection', words('Keep-Alive'))
  }
  response.writeHead(status, reason, all)
}

/** A body that is too long, and ranges beyond the end. */
const filterFinds: ReadonlySet<number> = new Set([413, 416])

/** Sends a status of the server's own choice, and fields. */
export function writeOwnHead(
  exchange: Answerable,
  status: number,
  fields: readonly string[],
): void {
  const shown = knownStatus(status)
  writeHead(exchange, shown, reasonPhrase(shown), fields, { decides: status })
}

/**
 * Answers with a page of the server's own. Does nothing when the head has been sent.
 * @param text is sent in place of the page
 * @param measured with its length, whatever the status
 */
export function writeServerPage(
  exchange: Answerable,
  status: number,
  extraFields: readonly string[] = [],
  text: Buffer | null = null,
  measured = false,
): void {
  const { response } = exchange
  if (response.headersSent || response.destroyed) return
  const page = text ?? Buffer.from(serverPage(knownStatus(status)), 'latin1')
  // To HEAD Apache does not say how long the page would be, and for what a filter finds wrong to nobody.
  const hasLength = exchange.request?.method !== 'HEAD' && !(filterFinds.has(status) && !measured)
  const length = hasLength ? ['Content-Length', String(page.length)] : []
  writeOwnHead(exchange, status, [...extraFields, ...length, 'Content-Type', serverPageType])
  response.end(page)
}
