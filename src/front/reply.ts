/**
 * Writes the head of a response the way Apache frames it: Date and Server first, and `Connection` only
 * where Apache sends it.
 */
import type { HttpRequest } from '../http/request.js'
import type { HttpResponse } from '../http/response.js'
import type { AccessRecord } from './access.js'
import type { RequestHead } from './request-head.js'
import { httpDate } from './response-head.js'
import { closingStatuses, reasonPhrase, serverPage, serverPageType } from './server-page.js'

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
  readonly head: RequestHead
  readonly rules: FrontRules
  /** Null without an access log. */
  readonly access: AccessRecord | null
  /** Internal redirects of this request so far. */
  redirects: number
}

/** What a response of the server's own needs; a request that could not be read has no head. */
export type Answerable = Pick<HttpExchange, 'response' | 'rules'> & Partial<HttpExchange>

/** What the application says of the connection. */
export interface ConnectionWish {
  /** It is to end after the response. */
  readonly close?: boolean
  /** Other words of its `Connection` field, which go before those of the server. */
  readonly connection?: string | null
}

/**
 * Sends status and fields.
 * @param fields names and values, alternating
 */
export function writeHead(
  { request, response, head, rules }: Answerable,
  status: number,
  reason: string,
  fields: readonly string[],
  { close = false, connection = null }: ConnectionWish = {},
): void {
  if (close || closingStatuses.has(status) || rules.stopping || rules.keepAliveTimeout === 0) {
    response.keepAlive = false
  }
  // Nobody knows whether the client sends the body that it was not asked for.
  if (request?.expects === 'continue' && !response.continued) response.keepAlive = false
  const words = (own: string) => (connection === null ? own : `${connection}, ${own}`)
  const all = ['Date', httpDate(), 'Server', serverSoftware, ...fields]
  if (!response.keepAlive || response.endsWithConnection(status, fields)) {
    response.keepAlive = false
    all.push('Connection', words('close'))
  } else if (head?.asksKeepAlive) {
    all.push('Keep-Alive', `timeout=${rules.keepAliveTimeout}`, 'Connection', words('Keep-Alive'))
  }
  response.writeHead(status, reason, all)
}

/** Answers with a page of the server's own. Does nothing when the head has been sent. */
export function writeServerPage(
  exchange: Answerable,
  status: number,
  extraFields: readonly string[] = [],
): void {
  const { response } = exchange
  if (response.headersSent || response.destroyed) return
  const page = Buffer.from(serverPage(status), 'latin1')
  // To HEAD Apache does not say how long the page would be.
  const length = exchange.request?.method === 'HEAD' ? [] : ['Content-Length', String(page.length)]
  const fields = [...extraFields, ...length, 'Content-Type', serverPageType]
  writeHead(exchange, status, reasonPhrase(status), fields)
  response.end(page)
}
