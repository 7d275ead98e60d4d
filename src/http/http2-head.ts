/** The head of a request over HTTP/2, turned into what it would be in HTTP/1.1, as mod_http2 does it. */
import { longestJoined, mostFields } from './field-lines.js'
import type { Head } from './head.js'

/** `http2Head` gives this instead: the status that refuses the request. */
export type RefusedHttp2Head = 400 | 414 | 431

/**
 * @param raw names and values, alternating, as they came; those that begin with a colon stand for the request line
 * @param unmeasured a body follows whose length is not told
 * @example
 * http2Head([':method', 'GET', ':path', '/a', ':authority', 'x', 'cookie', 'a=1', 'cookie', 'b=2'], false)
 * // GET /a HTTP/2.0, with Host: x and Cookie: a=1; b=2
 */
export function http2Head(raw: readonly string[], unmeasured: boolean): Head | RefusedHttp2Head {
  let method = ''
  let target: string | null = null
  let authority: string | null = null
  let hasLength = false
  const cookies: string[] = []
  const fields: string[] = []
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!
    const value = raw[at + 1]!
    if (name.length + value.length > longestJoined && name !== ':path') return 431
    if (name === ':method') method = value
    else if (name === ':path') target = value
    else if (name === ':authority') authority = value
    else if (name === 'cookie') cookies.push(value)
    else if (name === 'content-length') {
      hasLength = true
      fields.push(name, value)
    } else if (name[0] !== ':') fields.push(name, value)
  }
  if (fields.length > 2 * mostFields) return 431
  // CONNECT has no path, but names where it wants to go.
  const asked = target ?? authority ?? ''
  if (asked.length > longestJoined) return 414
  return {
    method,
    target: asked,
    protocol: 'HTTP/2.0',
    version: 20,
    fields: withTold(fields, authority, cookies, unmeasured && !hasLength),
  }
}

/** The authority takes the place of a Host field, and the cookies are one again (RFC 9113, 8.2.3 and 8.3.1). */
function withTold(
  fields: string[],
  authority: string | null,
  cookies: readonly string[],
  chunked: boolean,
): string[] {
  const kept = authority === null ? fields : withoutHost(fields)
  if (cookies.length > 0) kept.push('Cookie', cookies.join('; '))
  // As it would have to be told in HTTP/1.1, for whoever wants a length.
  if (chunked) kept.push('Transfer-Encoding', 'chunked')
  return authority === null ? kept : ['Host', authority, ...kept]
}

function withoutHost(fields: string[]): string[] {
  return fields.includes('host')
    ? fields.filter((_, at) => fields[at - (at % 2)] !== 'host')
    : fields
}
