/** Whether the `uri` of a Digest response is that of the request: also where a proxy has written it in another way. */

/** The parts of a target; percent-encoding is resolved. */
interface Parts {
  readonly host: string | null
  readonly port: string | null
  readonly path: string | null
  readonly query: string | null
}

/** As mod_auth_digest compares them. @param port that the server listens on */
export function isSameTarget(uri: string, target: string, port: number): boolean {
  if (uri === target) return true
  const [given, asked] = [partsOf(uri), partsOf(target)]
  if (given.host !== null && given.host !== '') {
    if (given.host.toLowerCase() !== asked.host?.toLowerCase()) return false
    if (given.port === null && (asked.port ?? String(port)) !== '80') return false
  }
  if (given.port !== null && given.port !== asked.port) return false
  return given.path === asked.path && given.query === asked.query
}

function partsOf(text: string): Parts {
  const [, host = null, port = null, path, query = null] =
    /^(?:[a-z][a-z0-9+.-]*:\/\/([^/?#:]*)(?::(\d*))?)?([^?#]*)(?:\?([^#]*))?/i.exec(text)!
  return { host: plain(host), port, path: plain(path || null), query: plain(query) }
}

/** Without percent-encoding, as bytes. */
function plain(text: string | null): string | null {
  return (
    text?.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))) ??
    null
  )
}
