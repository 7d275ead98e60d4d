/**
 * What the command prints when the server is up: the lines of mod_wsgi-express, then ours.
 */
import { join } from 'node:path'
import type { Settings } from '../settings/settings.js'
import type { Python } from '../workers/python.js'
import { serverUrl } from './server-url.js'
import type { SitePlan } from './site-plan.js'

/** Width of the labels in the banner of mod_wsgi-express. */
const labelWidth = 19

export function banner(
  settings: Settings,
  plan: SitePlan,
  python: Python | null,
  port: number,
  hasKeys: boolean,
): string {
  const lines: [string, string][] = [
    ['Server URL', serverUrl(settings, plan, port)],
    ['Server Root', plan.serverRoot],
    ['Error Log File', logPlace(settings, plan)],
    ...otherLogs(settings, plan),
    ...debugOutput(plan),
    ['Operating Mode', plan.mode],
    // Also in debug mode, which runs one request at a time, what --processes and --threads say.
    ['Request Capacity', capacity(settings.processes ?? 1, settings.threads)],
    ...daemonLimits(settings, plan),
    ['Server Backlog', `${settings.serverBacklog} (connections)`],
    ['Locale Setting', plan.locale],
  ]
  if (settings.host === null)
    lines.push(['Reachable From', 'this machine only (--host 0.0.0.0 opens it)'])
  if (python) lines.push(['Python', `${python.path} (${python.version}, ${whyPython(python)})`])
  lines.push(['Reload', reloadRule(settings, plan)])
  if (hasKeys) lines.push(['Keys', 'press h and Enter for help'])
  lines.push(['Stop', stopRule(settings)])
  return lines.map(([label, text]) => `${label.padEnd(labelWidth)}: ${text}\n`).join('')
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
  return [
    ['Request Timeout', `${settings.requestTimeout} (seconds)`],
    ['Startup Timeout', `${settings.startupTimeout} (seconds)`],
    ['Queue Backlog', `${settings.daemonBacklog} (connections)`],
    ['Queue Timeout', `${settings.queueTimeout} (seconds)`],
  ]
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

/** `6 (2 processes * 3 threads)` */
function capacity(processes: number, threads: number): string {
  const count = (number: number, one: string, many: string) =>
    `${number} ${number === 1 ? one : many}`
  return `${processes * threads} (${count(processes, 'process', 'processes')} * ${count(threads, 'thread', 'threads')})`
}

function stopRule({ enableGdb }: Settings): string {
  if (enableGdb) return 'quit at the prompt of gdb, which Ctrl-C opens'
  return 'Ctrl-C finishes the requests in progress, twice stops at once'
}

function whyPython(python: Python): string {
  const reasons = {
    '--python': 'named by --python',
    VIRTUAL_ENV: 'from VIRTUAL_ENV',
    '.venv': 'from .venv in the working directory',
    venv: 'from venv in the working directory',
    PATH: 'python3 on PATH',
  } as const
  return reasons[python.origin]
}

function reloadRule(settings: Settings, { mode }: SitePlan): string {
  if (mode !== 'daemon') return `never (${mode} mode)`
  if (settings.disableReloading) return 'never (--disable-reloading)'
  if (settings.reloadOnChanges) return 'when loaded code changes (--reload-on-changes)'
  return 'when the script changes, with the next request'
}
