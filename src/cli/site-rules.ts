/** From settings to the rules by which the front answers requests. */
import { join } from 'node:path'
import { sharedEnviron } from '../front/environ.js'
import { readErrorDocuments } from '../front/error-documents.js'
import type { SiteRules } from '../front/front-options.js'
import { VirtualHosts } from '../front/hosts/virtual-hosts.js'
import type { ProxyRules } from '../front/proxy/forwarding.js'
import { ProxyMounts } from '../front/proxy/mounts.js'
import { usualLongestLine } from '../front/response-head.js'
import { TrustedProxies } from '../front/trust/trusted-proxies.js'
import type { PatienceRule } from '../http/patience.js'
import { defaultSettings, type Settings } from '../settings/settings.js'
import { openStaticSite } from '../static/site.js'
import { planSilence } from './limits.js'
import { mostConnections, openFileLimit } from './open-files.js'
import { planEnviron, type SitePlan } from './site-plan.js'

/**
 * Reads the files that they need. Throws {@link UserError}.
 *
 * @param env of all that is started
 * @param port that is listened on, asked for once it is known
 */
export function planSiteRules(
  settings: Settings,
  plan: SitePlan,
  env: NodeJS.ProcessEnv,
  port: () => number,
): SiteRules {
  return {
    site: openStaticSite({
      aliases: settings.urlAlias,
      documentRoot: plan.documentRoot,
      mountPoint: plan.mountPoint,
      hasApplication: plan.entryPoint.kind !== 'static',
      directoryIndex: settings.directoryIndex,
      directoryListing: settings.directoryListing,
      mimeTypesFile: settings.mimeTypes,
      handlerExtensions: settings.addHandler.map(([extension]) => extension),
      // The front adds Server and Date to every response.
      serverHeader: null,
    }),
    hosts: planHosts(settings, port),
    proxy: planProxy(settings, plan, port),
    mostConnections: mostConnections(openFileLimit(), plan),
    mountPoint: plan.mountPoint,
    resourceScript: join(plan.serverRoot, 'resource.wsgi'),
    keepAliveTimeout: settings.keepAliveTimeout,
    silence: settings.socketTimeout,
    stall: settings.socketTimeout,
    responseStall: settings.responseSocketTimeout || settings.socketTimeout,
    headPatience: patience(
      settings.headerTimeout,
      settings.headerMaxTimeout,
      settings.headerMinRate,
    ),
    bodyPatience: patience(settings.bodyTimeout, settings.bodyMaxTimeout, settings.bodyMinRate),
    queueTimeout: settings.queueTimeout,
    queueLimit: settings.daemonBacklog,
    connectTimeout: settings.connectTimeout,
    silenceRules: planSilence(settings, plan),
    maxClients: settings.maxClients,
    bodyLimit: settings.limitRequestBody,
    longestHeadLine: longestHeadLine(settings),
    flushDelay: flushDelay(settings),
    mapsHead: mapsHead(settings),
    chunkedRequests: settings.chunkedRequest,
    trustedProxies: trustedProxies(settings),
    errorDocuments: readErrorDocuments(settings.errorDocument),
    // Embedded and debug mode do not know it.
    inDaemonMode: plan.mode === 'daemon',
    overridesErrors: settings.errorOverride && plan.mode === 'daemon',
    sharedEnviron: () => sharedEnviron(planEnviron(settings, plan, port(), env)),
  }
}

function planProxy(
  { proxyMountPoint, proxyVirtualHost, proxyTimeout, socketTimeout }: Settings,
  plan: SitePlan,
  port: () => number,
): ProxyRules | null {
  if (proxyMountPoint.length === 0 && proxyVirtualHost.length === 0) return null
  return {
    mounts: new ProxyMounts(proxyMountPoint),
    timeout: proxyTimeout ?? socketTimeout,
    tunnelTimeout: Math.max(proxyTimeout ?? 0, socketTimeout),
    server: plan.listenerHost,
    port,
  }
}

/** The original joins the values of each option with blanks, and one that is empty then is not written. */
function trustedProxies({ trustProxyHeader, trustProxy }: Settings): TrustedProxies | null {
  const names = trustProxyHeader.join(' ')
  const proxies = trustProxy.join(' ')
  if (names === '') return null
  return new TrustedProxies(words(names), proxies === '' ? null : words(proxies))
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '')
}

/** Without a name of its own, or of others, the site answers whatever host is asked for. */
function planHosts(settings: Settings, port: () => number): VirtualHosts | null {
  const { serverName, serverAlias, allowLocalhost, httpsOnly, httpsPort } = settings
  // An empty name is none, as in the original.
  if (!serverName && settings.proxyVirtualHost.length === 0) return null
  const aliases = serverAlias.flatMap(names => names.split(/\s+/))
  return new VirtualHosts({
    serverName: serverName || null,
    aliases,
    allowLocalhost,
    httpsOnly,
    port,
    httpsPort,
    proxied: settings.proxyVirtualHost,
  })
}

/** With `Auto` only where a filter of the response needs the body to get the head right. */
function mapsHead({ mapHeadToGet, compressResponses }: Settings): boolean {
  const word = mapHeadToGet.toLowerCase()
  return word === 'on' || (word === 'auto' && compressResponses)
}

/** mod_wsgi's buffer for a line has to hold a CR and a NUL as well; without --processes the option does not count. */
function longestHeadLine({ headerBufferSize, processes }: Settings): number {
  return processes === null || headerBufferSize === 0 ? usualLongestLine : headerBufferSize - 2
}

/** Up to the default the wait is too short to be noticed, and costs a timer for each block. */
function flushDelay({ responseFlushDelay }: Settings): number {
  return responseFlushDelay <= defaultSettings.responseFlushDelay ? 0 : responseFlushDelay
}

/** Apache's own time for heads and bodies, which an option of 0 stands for. */
const defaultPatience = 20

function patience(seconds: number, most: number, bytesPerSecond: number): PatienceRule {
  return { milliseconds: (seconds || defaultPatience) * 1000, longest: most * 1000, bytesPerSecond }
}
