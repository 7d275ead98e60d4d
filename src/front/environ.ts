/**
 * The keys of the WSGI environ that depend on the request, as mod_wsgi fills them in. Constant keys are
 * given to the worker once, see {@link baseEnviron}.
 */
import type { Socket } from 'node:net'
import type { HttpRequest } from '../http/request.js'
import type { Alias } from '../static/site.js'
import type { VirtualHost } from './hosts/virtual-hosts.js'
import { plainAddress } from './plain-address.js'
import type { RequestHead } from './request-head.js'
import { parseHost } from './request-host.js'
import type { Authority, RequestTarget } from './request-target.js'

/** What of the configuration reaches the environ. */
export interface EnvironOptions {
  readonly documentRoot: string
  /** `127.0.0.1`, or `localhost` without --host. */
  readonly listenerHost: string
  readonly port: number
  readonly processGroup: string
  readonly applicationGroup: string
  readonly handlerScript: string
  /** --setenv and --passenv, in the order given. */
  readonly variables: readonly (readonly [string, string])[]
}

/** Keys that are the same for each request of the server; variables of the user are overridden. */
export function baseEnviron(options: EnvironOptions): Record<string, string> {
  return {
    ...Object.fromEntries(options.variables),
    CONTEXT_DOCUMENT_ROOT: options.documentRoot,
    CONTEXT_PREFIX: '',
    DOCUMENT_ROOT: options.documentRoot,
    REQUEST_SCHEME: 'http',
    SERVER_ADMIN: '[no address given]',
    SERVER_SOFTWARE: 'Apache',
    'mod_wsgi.application_group': options.applicationGroup,
    'mod_wsgi.callable_object': 'handle_request',
    'mod_wsgi.handler_script': options.handlerScript,
    'mod_wsgi.listener_host': options.listenerHost,
    'mod_wsgi.listener_port': String(options.port),
    'mod_wsgi.process_group': options.processGroup,
    'mod_wsgi.request_handler': 'wsgi-handler',
    'mod_wsgi.server_pid': String(process.pid),
    'wsgi.url_scheme': 'http',
  }
}

/** The keys of {@link baseEnviron} as text: each after a NUL, alternating with its value. */
export interface SharedEnviron {
  readonly constant: string
  /** Of these those that the user sets. */
  readonly variables: string
}

/** @see SharedEnviron */
export function sharedEnviron(options: EnvironOptions): SharedEnviron {
  const textOf = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([key, value]) => `\0${key}\0${value}`).join('')
  return {
    constant: textOf(Object.entries(baseEnviron(options))),
    variables: textOf(options.variables),
  }
}

/** Where in the site a request goes. */
export interface ApplicationPath {
  readonly scriptName: string
  readonly pathInfo: string
  readonly scriptFilename: string
  /** The split of the path at the first component that does not exist below the document root. */
  readonly rawScriptName: string
  readonly rawPathInfo: string
}

/**
 * The keys of a request for a script of --add-handler; they win over those of {@link baseEnviron}.
 * @param alias the one that led to the file; null for a file of the document root
 */
export function handlerEnviron(handlerScript: string, alias: Alias | null): string {
  const keys = `\0mod_wsgi.request_handler\0wsgi-resource\0mod_wsgi.handler_script\0${handlerScript}\0mod_wsgi.application_group\0`
  if (alias === null) return keys
  return `${keys}\0CONTEXT_PREFIX\0${alias.urlPath}\0CONTEXT_DOCUMENT_ROOT\0${alias.target}`
}

/** Seconds since the epoch of two moments in the life of a request. */
export interface RequestTimes {
  readonly start: number
  readonly queued: number
}

/**
 * Keys and values, alternating and NUL-separated, for {@link encodeRequest}. One text, not a list: joining a
 * list of 50 is a twentieth of what the front does for a short request.
 * @param method as the application is to see it
 * @param requestId unique text of 11 characters
 */
export function requestEnviron(
  request: HttpRequest,
  method: string,
  head: RequestHead,
  target: RequestTarget,
  path: ApplicationPath,
  times: RequestTimes,
  requestId: string,
  virtualHost: VirtualHost | null,
): string {
  const start = times.start.toFixed(6)
  const queued = times.queued === times.start ? start : times.queued.toFixed(6)
  const own = `REQUEST_METHOD\0${method}\0REQUEST_URI\0${request.url}\0QUERY_STRING\0${target.query}\0SCRIPT_NAME\0${path.scriptName}\0PATH_INFO\0${path.pathInfo}\0SCRIPT_FILENAME\0${path.scriptFilename}\0SERVER_PROTOCOL\0${request.protocol}\0mod_wsgi.script_name\0${path.rawScriptName}\0mod_wsgi.path_info\0${path.rawPathInfo}\0mod_wsgi.request_id\0${requestId}\0mod_wsgi.request_start\0${start}\0mod_wsgi.queue_start\0${queued}`
  return own + commonKeys(request, head, target, virtualHost)
}

/** CONTENT_*, HTTP_*, SERVER_* and REMOTE_*, each key after a NUL. */
export function commonKeys(
  { socket }: HttpRequest,
  head: RequestHead,
  { authority }: RequestTarget,
  virtualHost: VirtualHost | null,
): string {
  const connection =
    authority === null
      ? connectionKeys(socket, head.host, virtualHost)
      : makeConnectionKeys(socket, head.host, virtualHost, authority)
  return headerKeys(head, authority) + connection
}

/** CONTENT_* and HTTP_*. An absolute target overrules the Host field (RFC 9112, 3.2.2). */
function headerKeys({ keys, values }: RequestHead, authority: Authority | null): string {
  let text = ''
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!
    const value = key === 'HTTP_HOST' ? (authority?.host ?? values[at]!) : values[at]!
    text += `\0${key}\0${value}`
  }
  return text
}

/** The keys that stay while a client asks one host over one connection. */
interface ConnectionKeys {
  readonly host: string | null
  readonly virtualHost: VirtualHost | null
  readonly text: string
}

const known = Symbol('environ keys of the connection')

function connectionKeys(
  socket: Socket & { [known]?: ConnectionKeys },
  host: string | null,
  virtualHost: VirtualHost | null,
): string {
  const present = socket[known]
  if (present?.host === host && present.virtualHost === virtualHost) return present.text
  const text = makeConnectionKeys(socket, host, virtualHost)
  socket[known] = { host, virtualHost, text }
  return text
}

function makeConnectionKeys(
  socket: Socket,
  host: string | null,
  virtualHost: VirtualHost | null,
  authority: Authority | null = null,
): string {
  const { localAddress, localPort, remoteAddress, remotePort } = socket
  const asked = authority?.host ?? host
  const parsed = asked === null ? null : parseHost(asked)
  const name =
    parsed?.name ??
    authority?.host?.replace(/:\d*$/, '') ??
    virtualHost?.name ??
    plainAddress(localAddress)
  const port = authority?.port ?? parsed?.port ?? virtualHost?.port ?? localPort ?? 0
  return `\0SERVER_NAME\0${name}\0SERVER_PORT\0${port}\0SERVER_ADDR\0${plainAddress(localAddress)}\0REMOTE_ADDR\0${plainAddress(remoteAddress)}\0REMOTE_PORT\0${remotePort ?? 0}`
}
