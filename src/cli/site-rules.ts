/** From settings to the rules by which the front answers requests. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sharedEnviron } from '../front/environ.js'
import { readErrorDocuments } from '../front/error-documents.js'
import type { SiteRules } from '../front/front-options.js'
import { usualLongestLine } from '../front/response-head.js'
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
      ownAliases: documentation(settings, plan),
      documentRoot: plan.documentRoot,
      mountPoint: plan.mountPoint,
      hasApplication: plan.entryPoint.kind !== 'static',
      directoryIndex: settings.directoryIndex,
      directoryListing: settings.directoryListing,
      mimeTypesFile: settings.mimeTypes,
      handlerExtensions: settings.addHandler.map(([extension]) => extension),
      scriptExtension: settings.withCgi ? '.cgi' : null,
      // The front adds Server and Date to every response.
      serverHeader: null,
    }),
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
    errorDocuments: readErrorDocuments(settings.errorDocument),
    // Embedded and debug mode do not know it.
    inDaemonMode: plan.mode === 'daemon',
    scripts: settings.withCgi ? { most: mostScripts(settings, plan), env } : null,
    overridesErrors: settings.errorOverride && plan.mode === 'daemon',
    sharedEnviron: () => sharedEnviron(planEnviron(settings, plan, port(), env)),
  }
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
