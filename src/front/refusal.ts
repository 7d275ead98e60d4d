/** Which requests are refused for what their heads say, and with which status, as Apache does it. */

import type { HttpRequest } from '../http/request.js'
import type { HttpExchange } from './reply.js'
import type { RequestHead } from './request-head.js'
import {
  hasValidHost,
  isReadable,
  isWholeServer,
  namesHost,
  parseTarget,
} from './request-target.js'

/** What a refusal has to answer with. */
export interface Refusal {
  readonly status: number
  /** Fields of its page: names and values, alternating. */
  readonly fields?: readonly string[]
}

/**
 * The status that refuses a request before it is looked at any further; null for one that is not refused.
 *
 * @param bodyLimit longest request body in bytes; 0: no limit
 */
export function refusedStatus({ request, head }: HttpExchange, bodyLimit: number): number | null {
  if (head.tooLong || !hasValidHost(head, request) || keepsHostBack(head, request)) return 400
  const isLong = isTooLong(head, bodyLimit)
  const isOdd = request.expects === 'unknown'
  if (!isLong && !isOdd) return null
  const { url, method, secure } = request
  if (!isReadable(url, method, secure)) return 400
  if (isLong)
    return !isOdd && !isWholeServer(url) && parseTarget(url, method, secure) === 400 ? 400 : 413
  return null
}

/** Whether a client has named a host when it came (SNI), and asks for none; mod_ssl does not like that. */
function keepsHostBack(
  { host }: RequestHead,
  { secure, socket, url, method }: HttpRequest,
): boolean {
  if (!secure || host || namesHost(url, method, secure)) return false
  return Boolean((socket as { servername?: string | false }).servername)
}

/** Whether a body is longer than the application may get, by the length that the head tells. */
export function isTooLong({ contentLength }: RequestHead, bodyLimit: number): boolean {
  return contentLength !== null && bodyLimit > 0 && Number(contentLength) > bodyLimit
}

/** Why a request with a Transfer-Encoding of its body is not given to the application; null for one that is. */
export function refusedCoding({ transferEncoding }: RequestHead, chunked: boolean): Refusal | null {
  if (transferEncoding === null) return null
  if (transferEncoding.toLowerCase() !== 'chunked') return unknownCoding
  return chunked ? null : { status: 411 }
}

/** A body that is cut up in a way that nobody here knows. */
export const unknownCoding: Refusal = { status: 501, fields: ['Allow', 'TRACE'] }
