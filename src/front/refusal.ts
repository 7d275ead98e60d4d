/** Which requests are refused for what their heads say, and with which status, as Apache does it. */

import type { HttpExchange } from './reply.js'
import type { RequestHead } from './request-head.js'
import { hasValidHost, isReadable, isWholeServer, parseTarget } from './request-target.js'

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
  if (head.tooLong || !hasValidHost(head, request)) return 400
  const isLong = isTooLong(head, bodyLimit)
  const isOdd = request.expects === 'unknown'
  if (!isLong && !isOdd) return null
  const { url, method } = request
  if (!isReadable(url, method)) return 400
  if (isLong) return !isOdd && !isWholeServer(url) && parseTarget(url, method) === 400 ? 400 : 413
  return null
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
