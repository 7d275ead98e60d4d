/**
 * The tools of debug mode: what the worker is told of them, and the directories they write to.
 */
import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from '../base/account.js'
import { UserError } from '../base/errors.js'
import type { Settings } from '../settings/settings.js'
import type { DebugTools } from '../workers/worker-configuration.js'

const gdbCommands = 'gdb.cmds'

/** The tools that the options turn on; for debug mode only. */
export function planDebugTools(settings: Settings, serverRoot: string): DebugTools {
  const { enableCoverage, enableProfiler, enableRecorder } = settings
  const folder = (given: string | null, name: string) => given ?? join(serverRoot, name)
  return {
    debugger: settings.enableDebugger,
    startup: settings.debuggerStartup,
    coverage: enableCoverage ? folder(settings.coverageDirectory, 'htmlcov') : null,
    profiler: enableProfiler ? folder(settings.profilerDirectory, 'pstats') : null,
    recorder: enableRecorder ? folder(settings.recorderDirectory, 'archive') : null,
  }
}

/** Throws {@link UserError} for --enable-gdb where there is no gdb. */
export function checkGdb({ enableGdb }: Settings): void {
  if (enableGdb && spawnSync('gdb', ['--version'], { stdio: 'ignore' }).error)
    throw new UserError('--enable-gdb needs gdb, which was not found on PATH: install it')
}

/**
 * Makes the directories that are missing, one level as the original, for the account that will write there.
 * Throws {@link UserError} when one cannot be made.
 */
export function prepareDebugTools(tools: DebugTools, account: Account | null): void {
  const folders = [tools.coverage, tools.profiler, tools.recorder]
  for (const folder of folders) if (folder !== null) prepareFolder(folder, account)
}

function prepareFolder(folder: string, account: Account | null): void {
  try {
    mkdirSync(folder)
    if (account) chownSync(folder, account.uid, account.gid)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return
    const reason = (cause as Error).message
    throw new UserError(`the directory ${folder} cannot be made: ${reason}`, 2, { cause })
  }
}

/** Makes the file of {@link writeGdbCommands} for the account that will write it where root alone may make files. */
export function prepareGdbCommands(serverRoot: string, account: Account): void {
  const path = join(serverRoot, gdbCommands)
  rmSync(path, { force: true })
  writeFileSync(path, '', { flag: 'wx' })
  chownSync(path, account.uid, account.gid)
}

/** `gdb.cmds` in the server root: gdb runs the program that it is started with at once, with these arguments. */
export function writeGdbCommands(serverRoot: string, args: readonly string[]): string {
  const path = join(serverRoot, gdbCommands)
  const quoted = args.map(arg => `'${arg.replaceAll("'", "'\\''")}'`)
  writeFileSync(path, `run ${quoted.join(' ')}\n`)
  return path
}
