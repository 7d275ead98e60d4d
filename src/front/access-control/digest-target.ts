/** Whether the `uri` of a Digest response is that of the request: also where a proxy has written it in another way. */
import { parseHost } from '../request-host.js'

/** The parts of a target; percent-encoding is resolved. Null: it has none. */
interface Parts {
  readonly host: string | null
  readonly port: string | null
  readonly path: string | null
  readonly query: string | null
}

/** What the client asked for. */
export interface AskedTarget {
  readonly target: string
  /** Value of the Host field. */
  readonly host: string | null
  /** That the server listens on, and that of the scheme, such as 443. */
  readonly port: number
  readonly usualPort: number
}

/** As mod_auth_digest compares them. */
export function isSameTarget(uri: string, { target, host, port, usualPort }: AskedTarget): boolean {
  if (uri === target) return true
  const [given, asked] = [partsOf(uri, true), partsOf(target, false)]
  const named = host === null ? null : parseHost(host)
  const askedHost = asked.host ?? named?.name ?? null
  const askedPort = asked.port ?? named?.port ?? String(port)
  if (given.host !== null && given.host !== '') {
    if (given.host.toLowerCase() !== askedHost?.toLowerCase()) return false
    if (given.port === null && askedPort !== String(usualPort)) return false
  }
  if (given.port !== null && given.port !== askedPort) return false
  return given.path === asked.path && given.query === asked.query
}

const absolute = /^(?:[a-z][a-z0-9+.-]*:\/\/([^/?#:]*)(?::(\d*))?)?([^?#]*)(?:\?([^#]*))?/i
const relative = /^(?:(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#:]*)(?::(\d*))?)?([^?#]*)(?:\?([^#]*))?/i

/** @param relativeToo whether `//host/path` names a host, as it does not in a request line */
function partsOf(text: string, relativeToo: boolean): Parts {
  const [, host = null, port = null, path, query = null] = (relativeToo ? relative : absolute).exec(
    text,
  )!
  return { host: decoded(host), port, path: decoded(path || null), query: decoded(query) }
}

/** Without percent-encoding, as bytes. */
function decoded(text: string | null): string | null {
  const character = (_: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))
  return text?.replace(/%([0-9a-f]{2})/gi, character) ?? null
}
