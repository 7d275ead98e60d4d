/**
 * The keys of the WSGI environ that depend on the request, as mod_wsgi fills them in. Constant keys are
 * given to the worker once, see {@link baseEnviron}.
 */
import type { IncomingMessage } from 'node:http'
import type { RequestHead } from './request-head.js'
import type { RequestTarget } from './request-target.js'

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

/** Where in the site a request goes. */
export interface ApplicationPath {
  readonly scriptName: string
  readonly pathInfo: string
  readonly scriptFilename: string
  /** The split of the path at the first component that does not exist below the document root. */
  readonly rawScriptName: string
  readonly rawPathInfo: string
}

/** Seconds since the epoch of two moments in the life of a request. */
export interface RequestTimes {
  readonly start: number
  readonly queued: number
}

/**
 * Keys and values, alternating, for {@link encodeRequest}.
 * @param requestId unique text of 11 characters
 */
export function requestEnviron(
  request: IncomingMessage,
  head: RequestHead,
  target: RequestTarget,
  path: ApplicationPath,
  times: RequestTimes,
  requestId: string,
): string[] {
  const { socket } = request
  const start = times.start.toFixed(6)
  const environ: string[] = [
    'REQUEST_METHOD',
    request.method ?? 'GET',
    'REQUEST_URI',
    request.url ?? '/',
    'QUERY_STRING',
    target.query,
    'SCRIPT_NAME',
    path.scriptName,
    'PATH_INFO',
    path.pathInfo,
    'SCRIPT_FILENAME',
    path.scriptFilename,
    'SERVER_PROTOCOL',
    request.httpVersionMinor === 1 ? 'HTTP/1.1' : `HTTP/${request.httpVersion}`,
    'SERVER_ADDR',
    ipv4(socket.localAddress),
    'REMOTE_ADDR',
    ipv4(socket.remoteAddress),
    'REMOTE_PORT',
    String(socket.remotePort ?? 0),
    'mod_wsgi.script_name',
    path.rawScriptName,
    'mod_wsgi.path_info',
    path.rawPathInfo,
    'mod_wsgi.request_id',
    requestId,
    'mod_wsgi.request_start',
    start,
    'mod_wsgi.queue_start',
    times.queued === times.start ? start : times.queued.toFixed(6),
  ]
  const host = addHeaderKeys(environ, head, target.authority)
  addServerKeys(environ, host, socket.localAddress, socket.localPort)
  return environ
}

/** Adds CONTENT_* and HTTP_* and gives the host that the request is for, or null. */
function addHeaderKeys(
  environ: string[],
  { keys, values }: RequestHead,
  authority: string | null,
): string | null {
  let host = authority
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!
    if (key !== 'HTTP_HOST') {
      environ.push(key, values[at]!)
    } else {
      // An absolute target overrules the field (RFC 9112, 3.2.2).
      host ??= values[at]!
      environ.push(key, host)
    }
  }
  return host
}

function addServerKeys(
  environ: string[],
  host: string | null,
  address: string | undefined,
  port: number | undefined,
): void {
  const match = host === null ? null : /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(host)
  const name = match?.[1] ? match[1].toLowerCase() : ipv4(address)
  environ.push('SERVER_NAME', name, 'SERVER_PORT', match?.[2] || String(port ?? 0))
}

/** An IPv4 address that came through an IPv6 socket, as itself. */
function ipv4(address: string | undefined): string {
  if (address === undefined) return ''
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
