/**
 * What proxies tell of their clients, put into the environ (--trust-proxy-header, --trust-proxy): mod_wsgi's
 * wsgi_process_proxy_headers. A front that trusts nobody has none of this.
 */
import { AddressList } from './address-list.js'
import {
  addressesIn,
  type Environ,
  forwardingHeaders,
  type HeaderKind,
} from './forwarding-headers.js'

const forwardedFor = 'HTTP_X_FORWARDED_FOR'

export class TrustedProxies {
  /** Keys of the fields that count, in the order in which they are applied. */
  readonly #keys: readonly string[]
  readonly #proxies: AddressList | null

  /**
   * @param names of fields; those that say nothing about a client do nothing
   * @param proxies addresses and subnets whose fields count; null: those of everybody do
   */
  constructor(names: readonly string[], proxies: readonly string[] | null) {
    this.#keys = names
      .map(name => `HTTP_${name.toUpperCase().replaceAll('-', '_')}`)
      .filter(key => forwardingHeaders.has(key))
    this.#proxies = proxies === null ? null : new AddressList(proxies)
  }

  /** The environ with what the peer is believed: keys and values, alternating and NUL-separated. */
  applyTo(text: string): string {
    const environ = readEnviron(text)
    this.#apply(environ)
    return [...environ].map(([key, value]) => `${key}\0${value}`).join('\0')
  }

  #apply(environ: Environ): void {
    const isTrusted = this.#proxies?.has(environ.get('REMOTE_ADDR') ?? '') ?? true
    /** Of each kind that somebody may speak of the key that counted last. */
    const kept = new Map<HeaderKind, string | null>()
    for (const key of this.#keys) {
      const { kind, apply } = forwardingHeaders.get(key)!
      const value = isTrusted ? environ.get(key) : undefined
      if (!kept.has(kind)) kept.set(kind, null)
      if (value === undefined) continue
      // What the proxy says of the scheme counts in place of what the connection does, if only nothing.
      if (kind === 'scheme' && kept.get(kind) === null) environ.delete('wsgi.url_scheme')
      if (key === forwardedFor && this.#proxies !== null) followChain(environ, value, this.#proxies)
      else apply(environ, value)
      kept.set(kind, key)
    }
    for (const [key, { kind }] of forwardingHeaders) {
      if (kept.has(kind) && kept.get(kind) !== key) environ.delete(key)
    }
  }
}

/**
 * From the right, past the proxies that are trusted: the address before them is that of the client, and what stands
 * before that is only claimed. Where none is trusted the last one counts.
 */
function followChain(environ: Environ, value: string, proxies: AddressList): void {
  const addresses = addressesIn(value)
  if (addresses.length === 0) return
  let first = addresses.length
  while (first > 0 && proxies.has(addresses[first - 1]!)) first--
  const client = Math.max(0, first - 1)
  environ.set('REMOTE_ADDR', addresses[client]!)
  environ.set(forwardedFor, addresses.slice(client).join(', '))
}

function readEnviron(text: string): Environ {
  const parts = text.split('\0')
  const environ: Environ = new Map()
  for (let at = 0; at + 1 < parts.length; at += 2) environ.set(parts[at]!, parts[at + 1]!)
  return environ
}
