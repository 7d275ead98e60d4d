/** What the front is told when it is made, and (its rules) when the configuration is read again. */
import type { Clock } from '../base/clock.js'
import type { PatienceRule } from '../http/patience.js'
import type { ListenOptions } from '../http/server.js'
import type { Log } from '../logging/log.js'
import type { StaticSite } from '../static/site.js'
import type { Dispatcher } from '../workers/dispatcher.js'
import type { FailureOptions } from './failures.js'
import type { VirtualHosts } from './hosts/virtual-hosts.js'
import type { ProxyRules } from './proxy/forwarding.js'
import type { SilenceRules } from './silence-watch.js'
import type { TrustedProxies } from './trust/trusted-proxies.js'

export interface FrontOptions extends ListenOptions {
  readonly dispatcher: Dispatcher
  readonly log: Log
  readonly clock: Clock
  readonly rules: SiteRules
}

/** How requests are answered. */
export interface SiteRules extends FailureOptions {
  readonly site: StaticSite
  /** Null where all hosts are the same one. */
  readonly hosts: VirtualHosts | null
  /** Connections that may be open at a time; others are closed at once. */
  readonly mostConnections: number
  /** `/` or `/app`. */
  readonly mountPoint: string
  /** `mod_wsgi.handler_script` of requests for the scripts of --add-handler. */
  readonly resourceScript: string
  readonly keepAliveTimeout: number
  /** Seconds that a new connection may be silent (--socket-timeout). */
  readonly silence: number
  /** Seconds that a client may take nothing of what it is sent: a page or a file, or what the application sends. */
  readonly stall: number
  readonly responseStall: number
  /** Time that a client has for a head (--header-timeout and its kin), and for a body (--body-timeout). */
  readonly headPatience: PatienceRule
  readonly bodyPatience: PatienceRule
  readonly queueTimeout: number
  readonly queueLimit: number
  readonly connectTimeout: number
  readonly bodyLimit: number
  /** Bytes of the longest line of a response's head (--header-buffer-size). */
  readonly longestHeadLine: number
  /** Milliseconds that a part of a response waits for more of it (--response-flush-delay). */
  readonly flushDelay: number
  /** When a worker is silent for too long, or a request slow. */
  readonly silenceRules: SilenceRules
  /** Requests served at a time (--max-clients); null: as many as come. */
  readonly maxClients: number | null
  /** HEAD reaches the application as GET (--map-head-to-get). */
  readonly mapsHead: boolean
  /** Whether bodies with `Transfer-Encoding: chunked` are taken (--chunked-request). */
  readonly chunkedRequests: boolean
  /** What is forwarded to other servers (--proxy-mount-point and its kin); null: nothing. */
  readonly proxy: ProxyRules | null
  /** Whose words about their clients count (--trust-proxy-header); null: nobody's. */
  readonly trustedProxies: TrustedProxies | null
  /** --error-override */
  readonly overridesErrors: boolean
  /** The operating mode of the site. */
  readonly inDaemonMode: boolean
}
