/**
 * Which virtual host a request belongs to: those of the configuration that mod_wsgi-express makes of --server-name
 * and --proxy-virtual-host, in its order. The first whose name is asked for has the request, the default one the rest.
 */
import { hostNames, type NameTest } from './host-names.js'

/** What the environ and redirects of the server's own say where a request does not. */
interface Named {
  /** ServerName; null: the address that is listened on. */
  readonly name: string | null
  /** Null: the port that is listened on. */
  readonly port: string | null
  /** Null: that of the connection. */
  readonly scheme: 'https' | null
}

/** One that a request can belong to. */
export type VirtualHost =
  /** The site itself. */
  | (Named & { readonly kind: 'site' })
  /** Of hosts that nobody named: for nobody, or (--allow-localhost) for clients on this machine. */
  | (Named & { readonly kind: 'default'; readonly admits: 'nobody' | 'localhost' })
  | (Named & HostRedirect)
  /** --proxy-virtual-host */
  | (Named & { readonly kind: 'proxied'; readonly url: string })

/** Sends everything to another host. */
export interface HostRedirect {
  readonly kind: 'redirect'
  readonly status: 301 | 302
  /** What the path takes the place of the root of: `https://example.com:8443`. */
  readonly origin: () => string
  /** By mod_rewrite, not by mod_alias. */
  readonly rewrites: boolean
}

export interface VirtualHostOptions {
  /** --server-name; null: every host is that of the site. */
  readonly serverName: string | null
  /** --server-alias */
  readonly aliases: readonly string[]
  /** --allow-localhost */
  readonly allowLocalhost: boolean
  /** --https-only */
  readonly httpsOnly: boolean
  /** Asked for once it is known. */
  readonly port: () => number
  /** The same; the original writes `None` into its configuration where there is none. */
  readonly httpsPort: () => number | null
  /** --proxy-virtual-host: names and what they are forwarded to. On the port of HTTP only. */
  readonly proxied: readonly (readonly [string, string])[]
}

interface Rule {
  readonly means: NameTest
  readonly host: VirtualHost
}

export class VirtualHosts {
  readonly #http: HostTable
  readonly #https: HostTable

  constructor(options: VirtualHostOptions) {
    this.#http = new HostTable(options, false)
    this.#https = new HostTable({ ...options, proxied: [] }, true)
  }

  /**
   * @param secure whether the connection is one of HTTPS
   * @param name in lower case, without port and without a dot at the end; null: none is asked for
   */
  of(secure: boolean, name: string | null): VirtualHost {
    return (secure ? this.#https : this.#http).of(name)
  }
}

class HostTable {
  readonly #rules: readonly Rule[]
  readonly #default: VirtualHost

  constructor(options: VirtualHostOptions, secure: boolean) {
    this.#default = defaultHost(options, schemePort(secure))
    this.#rules = [
      ...siteRules(options, secure),
      ...options.proxied.map(([given, url]) => {
        const named = parseServerName(given, secure)
        return { means: hostNames(named.name), host: { kind: 'proxied', ...named, url } as const }
      }),
    ]
  }

  of(name: string | null): VirtualHost {
    if (name === null) return this.#default
    return this.#rules.find(({ means }) => means(name))?.host ?? this.#default
  }
}

function defaultHost(
  { serverName, allowLocalhost }: VirtualHostOptions,
  port: string,
): VirtualHost {
  const admits = allowLocalhost ? 'localhost' : 'nobody'
  if (serverName === null) return { kind: 'site', name: null, port: null, scheme: null }
  return { kind: 'default', name: '_wsgi_', port, scheme: null, admits }
}

function siteRules(options: VirtualHostOptions, secure: boolean): Rule[] {
  const { serverName, aliases, httpsOnly } = options
  if (serverName === null) return []
  const elsewhere = redirectTo(options, serverName, secure)
  const site = parseServerName(serverName, secure)
  const rules: Rule[] = [
    {
      means: hostNames(site.name, aliases),
      host: httpsOnly && !secure ? { ...elsewhere, ...site } : { kind: 'site', ...site },
    },
  ]
  if (!/^www\./i.test(serverName)) return rules
  const parent = parseServerName(serverName.slice(4), secure)
  rules.push({ means: hostNames(parent.name), host: { ...elsewhere, ...parent } })
  return rules
}

/** Where the host without `www.` leads to, and with --https-only that of the site. */
function redirectTo(
  { httpsOnly, port, httpsPort }: VirtualHostOptions,
  name: string,
  secure: boolean,
): HostRedirect {
  const rewrites = httpsOnly && !secure
  const origin =
    rewrites || secure
      ? () => `https://${name}:${httpsPort() ?? 'None'}`
      : () => `http://${name}:${port()}`
  return { kind: 'redirect', status: rewrites ? 302 : 301, origin, rewrites }
}

/** Apache's ServerName: perhaps with a scheme before the name, and a port behind it. */
function parseServerName(given: string, secure: boolean): Named & { readonly name: string } {
  const [, scheme, name, port] = /^(?:(https?):\/\/)?([^:]*)(?::(\d+))?$/i.exec(given) ?? []
  return {
    name: name ?? given,
    port: port ?? schemePort(secure),
    scheme: scheme?.toLowerCase() === 'https' ? 'https' : null,
  }
}

function schemePort(secure: boolean): string {
  return secure ? '443' : '80'
}
