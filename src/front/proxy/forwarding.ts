/** The phase in which a request is forwarded to another server: by its path, or by the host that it asks for. */
import type { Log } from '../../logging/log.js'
import type { KnownOfFailure } from '../failures.js'
import type { HttpExchange } from '../reply.js'
import { ownOrigin, type RequestTarget } from '../request-target.js'
import { httpDate } from '../response-head.js'
import { answerOptions, answerTrace } from '../server-methods.js'
import type { ProxyFailure } from './failure.js'
import { Forwarder } from './forwarder.js'
import { readHops } from './hops.js'
import { hostRoute, type MountResult, ProxyMounts, type ProxyRoute } from './mounts.js'
import { ProxiedRequest } from './proxied-request.js'

/** What the configuration says about it. */
export interface ProxyRules {
  /** --proxy-mount-point */
  readonly mounts: ProxyMounts
  /** Seconds that an upstream may be silent (--proxy-timeout). */
  readonly timeout: number
  /** Seconds that both sides of a tunnel may be silent: the longer one of this time and --socket-timeout. */
  readonly tunnelTimeout: number
  /** Name of this server, where the request belongs to no virtual host. */
  readonly server: string
  /** That is listened on. */
  readonly port: () => number
}

/** What it needs of the front. */
export interface ProxyFront {
  readonly log: Log
  fail(http: HttpExchange, status: number, known?: KnownOfFailure): void
  typeOf(filename: string): string | undefined
  readonly rules: { readonly proxy: ProxyRules | null }
}

export class Forwarding {
  readonly #front: ProxyFront
  readonly #forwarder = new Forwarder()

  constructor(front: ProxyFront) {
    this.#front = front
  }

  /** What becomes of a path; null: it is not forwarded. */
  find(path: string): MountResult | null {
    return this.#front.rules.proxy?.mounts.find(path) ?? null
  }

  /** Forwards a request for the host of --proxy-virtual-host; paths of --proxy-mount-point go before. */
  toHost(target: RequestTarget, url: string): MountResult {
    const { rules } = this.#front
    const { mounts, port } = rules.proxy ?? noMounts
    const below = mounts.find(target.path)
    return below ?? { kind: 'forward', route: hostRoute(url, target.path, port()) }
  }

  forward(http: HttpExchange, target: RequestTarget, route: ProxyRoute): void {
    const { rules } = this.#front
    const coding = http.internal === null ? http.head.transferEncoding : null
    if (coding !== null && coding.toLowerCase() !== 'chunked') return this.#front.fail(http, 500)
    // Tunnels are for proxies that clients know of.
    if (http.method === 'CONNECT') return this.#front.fail(http, 400)
    const hops = readHops(http.request.headers['max-forwards'] ?? null, http.method)
    if (hops.kind === 'refused') {
      return this.#fail(http, route, { status: 400, reason: 'Proxy Error', words: hops.words })
    }
    const { timeout, tunnelTimeout, server } = rules.proxy ?? noMounts
    const origin = ownOrigin(http, target)
    if (hops.kind === 'here') return answerHere(http, route, origin.port)
    http.access?.proxied(route.upstream.url)
    const context = {
      forwarder: this.#forwarder,
      timeout,
      tunnelTimeout,
      host: target.authority?.host ?? http.head.host,
      port: origin.port,
      server: http.host?.name ?? server,
      hops: hops.left,
      reverse: route.reverse,
      urlOf: (path: string) => `${origin.url}${path}`,
      // Nothing behind it is a directory to Apache.
      typeOfPath: () => (route.path.endsWith('/') ? undefined : this.#front.typeOf(route.path)),
      failed: (failure: ProxyFailure) => this.#fail(http, route, failure),
      refused: (status: number) => this.#front.fail(http, status),
      cut: (words: string) => this.#tell(http, route, `ended in mid response: ${words}`),
    }
    new ProxiedRequest(http, route, context).start()
  }

  #fail(http: HttpExchange, route: ProxyRoute, failure: ProxyFailure): void {
    const { status, reason, words } = failure
    this.#tell(http, route, `${words} (answered ${status})`)
    const fields = failure.expires ? ['Expires', httpDate()] : []
    this.#front.fail(http, status, { reason, fields })
  }

  #tell({ request }: HttpExchange, { upstream }: ProxyRoute, words: string): void {
    this.#front.log.emit({
      type: 'proxyFailed',
      client: request.client,
      request: `${request.method} ${request.url}`,
      upstream: upstream.url,
      words,
    })
  }
}

const noMounts: ProxyRules = {
  mounts: new ProxyMounts([]),
  timeout: 60,
  tunnelTimeout: 60,
  server: 'localhost',
  port: () => 0,
}

function answerHere(http: HttpExchange, { port, prefix }: ProxyRoute, asked: string): void {
  const fields = ['X-Forwarded-Port', port ?? asked]
  if (prefix !== null) fields.push('X-Forwarded-Prefix', prefix)
  if (http.method === 'TRACE') answerTrace(http, fields)
  else answerOptions(http, ['Allow', 'TRACE'])
}
