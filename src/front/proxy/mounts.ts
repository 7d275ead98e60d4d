/**
 * Which paths are forwarded, and to what: the ProxyPass, ProxyPassReverse and Location sections that mod_wsgi-express
 * writes for --proxy-mount-point. Tried in the order given, so that an earlier short path hides a later long one.
 */
import { parseUpstream, type Upstream } from './upstream.js'

/** Where a request goes. */
export interface ProxyRoute {
  readonly upstream: Upstream
  /** Of the request to the upstream: decoded text, which is encoded anew. */
  readonly path: string
  /** X-Forwarded-Prefix; null: none. */
  readonly prefix: string | null
  /** X-Forwarded-Port; null: that which the request asks for. */
  readonly port: string | null
  /** What URLs of upstreams are here. */
  readonly reverse: readonly ReverseRule[]
}

/** Fields with a URL that begins with `url` get one that begins with `path` here. */
export interface ReverseRule {
  readonly url: string
  readonly path: string
}

/** What becomes of a path. `redirect`: it lacks the slash at its end. */
export type MountResult =
  | { readonly kind: 'redirect' }
  | { readonly kind: 'forward'; readonly route: ProxyRoute }

interface Mount {
  /** `/api/` */
  readonly path: string
  /** `/api` */
  readonly bare: string
  readonly upstream: Upstream
}

export class ProxyMounts {
  readonly #mounts: readonly Mount[]
  readonly #reverse: readonly ReverseRule[]

  /** @param given paths and URLs, as the options have them */
  constructor(given: readonly (readonly [string, string])[]) {
    this.#mounts = given.map(([path, url]) => makeMount(path, url))
    this.#reverse = this.#mounts.map(({ path, upstream }) => ({ url: upstream.url, path }))
  }

  /**
   * @param path decoded and normalised
   * @returns null: it is not forwarded
   */
  find(path: string): MountResult | null {
    if (this.#mounts.some(({ bare }) => bare === path)) return { kind: 'redirect' }
    const below = this.#mounts.filter(mount => path.startsWith(mount.path))
    const [first] = below
    if (first === undefined) return null
    return {
      kind: 'forward',
      route: {
        upstream: first.upstream,
        path: first.upstream.path + path.slice(first.path.length),
        // Sections of the configuration are merged: the last one counts, whichever forwards.
        prefix: below.at(-1)!.bare,
        port: null,
        reverse: this.#reverse,
      },
    }
  }
}

/** Both get a slash at their ends, unless the path has one. */
function makeMount(given: string, url: string): Mount {
  const hasSlash = given.endsWith('/')
  const whole = hasSlash ? withPath(url) : `${url.replace(/\/+$/, '')}/`
  const path = (hasSlash ? given : `${given}/`).replace(/\/{2,}/g, '/')
  return { path, bare: given.replace(/\/+$/, ''), upstream: parseUpstream(whole) }
}

/**
 * Where a request for the host of --proxy-virtual-host goes.
 *
 * @param port that is listened on
 */
export function hostRoute(url: string, path: string, port: number): ProxyRoute {
  const upstream = parseUpstream(withPath(url))
  return {
    upstream,
    path: upstream.path + path.slice(1),
    prefix: null,
    port: String(port),
    reverse: [{ url: upstream.url, path: '/' }],
  }
}

/** A URL that has no path gets one: what is below it would become part of its host. */
function withPath(url: string): string {
  return /^(?:unix:[^|]*\|)?[a-z]+:\/\/[^/]*$/i.test(url) ? `${url}/` : url
}
