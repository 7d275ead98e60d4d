/**
 * The environment of a CGI script: the variables of RFC 3875 and those that Apache adds (ap_add_common_vars,
 * ap_add_cgi_vars, ap_create_environment). Text has one latin-1 character for each byte.
 */
import type { ScriptResolution } from '../../static/site.js'
import type { SharedEnviron } from '../environ.js'

/** Name and value. */
export type Variable = readonly [name: string, value: string]

/** What of a request reaches its script. */
export interface ScriptRequest {
  readonly method: string
  /** The target as the client sent it, also behind an internal redirect. */
  readonly sentTarget: string
  readonly protocol: string
  readonly query: string
  /** Of an internal redirect, alternating names and values, each after a NUL; empty for what the client asks. */
  readonly redirected: string
  /** CONTENT_*, HTTP_* and what the connection tells, in the same form. */
  readonly client: string
  /** What is told of this request beside that, and wins over what all have; in the same form. */
  readonly own: string
  /** What PATH_INFO would be the file of. */
  readonly pathTranslated: string | null
}

/** Keys that all requests share and that scripts see. */
const sharedKeys: readonly string[] = [
  'SERVER_SOFTWARE',
  'DOCUMENT_ROOT',
  'REQUEST_SCHEME',
  'CONTEXT_PREFIX',
  'CONTEXT_DOCUMENT_ROOT',
  'SERVER_ADMIN',
]

/** Scripts do not get to see passwords (Apache's CGIPassAuth is off). */
const secretKeys: ReadonlySet<string> = new Set(['HTTP_AUTHORIZATION'])

/** Keys that mod_wsgi makes. */
const ofApplications = /^(?:mod_wsgi|wsgi)\./

/** Where Apache looks for programs if nobody has said so. */
const defaultPath = '/bin:/usr/bin:/usr/ucb:/usr/bsd:/usr/local/bin'

/** The variables as the server knows them: REDIRECT_* of a request that follows are made of these. */
export function scriptVariables(
  { scriptName, pathInfo, scriptFilename, alias }: ScriptResolution,
  request: ScriptRequest,
  shared: SharedEnviron,
  env: NodeJS.ProcessEnv,
): Map<string, string> {
  const variables = new Map<string, string>(pairsOf(request.redirected))
  const constant = new Map(pairsOf(shared.constant))
  const client = new Map(pairsOf(request.client))
  const inherited = (name: string, fallback?: string) => {
    const value = variables.get(name) ?? bytesOf(env[name]) ?? fallback
    if (value !== undefined) variables.set(name, value)
  }
  for (const [name, value] of pairsOf(shared.variables)) variables.set(name, value)
  for (const [name, value] of client) {
    if (!secretKeys.has(name)) variables.set(name, value)
  }
  inherited('PATH', defaultPath)
  inherited('LD_LIBRARY_PATH')
  variables.set('SERVER_SIGNATURE', '')
  for (const key of sharedKeys) variables.set(key, constant.get(key) ?? '')
  for (const [name, value] of pairsOf(request.own)) {
    if (!ofApplications.test(name)) variables.set(name, value)
  }
  if (alias !== null) {
    variables.set('CONTEXT_PREFIX', alias.urlPath)
    variables.set('CONTEXT_DOCUMENT_ROOT', alias.target)
  }
  variables.set('SCRIPT_FILENAME', scriptFilename)
  variables.set('GATEWAY_INTERFACE', 'CGI/1.1')
  variables.set('SERVER_PROTOCOL', request.protocol)
  variables.set('REQUEST_METHOD', request.method)
  variables.set('QUERY_STRING', request.query)
  variables.set('REQUEST_URI', request.sentTarget)
  variables.set('SCRIPT_NAME', scriptName)
  if (pathInfo !== '') variables.set('PATH_INFO', pathInfo)
  if (pathInfo !== '' && request.pathTranslated !== null)
    variables.set('PATH_TRANSLATED', request.pathTranslated)
  return variables
}

/** The environment that the process gets: names have letters, digits and `_` only. */
export function processVariables(
  variables: ReadonlyMap<string, string>,
  env: NodeJS.ProcessEnv,
): Variable[] {
  const zone = bytesOf(env['TZ'])
  const first: Variable[] = zone === undefined || variables.has('TZ') ? [] : [['TZ', zone]]
  return [...first, ...[...variables].map(([name, value]) => [variableName(name), value] as const)]
}

/**
 * Names and values of a text of the server's environ, in which they alternate, parted by NULs.
 *
 * @example
 * pairsOf('\0A\0b\0C\0') // [['A', 'b'], ['C', '']]
 */
export function pairsOf(text: string): Variable[] {
  if (text === '') return []
  const parts = (text.startsWith('\0') ? text.slice(1) : text).split('\0')
  const pairs: Variable[] = []
  for (let at = 0; at + 1 < parts.length; at += 2) pairs.push([parts[at]!, parts[at + 1]!])
  return pairs
}

function variableName(name: string): string {
  return name.replace(/^\d/, '_').replace(/[^A-Za-z0-9]/g, '_')
}

function bytesOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'utf8').toString('latin1')
}
