/**
 * `start-server`: checks what can be checked before anything runs, prints the banner and serves until it
 * is told to stop.
 */
import { chownSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Account } from '../base/account.js'
import { UserError } from '../base/errors.js'
import { runFolders } from '../control/run-folder.js'
import type { LogEvent } from '../logging/events.js'
import { LogLevels } from '../logging/levels.js'
import type { Log } from '../logging/log.js'
import { LogFiles } from '../logging/log-files.js'
import type { Settings } from '../settings/settings.js'
import { clearLeftBehind } from '../workers/left-behind.js'
import type { LoadResult } from '../workers/load-result.js'
import {
  choosePython,
  expectFreeThreading,
  findPython,
  type Python,
  type PythonSearch,
} from '../workers/python.js'
import { type Configuration, planAnother, type ReadAgain } from './another-configuration.js'
import { banner } from './banner.js'
import { checkEntryPoint, pythonSearch } from './check-site.js'
import { checkGdb, prepareDebugTools, prepareGdbCommands } from './debug-tools.js'
import { prepareDocumentRoot } from './document-root.js'
import { planEnvironment } from './envvars.js'
import { planHttps } from './https-plan.js'
import { hasKeys, obeyKeys } from './keys.js'
import { openLogs, openServiceLogs, openStartupLog, planLogForms } from './logs.js'
import { keepHeapSmall } from './memory.js'
import { PidFile } from './pid-file.js'
import { becomeAccount, findAccount, findServiceAccounts } from './privileges.js'
import { removeRecord, writeRecord } from './run-record.js'
import { isSetUp, pidFilePath, prepareServerRoot } from './server-root.js'
import { serverUrl } from './server-url.js'
import { type CommandPlace, planSite, type SitePlan } from './site-plan.js'
import { startWarnings } from './start-warnings.js'
import { checkTelemetry } from './telemetry.js'
import { hasTerminal, keepTerminal } from './terminal.js'
import { gatherWorkforce, needsPython, type Workforce } from './workforce.js'

/** How the server was started, for the control script of a server that was set up. */
export interface StartMode {
  readonly readAgain: ReadAgain
  readonly foreground: boolean
  /** A digest of the settings that set-up has written; null for others. */
  readonly settings: string | null
  /** See {@link startWarnings}. */
  readonly aliasAdvice: string
  /** It serves; what comes of the application is told later. */
  serving(firstLoad: Promise<LoadResult | null>): void
}

export const startedByHand: Omit<StartMode, 'readAgain'> = {
  foreground: true,
  settings: null,
  aliasAdvice: '',
  serving: () => {},
}

/**
 * Runs the server, or, with --setup-only, writes what is needed to run it later; gives the exit code when it has ended.
 * Throws {@link UserError}.
 */
export async function startServer(
  settings: Settings,
  entryPoint: string | null,
  place: CommandPlace,
  mode: StartMode,
): Promise<number> {
  if (settings.setupOnly)
    return (await import('./setup-server.js')).setUpServer(settings, entryPoint, place)
  const plan = planSite(settings, entryPoint, place)
  checkEntryPoint(plan)
  checkGdb(settings)
  const env = await planEnvironment(settings, plan, place)
  const https = await planHttps(settings, place)
  let running: Configuration = { settings, plan, env, https }
  const forms = planLogForms(settings, plan, place, () => running)
  const search = pythonSearch(settings, plan, place)
  const chosen = needsPython(settings, plan) ? choosePython(search) : null
  if (settings.freeThreading && chosen) await expectFreeThreading(search)
  await checkTelemetry(settings, plan, chosen?.path ?? null, env)
  const account = findAccount(settings.user, settings.group, place.uid)
  const serviceAccounts = findServiceAccounts(settings, account, place.uid)
  const owners = account ? [place.uid, account.uid] : [place.uid]
  prepareServerRoot(plan.serverRoot, owners, settings.serverRoot !== null)
  const madeDocumentRoot = prepareDocumentRoot(settings.documentRoot)
  if (plan.debugTools) prepareDebugTools(plan.debugTools, account)
  if (account && settings.enableGdb) prepareGdbCommands(plan.serverRoot, account)
  const restoreTerminal = plan.debugTools ? keepTerminal() : null
  const pidFile = new PidFile(pidFilePath(settings, plan.serverRoot))
  const logFiles = new LogFiles()
  const startupLog = openStartupLog(settings, plan, logFiles)
  keepHeapSmall()
  const levels = new LogLevels(settings.logLevel)
  const log = holdBack(openLogs(settings, plan, forms, levels, logFiles))
  makeEggDirectory(plan.eggDirectory, account)
  const serviceLogs = openServiceLogs(settings, plan, forms, levels, logFiles)
  if (settings.processName !== null) process.title = settings.processName
  const means = { env, log, serviceLogs, serviceAccounts }
  const workforce =
    chosen && (await gatherWorkforce(settings, plan, { python: chosen.path, ...means }))
  let python: Python | null = null
  let ignoreKeys: (() => void) | null = null
  try {
    // The workers' Python starts while the rest of the server is loaded; as the user that --user names it
    // can only start after the port is bound.
    if (!account) await startWorkers(workforce, search)
    const { Server } = await import('./server.js')
    const server = new Server({
      settings,
      plan,
      workforce,
      env,
      https,
      async readAnother(running, signal) {
        const another = await planAnother(running, await mode.readAgain(signal), place, signal, log)
        prepareDocumentRoot(another.settings.documentRoot)
        makeEggDirectory(another.plan.eggDirectory, null)
        return another
      },
      adopt(configuration) {
        running = configuration
      },
      log,
      levels,
      logFiles,
      control: { uid: place.uid, folders: runFolders(place) },
      bound: async () => {
        pidFile.write()
        if (isSetUp(plan.serverRoot)) noteRun(plan, mode, server.port)
        if (account) {
          workforce?.channel.giveTo(account.uid, account.gid)
          // Root is going to run the control script again: nobody else may put another in its place.
          if (!isSetUp(plan.serverRoot)) chownSync(plan.serverRoot, account.uid, account.gid)
          becomeAccount(account)
          await startWorkers(workforce, search)
        }
        // The workers tell the version, which saves a start of Python; without it, it is asked, which says
        // in one sentence why a Python does not start.
        if (workforce) python = await findPython(search, await workforce.pythonVersion())
      },
    })
    await server.start()
    // Nobody has to read the banner.
    process.stdout.on('error', () => {})
    const reader = hasKeys(plan, place.env) ? await keyPython(python, search) : null
    process.stdout.write(
      banner(settings, plan, python, server.port, {
        httpsPort: server.httpsPort,
        certificate: https?.origin ?? null,
        hasKeys: reader !== null,
      }),
    )
    if (reader !== null) {
      ignoreKeys = obeyKeys(reader, {
        controls: server.controls,
        url: serverUrl(settings, plan, server.port),
        env: place.env,
        show: text => void process.stdout.write(text),
      })
    }
    const asRoot = place.uid === 0 && (account === null || account.uid === 0)
    const trustAdvice = https?.advice ?? null
    const facts = { asRoot, madeDocumentRoot, aliasAdvice: mode.aliasAdvice, trustAdvice }
    for (const line of startWarnings(settings, facts)) process.stderr.write(`${line}\n`)
    log.letGo()
    // By now nobody is root who is not to be.
    if (process.getuid) clearLeftBehind(tmpdir(), process.getuid())
    mode.serving(server.firstLoad)
    return await server.ended
  } catch (error) {
    if (error instanceof UserError) startupLog?.write(`modwsgi-dev: ${error.message}\n`)
    workforce?.kill()
    await workforce?.fleet.stop(0)
    workforce?.close()
    throw error
  } finally {
    ignoreKeys?.()
    restoreTerminal?.()
    pidFile.remove()
    removeRecord(plan.serverRoot)
    log.close()
    startupLog?.close()
    for (const serviceLog of serviceLogs.values()) serviceLog.close()
  }
}

/** The Python that reads the keys: that of the workers, for a site without any one that is found; null: none. */
async function keyPython(python: Python | null, search: PythonSearch): Promise<string | null> {
  try {
    return (python ?? (await findPython(search))).path
  } catch {
    return null
  }
}

/** While the process still may write there. */
function noteRun({ serverRoot }: SitePlan, { foreground, settings }: StartMode, port: number) {
  const since = Date.now()
  const record = { since, port, foreground, onTerminal: hasTerminal(), settings }
  writeRecord(serverRoot, record)
}

/** Best effort, as in mod_wsgi-express: hardly anything uses eggs any more. */
function makeEggDirectory(path: string, account: Account | null): void {
  try {
    mkdirSync(path)
    if (account) chownSync(path, account.uid, account.gid)
  } catch {
    // It is there already, or cannot be made.
  }
}

async function startWorkers(workforce: Workforce | null, search: PythonSearch): Promise<void> {
  try {
    workforce?.fleet.start()
    workforce?.access.start()
  } catch (error) {
    await findPython(search)
    throw error
  }
}

/** A log that keeps events until `letGo`, and drops them when it is closed before: the start has failed. */
function holdBack(log: Log): Log & { letGo(): void } {
  let held: LogEvent[] | null = []
  return {
    wantsServed: log.wantsServed === true,
    emit: event => (held ? void held.push(event) : log.emit(event)),
    letGo() {
      const events = held ?? []
      held = null
      for (const event of events) log.emit(event)
    },
    close: () => log.close(),
  }
}
