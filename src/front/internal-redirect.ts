/**
 * A request that the server makes of itself in place of the client's: for the local Location of a 200 response
 * (RFC 3875, 6.2.2), or for an error document. As Apache's ap_internal_redirect does it: always with GET, with
 * the fields of the client, and with what was known of the request before in REDIRECT_* keys.
 */
import type { HttpExchange } from './reply.js'
import { parseTarget, pathOfRefused } from './request-target.js'

/** Most internal redirects of one request: Apache's LimitInternalRecursion. */
const mostRedirects = 10

/** An answer that failed. */
export interface Failure {
  readonly status: number
  /** Fields that its page has to have: names and values, alternating. */
  readonly fields: readonly string[]
}

/** Where a request stands that is not the client's own. */
export interface InternalRequest {
  /** How many there were for this request of the client. */
  readonly depth: number
  /** Status of the answer that it stands for, and fields that stay. */
  readonly status: number
  readonly fields: readonly string[]
  /** Its keys of the environ, each after a NUL, alternating with their values. */
  readonly environ: string
}

/** An internal redirect to be made. */
export interface Redirect {
  /** Path, and perhaps query, of this site. */
  readonly path: string
  /** Status of the answer that it stands for. */
  readonly status: number
  /** What is known of the request before: its environ, NUL-separated, keys and values alternating. */
  readonly known: string
  /** Fields of that answer that stay. */
  readonly fields: readonly string[]
}

/** Makes the exchange one for another path. False: there were too many, and nothing is changed. */
export function enterRedirect(http: HttpExchange, redirect: Redirect): boolean {
  const depth = (http.internal?.depth ?? 0) + 1
  if (depth > mostRedirects) return false
  const { path, status, fields } = redirect
  http.access?.redirected(status, path)
  http.internal = { depth, status, fields, environ: redirectEnviron(http, redirect) }
  http.target = path
  http.method = 'GET'
  return true
}

/** The REDIRECT_* keys: what was known, renamed, and where it was. */
function redirectEnviron({ target, method }: HttpExchange, { status, known }: Redirect): string {
  const mark = target.indexOf('?')
  const query = mark < 0 ? '' : `\0REDIRECT_QUERY_STRING\0${target.slice(mark + 1)}`
  const url = pathOf(target, method)
  return `${renamed(known)}${query}\0REDIRECT_URL\0${url}\0REDIRECT_STATUS\0${status}`
}

/** Keys that Apache's child knows nothing of: its daemon makes them. */
const keysOfDaemon: ReadonlySet<string> = new Set([
  'mod_wsgi.request_start',
  'mod_wsgi.queue_start',
  'wsgi.url_scheme',
])

/** The path is split there as the disk has it; below --mount-point the daemon splits it anew. */
const sources: Readonly<Record<string, string>> = {
  SCRIPT_NAME: 'mod_wsgi.script_name',
  PATH_INFO: 'mod_wsgi.path_info',
}

function renamed(environ: string): string {
  const parts = environ.split('\0')
  const values = new Map<string, string>()
  for (let at = 0; at + 1 < parts.length; at += 2) values.set(parts[at]!, parts[at + 1]!)
  let text = ''
  for (const [key, value] of values) {
    if (keysOfDaemon.has(key)) continue
    text += `\0REDIRECT_${key}\0${values.get(sources[key] ?? key) ?? value}`
  }
  return text
}

function pathOf(target: string, method: string): string {
  const parsed = parseTarget(target, method)
  return typeof parsed === 'number' ? pathOfRefused(target) : parsed.path
}
