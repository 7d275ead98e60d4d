/**
 * The head of an HTTP/1 request: bytes in, request line and fields out, or what refuses it. As strict as Apache
 * with `HttpProtocolOptions Strict`, since a front that reads a request otherwise than what stands before it
 * lets requests be smuggled (RFC 9112, 11.2).
 */

import { longestLine, longestUnended, parseFields, refusedSoFar } from './field-lines.js'

/** The request line and the fields, as sent. Text is latin-1: one character for each byte. */
export interface Head {
  readonly method: string
  readonly target: string
  /** As sent, such as `HTTP/1.1`; any later version is served as 1.1. */
  readonly protocol: string
  readonly version: Version
  /** Names and values, alternating; folded values are joined with a blank. */
  readonly fields: readonly string[]
}

/** HTTP/0.9 (a method and a target, answered without a head), 1.0, 1.1 with what came after it, and HTTP/2. */
export type Version = 9 | 10 | 11 | 20

/** `parseHead` gives this instead: the status that refuses the request. */
export type Refusal = 400 | 414

/** Empty lines before a head: Apache's DEFAULT_LIMIT_BLANK_LINES. */
const mostEmptyLines = 10

const requestLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([^\x00-\x20\x7f]+) (HTTP\/([1-9])\.(\d))$/
/** HTTP/0.9 has nothing but this. */
const oldRequestLine = /^GET ([^\x00-\x20\x7f]+) ?$/
/**
 * Parses a whole head: everything before the empty line, without leading empty lines.
 *
 * @example
 * parseHead('GET /a HTTP/1.1\r\nHost: x')
 * // { method: 'GET', target: '/a', protocol: 'HTTP/1.1', version: 11, fields: ['Host', 'x'] }
 */
export function parseHead(text: string): Head | Refusal {
  const lines = text.split('\r\n')
  const first = lines[0]!
  if (first.length > longestLine) return 414
  const start = requestLine.exec(first)
  if (start === null) return parseOldHead(first)
  const fields = parseFields(lines, 1)
  if (fields === null) return 400
  return {
    method: start[1]!,
    target: start[2]!,
    protocol: start[3]!,
    version: start[4] === '1' && start[5] === '0' ? 10 : 11,
    fields,
  }
}

function parseOldHead(line: string): Head | Refusal {
  const start = oldRequestLine.exec(line)
  if (start === null) return 400
  return { method: 'GET', target: start[1]!, protocol: 'HTTP/0.9', version: 9, fields: [] }
}

/** Where a head ends among the bytes received so far. */
export type HeadEnd =
  /** `start` to `end` is the head; the next bytes begin at `next`. */
  | { readonly start: number; readonly end: number; readonly next: number }
  /** More bytes are needed. */
  | 'incomplete'
  | Refusal

const carriageReturn = 0x0d
const lineFeed = 0x0a

/**
 * Looks for the end of a head. A head that is wrong already is refused before it is complete, as soon as Apache
 * does. A request line that is none needs nothing after it.
 *
 * @param judged bytes that were looked at before: lines among them are not judged again
 */
export function findHeadEnd(bytes: Buffer, judged = 0): HeadEnd {
  let start = 0
  while (bytes[start] === carriageReturn && bytes[start + 1] === lineFeed) start += 2
  if (start > 2 * mostEmptyLines || bytes[start] === lineFeed) return 400
  const end = bytes.indexOf('\r\n\r\n', start, 'latin1')
  const limit = end < 0 ? bytes.length : end
  let line = start
  let firstEnd = -1
  for (let at = bytes.indexOf(lineFeed, start); at >= 0 && at < limit; ) {
    const isBare = bytes[at - 1] !== carriageReturn
    if (isBare || at - 1 - line > longestLine) {
      if (firstEnd < 0) return isBare ? 400 : 414
      return needsFields(bytes, start, firstEnd) ? 400 : firstLineOnly(start, firstEnd)
    }
    if (line === start) firstEnd = at - 1
    line = at + 1
    at = bytes.indexOf(lineFeed, line)
  }
  if (end >= 0) return { start, end, next: end + 4 }
  if (firstEnd >= 0 && !needsFields(bytes, start, firstEnd)) return firstLineOnly(start, firstEnd)
  if (line > judged && line - 2 > firstEnd && firstEnd >= 0) {
    const lines = bytes.toString('latin1', firstEnd + 2, line - 2).split('\r\n')
    if (refusedSoFar(lines, 0)) return 400
  }
  if (bytes.length - line > longestUnended) return line === start ? 414 : 400
  return 'incomplete'
}

/** HTTP/0.9, and what is no request line, have no fields. */
function needsFields(bytes: Buffer, start: number, end: number): boolean {
  return requestLine.test(bytes.toString('latin1', start, end))
}

function firstLineOnly(start: number, end: number): HeadEnd {
  return { start, end, next: end + 2 }
}
