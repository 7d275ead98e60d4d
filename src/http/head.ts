/**
 * The head of an HTTP/1 request: bytes in, request line and fields out, or what refuses it. As strict as Apache
 * with `HttpProtocolOptions Strict`, since a front that reads a request otherwise than what stands before it
 * lets requests be smuggled (RFC 9112, 11.2).
 */

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

/** HTTP/0.9 (a method and a target, answered without a head), 1.0, and 1.1 with what came after it. */
export type Version = 9 | 10 | 11

/** `parseHead` gives this instead: the status that refuses the request. */
export type Refusal = 400 | 414

/** Longest request line, and longest field line: where Apache's limits of 8190 really are. */
export const longestLine = 8191

/** Bytes of a line that does not end after which it is waited for no longer. */
const longestUnended = 64 * 1024

/** Empty lines before a head: Apache's DEFAULT_LIMIT_BLANK_LINES. */
const mostEmptyLines = 10

/** Most fields: Apache's LimitRequestFields. */
export const mostFields = 100

/** Lines of a head that does not end after which it is waited for no longer. */
const mostLines = 2 * (mostFields + 1)

const requestLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([^\x00-\x20\x7f]+) (HTTP\/([1-9])\.(\d))$/
/** HTTP/0.9 has nothing but this. */
const oldRequestLine = /^GET ([^\x00-\x20\x7f]+) ?$/
const fieldLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)$/
/** A continuation of the line before it (obs-fold, RFC 9112, 5.2). */
const foldedLine = /^[ \t]+([^\x00-\x20\x7f][^\x00-\x08\x0a-\x1f\x7f]*)$/

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
  const fields: string[] = []
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!
    if (line.length > longestLine) return 400
    const field = fieldLine.exec(line)
    if (field !== null) {
      fields.push(field[1]!, trimEnd(field[2]!))
      continue
    }
    const folded = foldedLine.exec(line)
    if (folded === null || fields.length === 0) return 400
    const before = fields[fields.length - 1]!
    const value = (before === '' ? '' : `${before} `) + trimEnd(folded[1]!)
    if (value.length > longestLine) return 400
    fields[fields.length - 1] = value
  }
  if (fields.length > 2 * mostFields) return 400
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

function trimEnd(value: string): string {
  let end = value.length
  while (end > 0 && (value[end - 1] === ' ' || value[end - 1] === '\t')) end--
  return end === value.length ? value : value.slice(0, end)
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
 * Looks for the end of a head. A head that is wrong already is refused before it is complete: one with a bare
 * line feed, or with a line that is too long. A request line that is none needs nothing after it.
 */
export function findHeadEnd(bytes: Buffer): HeadEnd {
  let start = 0
  while (bytes[start] === carriageReturn && bytes[start + 1] === lineFeed) start += 2
  if (start > 2 * mostEmptyLines || bytes[start] === lineFeed) return 400
  const end = bytes.indexOf('\r\n\r\n', start, 'latin1')
  const limit = end < 0 ? bytes.length : end
  let line = start
  let lines = 0
  let firstEnd = -1
  for (let at = bytes.indexOf(lineFeed, start); at >= 0 && at < limit; ) {
    if (bytes[at - 1] !== carriageReturn) return 400
    if (line === start) firstEnd = at - 1
    lines++
    if (at - 1 - line > longestLine) return line === start ? 414 : 400
    line = at + 1
    at = bytes.indexOf(lineFeed, line)
  }
  if (end >= 0) return { start, end, next: end + 4 }
  if (firstEnd >= 0 && !requestLine.test(bytes.toString('latin1', start, firstEnd))) {
    return { start, end: firstEnd, next: firstEnd + 2 }
  }
  // Folded lines count here as well: a head that never ends must not be kept for ever.
  if (lines > mostLines) return 400
  if (bytes.length - line > longestUnended) return line === start ? 414 : 400
  return 'incomplete'
}
