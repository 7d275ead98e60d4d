/** Methods that are for the server itself: `OPTIONS *` (RFC 9110, 9.3.7) and TRACE (9.3.8). */
import { type HttpExchange, writeHead } from './reply.js'

/**
 * Answers `OPTIONS *`, as Apache does: with nothing but that it is there.
 *
 * @param fields that it has besides
 */
export function answerOptions(http: HttpExchange, fields: readonly string[] = []): void {
  writeHead(http, 200, 'OK', [...fields, 'Content-Length', '0'])
  http.response.end()
}

/**
 * Sends the head of the request back.
 *
 * @param fields what was added to it: names and values, alternating
 */
export function answerTrace(http: HttpExchange, fields: readonly string[] = []): void {
  const { request, response } = http
  // Apache has not answered the expectation yet, and so does not trust the connection.
  if (request.expects === 'continue') response.neverChunked = true
  writeHead(http, 200, 'OK', ['Content-Type', 'message/http'])
  const lines = [
    `TRACE ${request.url} ${request.protocol}`,
    ...mergedFields([...request.rawHeaders, ...fields]),
  ]
  response.end(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
}

/** `Name: value` for each name, in the order in which the names first came. */
function mergedFields(fields: readonly string[]): string[] {
  const merged = new Map<string, [name: string, value: string]>()
  for (let at = 0; at < fields.length; at += 2) {
    const [name, value] = [fields[at]!, fields[at + 1]!]
    const before = merged.get(name.toLowerCase())
    if (before === undefined) merged.set(name.toLowerCase(), [name, value])
    else before[1] += `, ${value}`
  }
  return [...merged.values()].map(([name, value]) => `${name}: ${value}`)
}
