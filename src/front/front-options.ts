/** What the front is told when it is made, and (its rules) when the configuration is read again. */
import type { Clock } from '../base/clock.js'
import type { PatienceRule } from '../http/patience.js'
import type { ServerPlaces } from '../http/server.js'
import type { Log } from '../logging/log.js'
import type { StaticSite } from '../static/site.js'
import type { AccessPool } from '../workers/access-scripts.js'
import type { Dispatcher } from '../workers/dispatcher.js'
import type { AccessRule } from './access-control/access-rule.js'
import type { ScriptRules } from './cgi/scripts.js'
import type { Compression } from './compression/compression.js'
import type { FailureOptions } from './failures.js'
import type { VirtualHosts } from './hosts/virtual-hosts.js'
import type { ProxyRules } from './proxy/forwarding.js'
import type { SilenceRules } from './silence-watch.js'
import type { OutsideFacts } from './status/status-board.js'
import type { TrustedProxies } from './trust/trusted-proxies.js'

export interface FrontOptions extends ServerPlaces {
  readonly dispatcher: Dispatcher
  readonly log: Log
  readonly clock: Clock
  readonly rules: SiteRules
  /** Whom access control asks; null where it never will. */
  readonly accessPool: AccessPool | null
  /** For the status page. */
  readonly outside: () => OutsideFacts
}

/** How requests are answered. */
export interface SiteRules extends FailureOptions {
  readonly site: StaticSite
  /** Null where all hosts are the same one. */
  readonly hosts: VirtualHosts | null
  /** --server-status */
  readonly serverStatus: boolean
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
  /** --compress-responses; null: they are sent as they are. */
  readonly compression: Compression | null
  /** --error-override */
  readonly overridesErrors: boolean
  /** Who may come; null: everybody. */
  readonly access: AccessRule | null
  /** CGI scripts; null without --with-cgi. */
  readonly scripts: ScriptRules | null
  /** The operating mode of the site. */
  readonly inDaemonMode: boolean
}
