/**
 * `start-server`: checks what can be checked before anything runs, prints the banner and serves until it
 * is told to stop.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCode, UserError } from '../base/errors.js'
import { logLevel } from '../logging/levels.js'
import { fileSink, type Log, type LogSink, openLog, terminalSink } from '../logging/log.js'
import type { Settings } from '../settings/settings.js'
import { findPython, type Python } from '../workers/python.js'
import { banner } from './banner.js'
import { becomeAccount, findAccount } from './privileges.js'
import { Server } from './server.js'
import { prepareServerRoot } from './server-root.js'
import { type CommandPlace, planSite, type SitePlan } from './site-plan.js'

/** Runs the server; gives the exit code when it has ended. Throws {@link UserError}. */
export async function startServer(
  settings: Settings,
  entryPoint: string | null,
  place: CommandPlace,
): Promise<number> {
  const plan = planSite(settings, entryPoint, place)
  checkEntryPoint(plan)
  const python =
    plan.entryPoint.kind === 'static' ? null : await choosePython(settings, plan, place)
  prepareServerRoot(plan.serverRoot, place.uid, settings.serverRoot !== null)
  const log = openErrorLog(settings, plan)
  const pidFile = settings.pidFile ?? join(plan.serverRoot, 'httpd.pid')
  const account = findAccount(settings.user, settings.group, place.uid)
  const server = new Server({
    settings,
    plan,
    python: python?.path ?? null,
    env: place.env,
    log,
    bound: () => {
      writePidFile(pidFile)
      if (account) becomeAccount(account, plan.serverRoot)
    },
  })
  try {
    await server.start()
    process.stdout.write(banner(settings, plan, python, server.port))
    if (place.uid === 0 && account === null) log.emit({ type: 'rootWithoutUser' })
    return await server.ended
  } finally {
    removePidFile(pidFile)
    log.close()
  }
}

function checkEntryPoint({ entryPoint }: SitePlan): void {
  if (entryPoint.kind === 'module' || existsSync(entryPoint.name)) return
  const what = entryPoint.kind === 'static' ? 'directory' : 'script'
  throw new UserError(`the ${what} ${entryPoint.name} does not exist`, exitCode.usage)
}

function choosePython(settings: Settings, plan: SitePlan, place: CommandPlace): Promise<Python> {
  return findPython({
    option: settings.python,
    virtualEnv: place.env['VIRTUAL_ENV'],
    workingDirectory: plan.workingDirectory,
  })
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
    writeFileSync(path, `${process.pid}\n`)
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
