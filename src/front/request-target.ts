/**
 * The request target as Apache reads it: split, percent-decoded and normalised, or refused.
 */

import type { HttpRequest } from '../http/request.js'
import type { HttpExchange } from './reply.js'
import type { RequestHead } from './request-head.js'
import { isHostName, parseHost } from './request-host.js'

/** A target that is served. Text is latin-1: one character for each byte. */
export interface RequestTarget {
  /** Decoded path: slashes merged, dot segments resolved; begins with `/`. */
  readonly path: string
  /** What follows the first `?`, as sent. */
  readonly query: string
  /** Of an absolute-form target (RFC 9112, 3.2.2), else null. */
  readonly authority: Authority | null
  /** False: `path` is the root because the target has none, such as `http://example.com?q`. */
  readonly hasPath: boolean
}

/** Host and port in a target, which overrule the Host field; null for what is not given, and does not. */
export interface Authority {
  readonly host: string | null
  readonly port: string | null
}

/** `parseTarget` gives this instead: the status that refuses the request. */
export type RefusedTarget = 400 | 404

/** Paths that need neither decoding nor normalising, which is nearly all. */
const plainPath =
  /^\/(?:[\w\-~!$&'()*+,;=:@][.\w\-~!$&'()*+,;=:@]*\/)*(?:[\w\-~!$&'()*+,;=:@][.\w\-~!$&'()*+,;=:@]*)?$/

/**
 * Parses a target. Sample: `/a%20b//c/../d?q=1` gives path `/a b/d`, query `q=1`.
 * 400: no path, a stray percent sign, `#`, or dot segments that climb above the root;
 * 404: `%2F` or `%00` in the path.
 *
 * @param secure whether it came over TLS, where `https://` names the host, and `http://` does not
 */
export function parseTarget(
  target: string,
  method = 'GET',
  secure = false,
): RequestTarget | RefusedTarget {
  if (target.includes('#')) return 400
  const split = method === 'CONNECT' ? splitConnect(target) : splitAuthority(target, secure)
  if (split === null) return 400
  const [authority, rest] = split
  const mark = rest.indexOf('?')
  const sentPath = mark < 0 ? rest : rest.slice(0, mark)
  const hasPath = sentPath !== ''
  const rawPath = hasPath ? sentPath : '/'
  const query = mark < 0 ? '' : rest.slice(mark + 1)
  if (plainPath.test(rawPath)) return { path: rawPath, query, authority, hasPath }
  const path = normalisePath(rawPath)
  return typeof path === 'number' ? path : { path, query, authority, hasPath }
}

/**
 * Whether a target can be taken apart at all. What cannot is refused before an expectation is looked at, and the rest
 * of what {@link parseTarget} refuses after that.
 */
export function isReadable(target: string, method: string, secure = false): boolean {
  if (isWholeServer(target) && method === 'OPTIONS') return true
  if (target.includes('#')) return false
  const split = method === 'CONNECT' ? splitConnect(target) : splitAuthority(target, secure)
  if (split === null) return /^(?!https?:)[a-z][a-z0-9+.-]*:\/\//i.test(target)
  return /^(?:[/?]|$)/.test(split[1])
}

/** Null: a scheme that is not served, or a user before the host. */
function splitAuthority(target: string, secure: boolean): [Authority | null, string] | null {
  if (target.startsWith('/') || target.startsWith('?')) return [null, target]
  const absolute = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?]*))?(.*)$/i.exec(target)
  if (!absolute) return [null, target]
  const scheme = absolute[1]!.toLowerCase()
  const authority = absolute[2]
  if ((scheme !== 'http' && scheme !== 'https') || authority?.includes('@')) return null
  const rest = absolute[3]!
  if (authority === undefined) return /^[^/?]/.test(rest) ? null : [null, rest]
  // Apache takes the host from a target of its own scheme only, and the port in any case.
  const isOwn = scheme === (secure ? 'https' : 'http')
  const named = parseAuthority(authority, isOwn, scheme)
  if (named === null) return null
  return [isOwn ? named : { ...named, host: null }, rest]
}

/** CONNECT names only a host and a port (RFC 9112, 3.2.3), which Apache without a proxy takes for the root. */
function splitConnect(target: string): [Authority | null, string] | null {
  const named = /:[+-]?\d+$/.test(target) ? parseAuthority(target, true) : null
  return named === null ? null : [named, '/']
}

/** @param strict whether the host has to be one */
function parseAuthority(text: string, strict: boolean, scheme = 'http'): Authority | null {
  const named = /^([\w.-]*|\[[0-9a-f:.]*\])(?::((?:[+-]?\d+)?))?$/.exec(text.toLowerCase())
  if (named === null) return null
  const [, sent, port] = named
  const bare = sent!.replace(/[[\]]/g, '')
  if (strict && !mayBeHost(bare)) return null
  // Brackets are for addresses with colons.
  const name = bare.includes(':') ? sent! : bare.replace(/\.$/, '')
  return { host: port === undefined ? name : `${name}:${port}`, port: portNumber(port, scheme) }
}

function mayBeHost(name: string): boolean {
  return name === '' || name.includes(':') || isHostName(name)
}

/** As Apache keeps it, in 16 bits; an empty one is that of the scheme. */
function portNumber(digits: string | undefined, scheme: string): string | null {
  if (digits === undefined) return null
  if (digits === '') return scheme === 'https' ? '443' : '80'
  return String(Number(digits) & 0xffff)
}

/** Whether a target names the host, so that the Host field is not looked at. */
export function namesHost(target: string, method: string, secure = false): boolean {
  if (method === 'CONNECT') return true
  return secure ? /^https:\/\//i.test(target) : /^http:\/\//i.test(target)
}

function normalisePath(rawPath: string): string | RefusedTarget {
  if (!rawPath.startsWith('/')) return 400
  if (/%(?![0-9a-f]{2})/i.test(rawPath)) return 400
  if (/%(2f|00)/i.test(rawPath)) return 404
  return resolveDots(decode(rawPath))
}

function decode(rawPath: string): string {
  return rawPath.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** The path of a target that is refused, as far as it can be read. Sample: `/a/../../b%2Fc` gives `/b/c`. */
export function pathOfRefused(target: string): string {
  const rawPath = /^(?:[^/?]*:\/\/[^/?]*)?([^?]*)/.exec(target)![1]!
  if (/%(?![0-9a-f]{2})/i.test(rawPath)) return rawPath
  const kept: string[] = []
  const segments = decode(rawPath.replace(/%2f/gi, encodedSlash)).split('/')
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '.' && segment !== '') kept.push(segment)
  }
  const slash = kept.length > 0 && /^\.{0,2}$/.test(segments.at(-1)!) ? '/' : ''
  // A slash that was encoded separates nothing.
  return `/${kept.join('/')}${slash}`.replaceAll(encodedSlash, '/')
}

/** No character of a path. */
const encodedSlash = '\u0100'

function resolveDots(path: string): string | RefusedTarget {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  const last = segments.length - 1
  for (const [at, segment] of segments.entries()) {
    const dots = segment === '.' || segment === '..'
    if (segment === '..' && kept.pop() === undefined) return 400
    if (!dots && segment !== '') kept.push(segment)
    // What ends in a slash or in a dot segment names a directory.
    if (at === last && (dots || segment === '') && kept.length > 0) kept.push('')
  }
  return `/${kept.join('/')}`
}

/** RFC 9112, 3.2: exactly one Host in HTTP/1.1, and a host name or address in it. */
export function hasValidHost(
  { hosts, host }: RequestHead,
  { version, url, method, secure }: HttpRequest,
): boolean {
  if (!host && version < 11) return true
  if (host === null) return false
  return (hosts === 1 && parseHost(host) !== null) || namesHost(url, method, secure)
}

/** RFC 9112, 3.2.4; Apache takes a query behind it. */
export function isWholeServer(target: string): boolean {
  return target === '*' || target.startsWith('*?')
}

/** Where this server is, as a request has it: for URLs of its own. */
export interface Origin {
  /** `http://example.com:8000` */
  readonly url: string
  readonly port: string
}

/** What the request says of host and port counts, then what its virtual host has, then the connection. */
export function ownOrigin(http: HttpExchange, { authority }: RequestTarget): Origin {
  const { socket } = http.request
  const scheme = http.host?.scheme ?? (http.request.secure ? 'https' : 'http')
  const host = parseHost(authority?.host ?? http.head.host ?? '')
  const port = authority?.port ?? host?.port ?? http.host?.port ?? String(socket.localPort)
  const name = host?.name ?? http.host?.name ?? socket.localAddress
  return { url: `${scheme}://${port === defaultPorts[scheme] ? name : `${name}:${port}`}`, port }
}

const defaultPorts = { http: '80', https: '443' }
