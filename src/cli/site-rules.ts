/** From settings to the rules by which the front answers requests. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Compression } from '../front/compression/compression.js'
import { sharedEnviron } from '../front/environ.js'
import { readErrorDocuments } from '../front/error-documents.js'
import type { SiteRules } from '../front/front-options.js'
import { VirtualHosts } from '../front/hosts/virtual-hosts.js'
import type { ProxyRules } from '../front/proxy/forwarding.js'
import { ProxyMounts } from '../front/proxy/mounts.js'
import { usualLongestLine } from '../front/response-head.js'
import { statusPath } from '../front/status/status-query.js'
import { TrustedProxies } from '../front/trust/trusted-proxies.js'
import type { PatienceRule } from '../http/patience.js'
import { defaultSettings, type Settings } from '../settings/settings.js'
import { openStaticSite } from '../static/site.js'
import { planAccessRule } from './access-plan.js'
import type { Configuration } from './another-configuration.js'
import { mapsHead } from './head-mapping.js'
import { planHttpsRules } from './https-rules.js'
import { planSilence } from './limits.js'
import { mostConnections, openFileLimit } from './open-files.js'
import { planEnviron, type SitePlan } from './site-plan.js'

/** Those that are listened on, asked for once they are known; null: HTTPS is not spoken. */
export interface Ports {
  http(): number
  https(): number | null
}

/** Reads the files that they need. Throws {@link UserError}. */
export function planSiteRules(
  { settings, plan, env, https }: Configuration,
  ports: Ports,
): SiteRules {
  return {
    site: openStaticSite({
      aliases: settings.urlAlias,
      ownAliases: documentation(settings, plan),
      documentRoot: plan.documentRoot,
      mountPoint: plan.mountPoint,
      hasApplication: plan.entryPoint.kind !== 'static',
      directoryIndex: settings.directoryIndex,
      directoryListing: settings.directoryListing,
      mimeTypesFile: settings.mimeTypes,
      reservedPath: settings.serverStatus ? statusPath : null,
      // Apache's `Require` for users takes the place of that for directories.
      grantsAll: settings.authUserScript !== null,
      handlerExtensions: settings.addHandler.map(([extension]) => extension),
      scriptExtension: settings.withCgi ? '.cgi' : null,
      // The front adds Server and Date to every response.
      serverHeader: null,
    }),
    hosts: planHosts(settings, ports),
    serverStatus: settings.serverStatus,
    proxy: planProxy(settings, plan, ports.http),
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
    maxClients: mostClients(settings, plan),
    bodyLimit: settings.limitRequestBody,
    longestHeadLine: longestHeadLine(settings),
    flushDelay: flushDelay(settings),
    mapsHead: mapsHead(settings, false),
    https: planHttpsRules(settings, https),
    chunkedRequests: settings.chunkedRequest,
    trustedProxies: trustedProxies(settings),
    compression: planCompression(settings, env),
    errorDocuments: readErrorDocuments(settings.errorDocument),
    access: planAccessRule(settings, plan, ports.http),
    // Embedded and debug mode do not know it.
    inDaemonMode: plan.mode === 'daemon',
    scripts: settings.withCgi ? { most: mostScripts(settings, plan), env } : null,
    overridesErrors: settings.errorOverride && plan.mode === 'daemon',
    sharedEnviron: () => sharedEnviron(planEnviron(settings, plan, ports.http(), env)),
  }
}

/** Never fewer than can be served by threads; only daemon mode knows the option. */
function mostClients({ maxClients, processes, threads }: Settings, { mode }: SitePlan) {
  if (maxClients === null || mode !== 'daemon') return null
  return Math.max(maxClients, (processes ?? 1) * threads)
}

/** Without a name of its own, or of others, the site answers whatever host is asked for. */
function planHosts(settings: Settings, ports: Ports): VirtualHosts | null {
  const { serverName, serverAlias, allowLocalhost, httpsOnly } = settings
  // An empty name is none, as in the original.
  if (!serverName && settings.proxyVirtualHost.length === 0) return null
  const aliases = serverAlias.flatMap(names => names.split(/\s+/))
  return new VirtualHosts({
    serverName: serverName || null,
    aliases,
    allowLocalhost,
    httpsOnly,
    port: ports.http,
    httpsPort: () => ports.https() ?? settings.httpsPort,
    proxied: settings.proxyVirtualHost,
  })
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

const docsFolder = fileURLToPath(new URL('../../dist/docs', import.meta.url))

/** Where our documentation and its pictures are served; without an application always. */
function documentation({ enableDocs }: Settings, { entryPoint }: SitePlan) {
  if (!enableDocs && entryPoint.kind !== 'welcome') return []
  return [
    ['/__wsgi__/docs', docsFolder],
    ['/__wsgi__/images', join(docsFolder, 'images')],
  ] as const
}

/** As many as mod_wsgi-express has places for clients, each of which can have a script run. */
function mostScripts({ maxClients }: Settings, { processes, threads }: SitePlan): number {
  const atOnce = processes * threads
  if (maxClients !== null) return Math.max(maxClients, atOnce)
  return 10 + Math.max(10, Math.floor(1.5 * atOnce))
}

/** The variables are those of Apache's, in which only some say more than that they are there. */
function planCompression(
  { compressResponses, setenv, passenv }: Settings,
  env: NodeJS.ProcessEnv,
): Compression | null {
  if (!compressResponses) return null
  const given = (name: string): string | undefined =>
    setenv.findLast(([set]) => set === name)?.[1] ??
    (passenv.includes(name) ? env[name] : undefined)
  return new Compression({
    never: given('no-gzip') !== undefined,
    always: given('force-gzip') !== undefined,
    onlyHtml: given('gzip-only-text/html') === '1',
  })
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
