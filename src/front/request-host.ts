/** The host that a request names, as strict as Apache reads it. */
import { isIPv6 } from 'node:net'
import type { RequestHead } from './request-head.js'
import type { RequestTarget } from './request-target.js'

/** A host and, where it was given, its port. */
export interface RequestHost {
  /** In lower case, without a dot at the end; an IPv6 address keeps its brackets. */
  readonly name: string
  /** Decimal, without leading zeros. */
  readonly port: string | null
}

const plainHost = /^([\w.-]+)(?::(\d+))?$/
const bracketedHost = /^\[([0-9a-f:.]+)\](?::(\d+))?$/i

/** Most requests of a client name the host of the one before. */
let lastText: string | null = null
let lastHost: RequestHost | null = null

/**
 * Parses the value of a Host field; null for one that is refused.
 *
 * @example
 * parseHost('Example.COM.:0080') // { name: 'example.com', port: '80' }
 * parseHost('a..b') // null
 */
export function parseHost(text: string): RequestHost | null {
  if (text !== lastText) {
    lastHost = parse(text)
    lastText = text
  }
  return lastHost
}

function parse(text: string): RequestHost | null {
  const plain = plainHost.exec(text)
  if (plain !== null) {
    const name = plain[1]!.toLowerCase()
    return isHostName(name) ? withPort(name.replace(/\.$/, ''), plain[2]) : null
  }
  const bracketed = bracketedHost.exec(text)
  if (bracketed === null || !isIPv6(bracketed[1]!)) return null
  return withPort(`[${bracketed[1]!.toLowerCase()}]`, bracketed[2])
}

/** Whether a text of letters, digits, `.`, `_` and `-` is the name of a host, or an IPv4 address. */
export function isHostName(text: string): boolean {
  const name = text.replace(/\.$/, '')
  if (name === '' || text.includes('..')) return false
  if (/^[\d.]+$/.test(name)) return /^(?:(?:0|[1-9]\d*)\.){3}(?:0|[1-9]\d*)$/.test(name)
  // The last part begins with a letter (RFC 1123, 2.1).
  return !/\.[^a-z.][^.]*$/i.test(name)
}

function withPort(name: string, digits: string | undefined): RequestHost | null {
  if (digits === undefined) return { name, port: null }
  const port = Number(digits)
  return port >= 1 && port <= 65535 ? { name, port: String(port) } : null
}

/** The name of the host that is asked for, as {@link RequestHost} has it; null where none is named. */
export function askedHost(
  { authority }: Pick<RequestTarget, 'authority'>,
  { host }: Pick<RequestHead, 'host'>,
): string | null {
  if (authority?.host != null) return authority.host.replace(/:\d*$/, '')
  return host === null ? null : (parseHost(host)?.name ?? null)
}
