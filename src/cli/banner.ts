/**
 * What the command prints when the server is up: the lines of mod_wsgi-express, but for those about Apache, then ours.
 */
import { join } from 'node:path'
import { speaksHttps } from '../settings/https.js'
import type { Settings } from '../settings/settings.js'
import type { Python } from '../workers/python.js'
import { httpsUrl, serverUrl } from './server-url.js'
import type { SitePlan } from './site-plan.js'

/** Width of the labels in the banner of mod_wsgi-express. */
const labelWidth = 19

/** The files of a server that was set up, absolute. */
export interface SetUpFiles {
  readonly settings: string
  readonly envvars: string
  readonly controlScript: string
  readonly serviceUnit: string
}

/** What neither settings nor plan tell. */
export interface BannerFacts {
  /** For a server that is to be started later; null for one that listens. */
  readonly setUp?: SetUpFiles | null
  /** That is listened on for HTTPS; null: for a server that is to be started later that of the settings, else none. */
  readonly httpsPort?: number | null
  /** Where the certificate of --https-dev comes from; null: it is none of these. */
  readonly certificate?: string | null
  /** It obeys keys. */
  readonly hasKeys?: boolean
}

/** The lines, each with its end. */
export function banner(
  settings: Settings,
  plan: SitePlan,
  python: Python | null,
  port: number,
  { setUp = null, hasKeys = false, httpsPort = null, certificate = null }: BannerFacts = {},
): string {
  const lines: [string, string][] = [
    ['Server URL', serverUrl(settings, plan, port)],
    ...secureUrl(settings, plan, setUp === null ? httpsPort : settings.httpsPort),
    ...statusPage(settings, plan, port),
    ['Server Root', plan.serverRoot],
    ...(setUp ? [['Server Conf', setUp.settings] as [string, string]] : []),
    ['Error Log File', logPlace(settings, plan)],
    ...otherLogs(settings, plan),
    ...debugOutput(plan),
    ...(setUp ? givenFiles({ ...settings, envvarsScript: null }) : givenFiles(settings)),
    ...(setUp ? scripts(setUp) : []),
    ['Operating Mode', plan.mode],
    // Also in debug mode, which runs one request at a time, what --processes and --threads say.
    ['Request Capacity', capacity(settings.processes ?? 1, settings.threads)],
    ...daemonLimits(settings, plan),
    ['Server Backlog', `${settings.serverBacklog} (connections)`],
    ['Locale Setting', plan.locale],
  ]
  if (settings.host === null)
    lines.push(['Reachable From', 'this machine only (--host 0.0.0.0 opens it)'])
  if (certificate !== null) lines.push(['Certificate', certificate])
  if (python) lines.push(['Python', `${python.path} (${python.version}, ${whyPython(python)})`])
  lines.push(['Reload', reloadRule(settings, plan)])
  if (hasKeys) lines.push(['Keys', 'press h and Enter for help'])
  lines.push(setUp ? ['Service Unit', setUp.serviceUnit] : ['Stop', stopRule(settings)])
  return lines.map(([label, text]) => `${label.padEnd(labelWidth)}: ${text}\n`).join('')
}

function statusPage(settings: Settings, plan: SitePlan, port: number): [string, string][] {
  if (!settings.serverStatus) return []
  return [['Server Status', `${serverUrl(settings, plan, port)}server-status`]]
}

function secureUrl(settings: Settings, plan: SitePlan, port: number | null): [string, string][] {
  if (port === null || !speaksHttps(settings)) return []
  return [['Server URL (HTTPS)', httpsUrl(settings, plan, port)]]
}

function scripts({ envvars, controlScript }: SetUpFiles): [string, string][] {
  return [
    ['Environ Variables', envvars],
    ['Control Script', controlScript],
  ]
}

function debugOutput({ debugTools }: SitePlan): [string, string][] {
  const { coverage = null, profiler = null, recorder = null } = debugTools ?? {}
  const outputs: readonly [string, string | null][] = [
    ['Coverage Output', coverage && join(coverage, 'index.html')],
    ['Profiler Output', profiler],
    ['Recorder Output', recorder],
  ]
  return outputs.flatMap(([label, path]) => (path === null ? [] : [[label, path]]))
}

function daemonLimits(settings: Settings, { mode }: SitePlan): [string, string][] {
  if (mode !== 'daemon') return []
  const { interruptTimeout, startupTimeout } = settings
  const lines: [string, string][] = [['Request Timeout', `${settings.requestTimeout} (seconds)`]]
  if (interruptTimeout > 0) lines.push(['Interrupt Timeout', `${interruptTimeout} (seconds)`])
  if (startupTimeout > 0) lines.push(['Startup Timeout', `${startupTimeout} (seconds)`])
  lines.push(['Queue Backlog', `${settings.daemonBacklog} (connections)`])
  lines.push(['Queue Timeout', `${settings.queueTimeout} (seconds)`])
  return lines
}

/** Files that the command line names; the original has these lines only then. */
function givenFiles({ rewriteRules, envvarsScript }: Settings): [string, string][] {
  const lines: [string, string][] = []
  if (rewriteRules !== null) lines.push(['Rewrite Rules', rewriteRules])
  if (envvarsScript !== null) lines.push(['Environ Variables', envvarsScript])
  return lines
}

function otherLogs(settings: Settings, plan: SitePlan): [string, string][] {
  const place = (path: string) => (settings.logToTerminal ? 'terminal' : path)
  const lines: [string, string][] = []
  if (settings.accessLog) lines.push(['Access Log File', place(plan.accessLog)])
  if (settings.startupLog) lines.push(['Startup Log File', place(plan.startupLog)])
  return lines
}

function logPlace(settings: Settings, plan: SitePlan): string {
  const place = settings.logToTerminal ? 'terminal' : plan.errorLog
  return `${place} (${settings.logLevel})`
}

/** `6 (2 processes * 3 threads)`; in the original threads are always several. */
function capacity(processes: number, threads: number): string {
  const noun = processes === 1 ? 'process' : 'processes'
  return `${processes * threads} (${processes} ${noun} * ${threads} threads)`
}

function stopRule({ enableGdb }: Settings): string {
  if (enableGdb) return 'quit at the prompt of gdb, which Ctrl-C opens'
  return 'Ctrl-C finishes the requests in progress, twice stops at once'
}

function whyPython(python: Python): string {
  const reasons = {
    '--python': 'named by --python',
    VIRTUAL_ENV: 'from VIRTUAL_ENV',
    '.venv': 'from .venv',
    venv: 'from venv',
    PATH: 'python3 on PATH',
  } as const
  return reasons[python.origin]
}

function reloadRule(settings: Settings, { mode }: SitePlan): string {
  if (mode !== 'daemon') return `never (${mode} mode)`
  if (settings.disableReloading) return 'never (--disable-reloading)'
  if (settings.liveReload)
    return 'when loaded code changes, with the pages in the browser (--live-reload)'
  if (settings.reloadOnChanges) return 'when loaded code changes (--reload-on-changes)'
  return 'when the script changes, with the next request'
}
