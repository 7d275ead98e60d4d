/**
 * One pass over the header fields of a request: the keys of the environ, and what the front itself has to
 * know.
 */

import { connectionWords } from '../http/connection-words.js'
import { joinsTooLong, longestJoined } from '../http/field-lines.js'

/** The fields of a request. Values are latin-1 text. */
export interface RequestHead {
  /** Environ keys: CONTENT_TYPE, CONTENT_LENGTH and HTTP_*, in order of arrival. */
  readonly keys: readonly string[]
  /** Their values; repeated fields are joined with a comma and a blank. */
  readonly values: readonly string[]
  /** Number of Host fields. */
  readonly hosts: number
  /** Value of Host, null when there is none. */
  readonly host: string | null
  readonly contentLength: string | null
  readonly transferEncoding: string | null
  /** The client asks for keep-alive in so many words. */
  readonly asksKeepAlive: boolean
  /** Repeated fields are longer together than Apache takes. */
  readonly tooLong: boolean
}

/** Reads names and values, alternating. */
export function readHead(rawHeaders: readonly string[]): RequestHead {
  const keys: string[] = []
  const values: string[] = []
  let hosts = 0
  /** Of all values together, with what would join them. */
  let length = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    const value = rawHeaders[at + 1]!
    length += value.length + 2
    const key = keyOfHeader(name)
    if (key === null) continue
    if (key === 'HTTP_HOST') hosts++
    const known = keys.indexOf(key)
    if (known < 0) {
      keys.push(key)
      values.push(value)
    } else {
      values[known] = `${values[known]}, ${value}`
    }
  }
  const fieldOf = (key: string): string | null => {
    const at = keys.indexOf(key)
    return at < 0 ? null : values[at]!
  }
  const connection = fieldOf('HTTP_CONNECTION')
  return {
    keys,
    values,
    hosts,
    host: fieldOf('HTTP_HOST'),
    contentLength: fieldOf('CONTENT_LENGTH'),
    transferEncoding: fieldOf('HTTP_TRANSFER_ENCODING'),
    tooLong: length > longestJoined && joinsTooLong(rawHeaders),
    asksKeepAlive: connection !== null && connectionWords(connection).keepAlive,
  }
}

/** The fields of a request whose body has been read: they do not speak of it any more. */
export function withoutBody(head: RequestHead): RequestHead {
  const at = head.keys.indexOf('CONTENT_LENGTH')
  if (at < 0) return head
  const others = (list: readonly string[]) => list.filter((_, index) => index !== at)
  return { ...head, keys: others(head.keys), values: others(head.values), contentLength: null }
}

const headerKeys = new Map<string, string | null>()

/** The cache holds at most so many spellings; clients choose them. */
const mostHeaderKeys = 1000

/**
 * The environ key of a header field, or null for one that is not passed: names with anything besides
 * letters, digits and hyphens (an underscore could shadow the real field), `Proxy` (httpoxy) and
 * `Proxy-Authorization`. Sample: `User-Agent` gives `HTTP_USER_AGENT`.
 */
export function keyOfHeader(name: string): string | null {
  const known = headerKeys.get(name)
  if (known !== undefined) return known
  const key = makeHeaderKey(name)
  if (headerKeys.size < mostHeaderKeys) headerKeys.set(name, key)
  return key
}

function makeHeaderKey(name: string): string | null {
  if (!/^[a-z0-9-]+$/i.test(name)) return null
  const key = name.toUpperCase().replaceAll('-', '_')
  if (key === 'PROXY' || key === 'PROXY_AUTHORIZATION') return null
  if (key === 'CONTENT_TYPE' || key === 'CONTENT_LENGTH') return key
  return `HTTP_${key}`
}
