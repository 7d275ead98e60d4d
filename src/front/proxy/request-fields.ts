/**
 * The fields of a request to an upstream, in Apache's order: Host, those of the client without what belongs to its
 * connection, what the upstream is told of the client, the length of the body, Connection.
 */

/** What the fields are made of. */
export interface ForwardedRequest {
  /** Of the client: names and values, alternating. */
  readonly rawHeaders: readonly string[]
  readonly hostField: string
  /** Address of the client. */
  readonly client: string
  /** The host that the client asks for, as it is written; null: none. */
  readonly host: string | null
  /** Name of this server. */
  readonly server: string
  readonly port: string
  /** Null: no field of it. */
  readonly prefix: string | null
  readonly secure: boolean
  /** Of the body; null: it is not known, and the body comes in chunks; `none`: there is no word about it. */
  readonly length: number | null | 'none'
  /** The client waits to be told to send the body. */
  readonly expects: boolean
  /** The connection is to become one of WebSocket, as the client writes it; null: it is not. */
  readonly upgrade: string | null
  /** Hops that are left; null: any number. */
  readonly maxForwards: number | null
}

/** They belong to the connection of the client, or are made anew. */
const notPassed: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Names and values, alternating; each name once. */
export function upstreamFields(request: ForwardedRequest): string[] {
  const fields = new Map<string, [name: string, value: string]>([
    ['host', ['Host', request.hostField]],
  ])
  addClientFields(fields, request)
  const set = (name: string, value: string) => setField(fields, name, value)
  if (request.maxForwards !== null) set('Max-Forwards', String(request.maxForwards))
  set('X-Forwarded-Port', request.port)
  if (request.secure) set('X-Forwarded-Scheme', 'https')
  if (request.prefix !== null) set('X-Forwarded-Prefix', request.prefix)
  addTo(fields, 'X-Forwarded-For', request.client)
  if (request.host !== null) addTo(fields, 'X-Forwarded-Host', request.host)
  addTo(fields, 'X-Forwarded-Server', request.server)
  if (request.length === null) set('Transfer-Encoding', 'chunked')
  else if (request.length !== 'none') set('Content-Length', String(request.length))
  set('Connection', request.upgrade === null ? 'Keep-Alive' : 'Upgrade')
  if (request.upgrade !== null) set('Upgrade', request.upgrade)
  return [...fields.values()].flat()
}

type Fields = Map<string, [name: string, value: string]>

/** Repeated ones are joined, as Apache has them. */
function addClientFields(fields: Fields, { rawHeaders, expects }: ForwardedRequest): void {
  const named = namedByConnection(rawHeaders)
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    const lower = name.toLowerCase()
    if (lower === 'expect' && expects) setField(fields, name, '100-continue')
    if (notPassed.has(lower) || named.has(lower)) continue
    addTo(fields, name, rawHeaders[at + 1]!)
  }
}

/** Names of fields that the client says are for this connection only (RFC 9110, 7.6.1). */
function namedByConnection(rawHeaders: readonly string[]): Set<string> {
  const named = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.toLowerCase() !== 'connection') continue
    for (const word of rawHeaders[at + 1]!.split(',')) named.add(word.trim().toLowerCase())
  }
  return named
}

function addTo(fields: Fields, name: string, value: string): void {
  const known = fields.get(name.toLowerCase())
  if (known === undefined) fields.set(name.toLowerCase(), [name, value])
  else known[1] = `${known[1]}, ${value}`
}

function setField(fields: Fields, name: string, value: string): void {
  const known = fields.get(name.toLowerCase())
  if (known === undefined) fields.set(name.toLowerCase(), [name, value])
  else known[1] = value
}
