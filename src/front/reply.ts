/**
 * Writes the head of a response the way Apache frames it: Date and Server first, and `Connection` only
 * where Apache sends it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { AccessRecord } from './access.js'
import type { RequestHead } from './request-head.js'
import { httpDate } from './response-head.js'
import { closingStatuses, reasonPhrase, serverPage, serverPageType } from './server-page.js'

/** Value of the Server field and of SERVER_SOFTWARE. */
export const serverSoftware = 'Apache'

/** What the front knows about its connections. */
export interface ConnectionRules {
  /** Seconds an idle connection is kept; 0: none is kept. */
  readonly keepAliveTimeout: number
  /** True once the server is to stop: no connection is kept. */
  readonly stopping: boolean
}

/** A request and its response, and what was read of the request's head. */
export interface HttpExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly head: RequestHead
  readonly rules: ConnectionRules
  /** Null without an access log. */
  readonly access: AccessRecord | null
  /** Internal redirects of this request so far. */
  redirects: number
}

/**
 * Sends status and fields.
 * @param fields names and values, alternating
 * @param close end the connection after the response
 */
export function writeHead(
  { request, response, head, rules, access }: HttpExchange,
  status: number,
  reason: string,
  fields: readonly string[],
  close = false,
): void {
  response.sendDate = false
  // Node would announce keep-alive by itself; it is told to leave the field to us.
  response.removeHeader('connection')
  const all = ['Date', httpDate(), 'Server', serverSoftware, ...fields]
  const closing =
    close || closingStatuses.has(status) || !response.shouldKeepAlive || keepsNone(rules)
  if (closing) {
    response.shouldKeepAlive = false
    all.push('Connection', 'close')
  } else if (head.asksKeepAlive) {
    all.push('Keep-Alive', `timeout=${rules.keepAliveTimeout}`, 'Connection', 'Keep-Alive')
  }
  access?.head(all)
  response.writeHead(status, reason, all)
  if (closing && !request.complete) lingerAfter(request, response)
}

function keepsNone(rules: ConnectionRules): boolean {
  return rules.stopping || rules.keepAliveTimeout === 0
}

/** A page as bytes for a connection whose request could not be parsed; it ends the connection. */
export function bareServerPage(status: number): string {
  const page = serverPage(status)
  const fields = [
    `Date: ${httpDate()}`,
    `Server: ${serverSoftware}`,
    `Content-Length: ${page.length}`,
    'Connection: close',
    `Content-Type: ${serverPageType}`,
  ]
  return `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${fields.join('\r\n')}\r\n\r\n${page}`
}

/** Bodies up to this size are joined to the head, so that both are one write to the socket. */
const mostJoinedBytes = 16 * 1024

/**
 * Ends a response whose whole body is here, after {@link writeHead}. Node joins a text (not a buffer) to the
 * head; measured with a body of 13 bytes, one write instead of a gathered one of five saves a fifth of
 * the time of a request.
 */
export function endWhole(response: ServerResponse, body: Buffer): void {
  const { socket } = response
  // A response that waits for those before it has no socket yet.
  if (body.length === 0 || body.length > mostJoinedBytes || !socket) {
    response.end(body)
    return
  }
  let text = body.toString('latin1')
  if (response.chunkedEncoding) {
    // The chunk is framed here, since Node would write its parts one by one.
    response.chunkedEncoding = false
    text = `${body.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
  }
  // end(text) writes a second, empty piece, for which the socket has to gather.
  socket.cork()
  response.write(text, 'latin1')
  socket.uncork()
  response.end()
}

/** Answers with a page of the server's own. Does nothing when the head has been sent. */
export function writeServerPage(
  exchange: HttpExchange,
  status: number,
  extraFields: readonly string[] = [],
): void {
  const { response } = exchange
  if (response.headersSent || response.destroyed) return
  const page = serverPage(status)
  const fields = [
    ...extraFields,
    'Content-Length',
    String(page.length),
    'Content-Type',
    serverPageType,
  ]
  writeHead(exchange, status, reasonPhrase(status), fields)
  exchange.access?.body(page.length)
  response.end(page)
}

const lingering = new WeakSet<Socket>()

/** True for a connection that is only read to its end: what comes on it is no request any more. */
export function isLingering(socket: Socket): boolean {
  return lingering.has(socket)
}

/** Longest silence of a client, and longest time at all, before a lingering connection is cut. */
const lingerSilence = 2_000
const lingerLimit = 30_000

/**
 * Lets a client that still sends its body read the answer: closing at once would make the kernel discard
 * it (RFC 9112, 9.6). The rest of the body is read and dropped.
 */
function lingerAfter(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  lingering.add(socket)
  // Node would close right after the response; `Connection: close` is in the head already.
  ;(response as { _last?: boolean })._last = false
  request.resume()
  response.once('finish', () => {
    socket.end()
    socket.setTimeout(lingerSilence, () => socket.destroy())
    const limit = setTimeout(() => socket.destroy(), lingerLimit)
    socket.once('close', () => clearTimeout(limit))
  })
}
