/**
 * From settings to what each part of the server is given: pure apart from looking at the directory for
 * the server root.
 */
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { baseEnviron, type EnvironOptions } from '../front/environ.js'
import { type OperatingMode, operatingMode } from '../settings/modes.js'
import type { Pair, Settings } from '../settings/settings.js'
import type { DebugTools, WorkerConfiguration } from '../workers/worker-configuration.js'
import { planDebugTools } from './debug-tools.js'
import { ownGroup, ownUser } from './privileges.js'
import { planServices, planTelemetry, telemetryName, telemetryVariables } from './telemetry.js'

/** Where the command was started. */
export interface CommandPlace {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly uid: number
}

/** The application as the command line names it. */
export interface EntryPoint {
  readonly kind: 'script' | 'module' | 'paste' | 'static' | 'welcome'
  /** Absolute path, or the dotted name of a module. */
  readonly name: string
}

/** Everything about the site that follows from the settings. */
export interface SitePlan {
  readonly entryPoint: EntryPoint
  readonly workingDirectory: string
  readonly serverRoot: string
  readonly documentRoot: string
  readonly errorLog: string
  readonly accessLog: string
  readonly startupLog: string
  /** `localhost` without --host. */
  readonly listenerHost: string
  readonly listenOn: readonly string[]
  readonly mountPoint: string
  /** How many workers there are, and how many requests each runs at a time. */
  readonly processes: number
  readonly threads: number
  readonly locale: string
  readonly mode: OperatingMode
  /** Empty outside of daemon mode. */
  readonly processGroup: string
  /** Name of the sub-interpreter, empty for the main one: the application always runs in that, but sees the name. */
  readonly applicationGroup: string
  /** What listings show for a worker, without the brackets. */
  readonly title: string
  /** PYTHON_EGG_CACHE. */
  readonly eggDirectory: string
  readonly debugTools: DebugTools | null
  /** Name and script of each: those of the user, and that of --enable-telemetry. */
  readonly services: readonly Pair[]
}

const welcomeScript = fileURLToPath(
  new URL('../../python/modwsgi_dev_worker/welcome.wsgi', import.meta.url),
)

/** Loopback only, in both families: an own default, see docs/differences.md. */
const loopback: readonly string[] = ['127.0.0.1', '::1']

export function planSite(
  settings: Settings,
  entryPoint: string | null,
  place: CommandPlace,
): SitePlan {
  const listenerHost = settings.host ?? 'localhost'
  const serverRoot =
    settings.serverRoot ?? join(tmpdir(), `mod_wsgi-${listenerHost}:${settings.port}:${place.uid}`)
  const mode = operatingMode(settings)
  const entry = planEntryPoint(settings.applicationType, entryPoint, place.cwd)
  return {
    entryPoint: entry,
    workingDirectory: settings.workingDirectory ?? place.cwd,
    serverRoot,
    documentRoot:
      settings.documentRoot ?? (entry.kind === 'static' ? entry.name : join(serverRoot, 'htdocs')),
    ...planLogFiles(settings, serverRoot),
    listenerHost,
    listenOn: settings.host === null ? loopback : [settings.host],
    mountPoint: planMountPoint(settings.mountPoint),
    processes: mode === 'debug' ? 1 : (settings.processes ?? 1),
    threads: mode === 'debug' ? 1 : settings.threads,
    locale: planLocale(settings, place.env),
    mode,
    processGroup:
      mode === 'daemon' ? (settings.processGroup ?? `${listenerHost}:${settings.port}`) : '',
    applicationGroup: planApplicationGroup(settings.applicationGroup),
    title: `wsgi:${settings.processGroup ?? `${listenerHost}:${settings.port}:${place.uid}`}`,
    eggDirectory: settings.pythonEggs ?? join(serverRoot, 'python-eggs'),
    debugTools: mode === 'debug' ? planDebugTools(settings, serverRoot) : null,
    services: planServices(settings),
  }
}

/** As with Python's os.path.join a name that is absolute stays so. */
function planLogFiles(settings: Settings, serverRoot: string) {
  const folder = settings.logDirectory ?? serverRoot
  return {
    errorLog: resolve(folder, settings.errorLogName),
    accessLog: resolve(folder, settings.accessLogName),
    startupLog: resolve(folder, settings.startupLogName),
  }
}

/** `%{GLOBAL}` is mod_wsgi's word for the main interpreter, whose name is empty. */
function planApplicationGroup(name: string | null): string {
  return name === null || name === '%{GLOBAL}' ? '' : name
}

function planEntryPoint(type: string, entryPoint: string | null, cwd: string): EntryPoint {
  if (type === 'static') return { kind: 'static', name: resolve(cwd, entryPoint ?? '.') }
  if (entryPoint === null) return { kind: 'welcome', name: welcomeScript }
  if (type === 'module') return { kind: 'module', name: entryPoint }
  return { kind: type === 'paste' ? 'paste' : 'script', name: resolve(cwd, entryPoint) }
}

/** A missing slash is put before the path; a path that has one is taken as it is (mod_wsgi --mount-point). */
function planMountPoint(mountPoint: string): string {
  return mountPoint.startsWith('/') ? mountPoint : `/${mountPoint}`
}

/** --locale, --lang, the environment's; the locale C means ASCII and is replaced. */
function planLocale(settings: Settings, env: NodeJS.ProcessEnv): string {
  const wanted =
    settings.locale ?? settings.lang ?? env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? ''
  return ['', 'C', 'POSIX'].includes(wanted.toUpperCase()) ? 'C.UTF-8' : wanted
}

/** What a worker is told, see docs/protocol.md. */
export function planWorker(
  settings: Settings,
  plan: SitePlan,
  port: number,
  env: NodeJS.ProcessEnv,
): WorkerConfiguration {
  const { kind, name } = plan.entryPoint
  return {
    script: kind === 'script' || kind === 'welcome' ? name : null,
    module: kind === 'module' ? name : null,
    paste: kind === 'paste' ? name : null,
    callable: settings.callableObject,
    threads: plan.threads,
    multiprocess: plan.mode !== 'debug' && settings.processes !== null,
    multithread: plan.threads > 1,
    runOnce: plan.threads === 1 && settings.maximumRequests === 1,
    workingDirectory: plan.workingDirectory,
    pythonPath: planPythonPath(settings, plan),
    pythonWarnings: settings.pythonWarnings,
    switchInterval: settings.switchInterval,
    environ: baseEnviron(planEnviron(settings, plan, port, env)),
    processEnviron: {
      ...planServerEnviron(settings, plan, port),
      MOD_WSGI_EXPRESS: 'true',
      MOD_WSGI_SERVER_NAME: settings.serverName || plan.listenerHost,
      MOD_WSGI_SERVER_ALIASES: settings.serverAlias.join(' '),
      ...Object.fromEntries(
        enabledFeatures(settings, plan).map(feature => [`MOD_WSGI_${feature}`, 'true']),
      ),
    },
    processGroup: plan.processGroup,
    applicationGroup: plan.applicationGroup,
    title: `(${plan.title})`,
    handlers: settings.addHandler,
    orphanInterpreter: settings.orphanInterpreter,
    serverMetrics: settings.serverMetrics,
    service: false,
    maximumProcesses: plan.processes,
    scriptReloading: !settings.disableReloading,
    reportFiles: settings.reloadOnChanges && !settings.disableReloading,
    reportFailures: settings.liveReload,
    shutdownTimeout: settings.shutdownTimeout,
    evicts: settings.evictionTimeout > 0,
    cpuTimeLimit: plan.mode === 'daemon' ? settings.cpuTimeLimit : 0,
    sendBuffer: settings.sendBufferSize,
    receiveBuffer: settings.receiveBufferSize,
    debug: plan.debugTools,
    access: null,
    telemetry: planTelemetry(settings, plan),
  }
}

/** The option itself, not what implies debug mode, adds the working directory, with its .pth files. */
function planPythonPath(settings: Settings, { workingDirectory }: SitePlan): string[] {
  const path = settings.pythonPath.map(entry => resolve(workingDirectory, entry))
  const adds = settings.debugMode || settings.embeddedMode
  return adds && !path.includes(workingDirectory) ? [workingDirectory, ...path] : path
}

/** What of the configuration reaches the environ of each request. */
export function planEnviron(
  settings: Settings,
  plan: SitePlan,
  port: number,
  env: NodeJS.ProcessEnv,
): EnvironOptions {
  const passed = settings.passenv.flatMap(name => {
    const value = env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    documentRoot: plan.documentRoot,
    // Unlike MOD_WSGI_LISTENER_HOST it is not made up.
    listenerHost: settings.host ?? '',
    port,
    processGroup: plan.processGroup,
    applicationGroup: plan.applicationGroup,
    handlerScript: join(plan.serverRoot, 'handler.wsgi'),
    variables: [...settings.setenv, ...passed].map(
      ([key, value]) => [key, bytesOf(value)] as const,
    ),
  }
}

/** Text as one latin-1 character for each byte of its UTF-8 form, as a WSGI environ has it. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** What the process of a service is told: a worker's configuration, but for requests. */
export function planService(
  settings: Settings,
  plan: SitePlan,
  port: number,
  env: NodeJS.ProcessEnv,
  [name, script]: Pair,
): WorkerConfiguration {
  return {
    ...planWorker(settings, plan, port, env),
    service: true,
    script,
    module: null,
    paste: null,
    threads: 0,
    telemetry: null,
    handlers: [],
    processEnviron: {
      ...planServerEnviron(settings, plan, port),
      ...(name === telemetryName ? telemetryVariables(settings, plan) : {}),
    },
    processGroup: `service:${name}`,
    applicationGroup: '',
    title: `(wsgi:service:${name})`,
    maximumProcesses: 1,
    reportFiles: false,
    reportFailures: false,
  }
}

/** Variables that mod_wsgi-express sets for all processes of the server. */
export function planServerEnviron(
  settings: Settings,
  plan: SitePlan,
  port: number,
): Record<string, string> {
  return {
    LANG: plan.locale,
    LC_ALL: plan.locale,
    PYTHON_EGG_CACHE: plan.eggDirectory,
    MOD_WSGI_USER: settings.user ?? ownUser(),
    MOD_WSGI_GROUP: settings.group ?? ownGroup(),
    ...(settings.modulesDirectory === null
      ? {}
      : { MOD_WSGI_MODULES_DIRECTORY: settings.modulesDirectory }),
    MOD_WSGI_LISTENER_HOST: plan.listenerHost,
    MOD_WSGI_HTTP_PORT: String(port),
    MOD_WSGI_HTTPS_PORT: String(settings.httpsPort ?? 'None'),
    MOD_WSGI_SERVER_ROOT: plan.serverRoot,
    MOD_WSGI_WORKING_DIRECTORY: plan.workingDirectory,
  }
}

function enabledFeatures(settings: Settings, { mode }: SitePlan): string[] {
  const features: readonly [boolean, string][] = [
    [settings.reloadOnChanges, 'RELOADER_ENABLED'],
    [mode === 'debug', 'DEBUG_MODE'],
    [settings.enableDebugger, 'DEBUGGER_ENABLED'],
    [settings.enableCoverage, 'COVERAGE_ENABLED'],
    [settings.enableProfiler, 'PROFILER_ENABLED'],
    [settings.enableRecorder, 'RECORDER_ENABLED'],
    [settings.enableGdb, 'GDB_ENABLED'],
  ]
  return features.filter(([enabled]) => enabled).map(([, name]) => name)
}
