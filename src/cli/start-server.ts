/**
 * `start-server`: checks what can be checked before anything runs, prints the banner and serves until it
 * is told to stop.
 */
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { exitCode, UserError } from '../base/errors.js'
import type { LogEvent } from '../logging/events.js'
import { logLevel } from '../logging/levels.js'
import { fileSink, type Log, type LogSink, openLog, terminalSink } from '../logging/log.js'
import type { Settings } from '../settings/settings.js'
import { choosePython, findPython, type Python, type PythonSearch } from '../workers/python.js'
import { banner } from './banner.js'
import { checkGdb, prepareDebugTools } from './debug-tools.js'
import { becomeAccount, findAccount } from './privileges.js'
import { prepareServerRoot } from './server-root.js'
import { type CommandPlace, planSite, type SitePlan } from './site-plan.js'
import { keepTerminal } from './terminal.js'
import { gatherWorkforce, type Workforce } from './workforce.js'

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
  const search = pythonSearch(settings, plan, place)
  const chosen = plan.entryPoint.kind === 'static' ? null : choosePython(search)
  const account = findAccount(settings.user, settings.group, place.uid)
  const owners = account ? [place.uid, account.uid] : [place.uid]
  prepareServerRoot(plan.serverRoot, owners, settings.serverRoot !== null)
  if (plan.debugTools) prepareDebugTools(plan.debugTools, account)
  const restoreTerminal = plan.debugTools ? keepTerminal() : null
  const pidFile = settings.pidFile ?? join(plan.serverRoot, 'httpd.pid')
  const log = holdBack(openErrorLog(settings, plan))
  const workforce = chosen && (await gatherWorkforce(settings, plan, chosen.path, place.env, log))
  let python: Python | null = null
  try {
    // The workers' Python starts while the rest of the server is loaded; as the user that --user names it
    // can only start after the port is bound.
    if (!account) await startWorkers(workforce, search)
    const { Server } = await import('./server.js')
    const server = new Server({
      settings,
      plan,
      workforce,
      env: place.env,
      log,
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
    process.stdout.write(banner(settings, plan, python, server.port))
    if (place.uid === 0 && account === null) process.stderr.write(rootWarning)
    log.letGo()
    return await server.ended
  } catch (error) {
    workforce?.fleet.kill()
    await workforce?.fleet.stop(0)
    workforce?.channel.close()
    throw error
  } finally {
    restoreTerminal?.()
    removePidFile(pidFile)
    log.close()
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

function openErrorLog(settings: Settings, plan: SitePlan): Log {
  const level = logLevel(settings.logLevel) ?? 'warn'
  return openLog(level, settings.logToTerminal ? terminalSink() : openLogFile(plan.errorLog))
}

function openLogFile(path: string): LogSink {
  try {
    return fileSink(path)
  } catch (cause) {
    throw new UserError(`the log ${path} cannot be written: ${(cause as Error).message}`, 2, {
      cause,
    })
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
