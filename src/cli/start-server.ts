/**
 * `start-server`: checks what can be checked before anything runs, prints the banner and serves until it
 * is told to stop.
 */
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { exitCode, UserError } from '../base/errors.js'
import { runFolders } from '../control/run-folder.js'
import type { LogEvent } from '../logging/events.js'
import type { Log } from '../logging/log.js'
import { LogFiles } from '../logging/log-files.js'
import type { Settings } from '../settings/settings.js'
import { choosePython, findPython, type Python, type PythonSearch } from '../workers/python.js'
import { banner } from './banner.js'
import { checkGdb, prepareDebugTools } from './debug-tools.js'
import { envvarsScript, sourceEnvvars } from './envvars.js'
import { hasKeys, obeyKeys } from './keys.js'
import { openLogs, openServiceLogs, openStartupLog, planLogForms } from './logs.js'
import { type Account, becomeAccount, findAccount } from './privileges.js'
import { prepareServerRoot } from './server-root.js'
import { serverUrl } from './server-url.js'
import { type CommandPlace, planServerEnviron, planSite, type SitePlan } from './site-plan.js'
import { keepTerminal } from './terminal.js'
import { gatherWorkforce, needsPython, type Workforce } from './workforce.js'

const rootWarning = 'running as root without --user: the application has all rights of root\n'

/** Runs the server; gives the exit code when it has ended. Throws {@link UserError}. */
export async function startServer(
  settings: Settings,
  entryPoint: string | null,
  place: CommandPlace,
): Promise<number> {
  const plan = planSite(settings, entryPoint, place)
  checkEntryPoint(plan)
  checkGdb(settings)
  const env = planEnvironment(settings, plan, place)
  const forms = planLogForms(settings, plan, place)
  const search = pythonSearch(settings, plan, place)
  const chosen = needsPython(settings, plan) ? choosePython(search) : null
  const account = findAccount(settings.user, settings.group, place.uid)
  const owners = account ? [place.uid, account.uid] : [place.uid]
  prepareServerRoot(plan.serverRoot, owners, settings.serverRoot !== null)
  if (plan.debugTools) prepareDebugTools(plan.debugTools, account)
  const restoreTerminal = plan.debugTools ? keepTerminal() : null
  const pidFile = settings.pidFile ?? join(plan.serverRoot, 'httpd.pid')
  const logFiles = new LogFiles()
  const startupLog = openStartupLog(settings, plan, logFiles)
  const log = holdBack(openLogs(settings, plan, forms, logFiles))
  makeEggDirectory(plan.eggDirectory, account)
  const serviceLogs = openServiceLogs(settings, plan, forms, logFiles)
  if (settings.processName !== null) process.title = settings.processName
  const workforce =
    chosen && (await gatherWorkforce(settings, plan, chosen.path, env, log, serviceLogs))
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
      log,
      logFiles,
      control: { uid: place.uid, folders: runFolders(place) },
      bound: async () => {
        writePidFile(pidFile)
        if (account) {
          workforce?.channel.giveTo(account.uid, account.gid)
          becomeAccount(account, plan.serverRoot)
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
    process.stdout.write(banner(settings, plan, python, server.port, reader !== null))
    if (reader !== null) {
      ignoreKeys = obeyKeys(reader, {
        controls: server.controls,
        url: serverUrl(settings, plan, server.port),
        env: place.env,
        show: text => void process.stdout.write(text),
      })
    }
    if (place.uid === 0 && account === null) process.stderr.write(rootWarning)
    log.letGo()
    return await server.ended
  } catch (error) {
    if (error instanceof UserError) startupLog?.write(`modwsgi-dev: ${error.message}\n`)
    workforce?.fleet.kill()
    workforce?.services.kill()
    await workforce?.fleet.stop(0)
    workforce?.channel.close()
    throw error
  } finally {
    ignoreKeys?.()
    restoreTerminal?.()
    removePidFile(pidFile)
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

/** The environment of all that is started: that of the command, with what the envvars script makes of it. */
function planEnvironment(
  settings: Settings,
  plan: SitePlan,
  place: CommandPlace,
): NodeJS.ProcessEnv {
  const script = envvarsScript(settings.envvarsScript, plan.serverRoot)
  if (script === null) return place.env
  return sourceEnvvars(script, place.env, planServerEnviron(settings, plan, settings.port))
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

function checkEntryPoint({ entryPoint }: SitePlan): void {
  if (entryPoint.kind === 'module' || existsSync(entryPoint.name)) return
  const what = entryPoint.kind === 'static' ? 'directory' : 'script'
  throw new UserError(`the ${what} ${entryPoint.name} does not exist`, exitCode.usage)
}

function pythonSearch(settings: Settings, plan: SitePlan, place: CommandPlace): PythonSearch {
  return {
    option: settings.python,
    virtualEnv: place.env['VIRTUAL_ENV'],
    workingDirectory: plan.workingDirectory,
  }
}

function writePidFile(path: string): void {
  try {
    // Never through a link that somebody else has put there.
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW
    const file = openSync(path, flags, 0o644)
    writeSync(file, `${process.pid}\n`)
    closeSync(file)
  } catch (cause) {
    throw new UserError(`--pid-file ${path} cannot be written: ${(cause as Error).message}`, 2, {
      cause,
    })
  }
}

/** Removes the file if it is ours; another server may have been started over it. */
function removePidFile(path: string): void {
  try {
    if (readFileSync(path, 'utf8').trim() === String(process.pid)) rmSync(path)
  } catch {
    // It is gone, or in a folder that the user we became may not change.
  }
}
