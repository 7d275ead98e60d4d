/**
 * Writes the head of a response the way Apache frames it: Date and Server first, and `Connection` only
 * where Apache sends it.
 */
import type { HttpRequest } from '../http/request.js'
import type { HttpResponse } from '../http/response.js'
import type { AccessRecord } from './access.js'
import { fieldValue, mergeField, removeField, setField } from './field-list.js'
import type { RequestHead } from './request-head.js'
import { httpDate, type ResponseHead } from './response-head.js'
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

/** What the fields of a response say to the server, see {@link ResponseHead}; nothing, if they are its own. */
export type HeadNotes = Pick<
  ResponseHead,
  'close' | 'speaksOfConnection' | 'coding' | 'contradicts' | 'misread'
>

/**
 * Sends status and fields.
 * @param fields names and values, alternating; a Content-Type comes last
 */
export function writeHead(
  { response, head, rules }: Answerable,
  status: number,
  reason: string,
  fields: readonly string[],
  notes: HeadNotes | null = null,
): void {
  if (closesAfter(status, notes) || rules.stopping || rules.keepAliveTimeout === 0) {
    response.keepAlive = false
  }
  if (notes !== null && notes.coding !== null) followCoding(response, notes)
  const all = ['Date', httpDate(), 'Server', serverSoftware, ...fields]
  // What the server adds goes before the type.
  const type = takeLast(all, 'Content-Type')
  // As Apache has it: whoever sends nothing to HEAD may not have looked how much it would be.
  if (response.isHead && fieldValue(all, 'content-length') === '0')
    removeField(all, 'content-length')
  if (!response.keepAlive || response.endsWithConnection(status, fields)) {
    response.keepAlive = false
    if (!notes?.close) speakOfConnection(all, notes, 'close')
  } else if (head?.asksKeepAlive) {
    const timeout = `timeout=${rules.keepAliveTimeout}`
    if (notes?.speaksOfConnection) setField(all, 'Keep-Alive', timeout)
    else all.push('Keep-Alive', timeout)
    speakOfConnection(all, notes, 'Keep-Alive')
  }
  response.writeHead(status, reason, all, type)
}

/** Takes a field from the end; null where it is not there. */
function takeLast(fields: string[], name: string): string | null {
  if (fields[fields.length - 2] !== name) return null
  const value = fields.pop()!
  fields.pop()
  return value
}

function closesAfter(status: number, notes: HeadNotes | null): boolean {
  if (notes === null) return closingStatuses.has(status)
  return notes.close || (closingStatuses.has(status) && !notes.misread)
}

function followCoding(response: HttpResponse, { coding, contradicts }: HeadNotes): void {
  response.coding = coding === 'chunked' ? 'own' : 'added'
  if (contradicts) response.lastOne = true
}

function speakOfConnection(fields: string[], notes: HeadNotes | null, word: string): void {
  if (notes?.speaksOfConnection) mergeField(fields, 'Connection', word)
  else fields.push('Connection', word)
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
