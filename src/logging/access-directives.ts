/**
 * What the directives of a LogFormat stand for. Null means that there is nothing to tell, which the line shows
 * as a hyphen. Whatever a client, a user or the application has written is escaped here.
 */
import { clfTime, dateOf, microsecondsOf, strftime } from './apache-time.js'
import { escapeItem } from './escape.js'
import type { ServedRequest } from './served-request.js'
import type { ServerNames } from './server-names.js'

/** @param argument what stands in braces, or an empty text */
export type AccessDirective = (
  served: ServedRequest,
  argument: string,
  server: ServerNames,
) => string | number | null

const nothing: AccessDirective = () => null

/** A directive that tells of the request before an internal redirect, unless `>` stands before it. */
export interface TwoSided {
  readonly first: AccessDirective
  readonly last: AccessDirective
  /** The side without `<` or `>`. */
  readonly usual: 'first' | 'last'
}

/** By their letter, or by `^` and two letters. */
export const accessDirectives: Readonly<Record<string, AccessDirective | TwoSided>> = {
  a: ({ client }) => client,
  A: ({ localAddress }) => localAddress,
  b: ({ bodyBytes }) => bodyBytes || null,
  B: ({ bodyBytes }) => bodyBytes,
  c: ({ tls }, name) => escaped(tlsValue(tls, oldNames[name] ?? '')),
  C: cookie,
  D: ({ duration }) => Math.round(duration * 1000),
  e: variable,
  f: ({ fileName }) => escaped(fileName),
  h: ({ client }) => client,
  H: ({ protocol }) => protocol,
  i: ({ requestFields }, name) => escaped(fieldOf(requestFields, name)),
  I: ({ bytesIn }) => bytesIn,
  k: ({ keptBefore }) => keptBefore,
  l: nothing,
  L: ({ requestId }) => requestId,
  m: ({ method }) => escaped(method),
  n: nothing,
  o: ({ responseFields }, name) => escaped(sentField(responseFields, name)),
  O: ({ bytesOut }) => bytesOut,
  p: port,
  P: (_, argument) => processId(argument),
  q: ({ query }) => escaped(query === '' ? '' : `?${query}`),
  r: served => escaped(requestLine(served)),
  R: ({ handler }) => (handler === null ? null : handlers[handler]),
  s: { first: ({ firstStatus }) => firstStatus, last: ({ status }) => status, usual: 'first' },
  S: ({ bytesIn, bytesOut }) => bytesIn + bytesOut,
  t: time,
  T: duration,
  u: ({ user }) => (user === '' ? '""' : escaped(user)),
  U: {
    first: ({ firstPath }) => escaped(firstPath),
    last: ({ path }) => escaped(path),
    usual: 'first',
  },
  v: ({ virtualHost }, _, server) => virtualHost?.name ?? server.name,
  V: ({ host, virtualHost }, _, server) => escaped(host ?? virtualHost?.name ?? server.name),
  x: ({ tls }, name) => (name === 'HTTPS' && tls === null ? 'off' : escaped(tlsValue(tls, name))),
  X: ({ connection }) => marks[connection],
  // Trailers of both directions, and the time to the first byte, which Apache only measures when asked to.
  '^ti': nothing,
  '^to': nothing,
  '^FB': nothing,
}

const handlers = {
  application: 'wsgi-handler',
  script: 'cgi-script',
  directory: 'httpd/unix-directory',
  status: 'server-status',
  proxy: 'proxy-server',
} as const
const marks = { aborted: 'X', kept: '+', closed: '-' } as const

/** What `%{…}c` calls the variables of mod_ssl. */
const oldNames: Readonly<Record<string, string>> = {
  version: 'SSL_PROTOCOL',
  cipher: 'SSL_CIPHER',
  subjectdn: 'SSL_CLIENT_S_DN',
  issuerdn: 'SSL_CLIENT_I_DN',
}

function tlsValue(tls: string | null, name: string): string | null {
  const parts = tls?.split('\0') ?? []
  for (let at = 1; at < parts.length; at += 2) if (parts[at] === name) return parts[at + 1]!
  return null
}

function escaped(text: string | null): string | null {
  return text === null ? null : escapeItem(text)
}

/** The first line of the request; a password in its target is not shown. */
export function requestLine(served: ServedRequest): string | null {
  if (served.rawLine !== undefined) return served.rawLine
  const target = served.target.replace(
    /^([a-z][a-z0-9+.-]*:\/\/[^/?#@:]*):[^/?#@]*@/i,
    '$1:XXXXXXXX@',
  )
  return `${served.method} ${target} ${served.protocol}`
}

/** Values of a field, repeated ones joined as Apache does. */
function fieldOf(fields: readonly string[], name: string): string | null {
  const wanted = name.toLowerCase()
  const values: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at]!.toLowerCase() === wanted) values.push(fields[at + 1]!)
  }
  return values.length === 0 ? null : values.join(', ')
}

/** Apache adds these after the fields that a log can see. */
const addedLast: ReadonlySet<string> = new Set(['date', 'server'])

function sentField(fields: readonly string[], name: string): string | null {
  const lower = name.toLowerCase()
  if (addedLast.has(lower)) return null
  const value = fieldOf(fields, name)
  // The type without its parameters, for a page of the server.
  return value !== null && lower === 'content-type'
    ? value.replace(/;\s*charset=iso-8859-1$/, '')
    : value
}

/** The first cookie of that name. */
function cookie({ requestFields }: ServedRequest, name: string): string | null {
  const all = fieldOf(requestFields, 'cookie') ?? ''
  for (const pair of all.split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim().toLowerCase() === name.toLowerCase()) {
      return escapeItem(pair.slice(equals + 1).trimEnd())
    }
  }
  return null
}

/** Apache's own idea of the split of the path, which the application sees by other names. */
const rawKeys: Readonly<Record<string, string>> = {
  SCRIPT_NAME: 'mod_wsgi.script_name',
  PATH_INFO: 'mod_wsgi.path_info',
}

/** A key of the environ; only requests for the application have one. */
function variable({ environ }: ServedRequest, name: string, server: ServerNames): string | null {
  if (environ === null) return null
  const key = rawKeys[name] ?? name
  const parts = environ.split('\0')
  for (let at = 0; at < parts.length; at += 2) {
    if (parts[at] === key) return escapeItem(parts[at + 1]!)
  }
  return escaped(server.environ()[name] ?? null)
}

function port(served: ServedRequest, which: string): string | number {
  const { localPort, clientPort, virtualHost } = served
  if (which === 'remote') return clientPort
  if (which === 'local') return localPort
  return which === '' || which === 'canonical' ? (virtualHost?.port ?? localPort) : which
}

function processId(which: string): string | number {
  if (which === 'hextid') return process.pid.toString(16)
  return which === '' || which === 'pid' || which === 'tid' ? process.pid : which
}

/** `%T`: seconds, or in the unit that is asked for. */
function duration({ duration }: ServedRequest, unit: string): string | number {
  switch (unit) {
    case '':
    case 's':
      return Math.floor(duration / 1000)
    case 'ms':
      return Math.floor(duration)
    case 'us':
      return Math.round(duration * 1000)
    default:
      return unit
  }
}

/** `%t`: Apache's usual form, parts of the moment, or a form of strftime; of the end after `end:`. */
function time({ arrived, finished }: ServedRequest, argument: string): string {
  const [, side, rest] = /^(begin|end)(?::|$)(.*)$/s.exec(argument) ?? [null, 'begin', argument]
  const moment = side === 'end' ? finished : arrived
  const micro = microsecondsOf(moment)
  const milli = Math.floor(micro / 1000)
  const seconds = Math.floor(dateOf(moment).getTime() / 1000)
  switch (rest) {
    case '':
      return clfTime(moment)
    case 'sec':
      return String(seconds)
    case 'msec':
      return `${seconds}${String(milli).padStart(3, '0')}`
    case 'usec':
      return `${seconds}${String(micro).padStart(6, '0')}`
    case 'msec_frac':
      return String(milli).padStart(3, '0')
    case 'usec_frac':
      return String(micro).padStart(6, '0')
    default:
      return strftime(rest ?? '', dateOf(moment))
  }
}
