/** A server that requests are forwarded to, as its URL names it (--proxy-mount-point, --proxy-virtual-host). */

export interface Upstream {
  /** As it is named in the log. */
  readonly url: string
  /** For http-proxy. */
  readonly target: UpstreamTarget
  /** Value of Host: the port is only there where it is not that of HTTP. */
  readonly hostField: string
  /** Of the URL, neither decoded nor normalised; empty where it has none. */
  readonly path: string
}

/** Where to connect. */
export interface UpstreamTarget {
  readonly protocol: 'http:'
  readonly host: string
  readonly hostname: string
  readonly port: number
  /** Of a Unix socket (`unix:/path|http://host/`), which is connected to instead. */
  readonly socketPath?: string
}

const form = /^(?:unix:([^|]+)\|)?http:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:]*)(?::(\d*))?(.*)$/i

/** @param url checked already, see the form `proxied URL` */
export function parseUpstream(url: string): Upstream {
  const [, socketPath, name = '', digits = '', path = ''] = form.exec(url) ?? []
  const host = name.toLowerCase()
  const port = digits === '' ? 80 : Number(digits)
  const target = { protocol: 'http:', host, hostname: host.replace(/^\[|\]$/g, ''), port } as const
  return {
    url: url.replace(/\/\/[^/@]*@/, '//'),
    target: socketPath === undefined ? target : { ...target, socketPath },
    hostField: port === 80 ? host : `${host}:${port}`,
    path,
  }
}
