/**
 * Which Python runs the workers, and why that one: `--python`, then the active virtual environment, then
 * .venv or venv in the working directory or the directory of the command, then python3 on PATH.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exitCode, UserError } from '../base/errors.js'

/** Oldest version whose syntax and standard library the worker package uses. */
export const oldestPython = [3, 8] as const

/** A Python that can run workers. */
export interface Python {
  /** The program as it is started. */
  readonly path: string
  /** Such as `3.12.1`. */
  readonly version: string
  /** Where it was found, for the banner: `--python`, `VIRTUAL_ENV`, `.venv`, `venv` or `PATH`. */
  readonly origin: PythonOrigin
}

export type PythonOrigin = '--python' | 'VIRTUAL_ENV' | '.venv' | 'venv' | 'PATH'

/** Where to look, as the command line and the environment give it. */
export interface PythonSearch {
  /** Value of --python; relative names are looked up on PATH. */
  readonly option: string | null
  readonly virtualEnv: string | undefined
  /** Which may hold a virtual environment; the first that does counts. */
  readonly folders: readonly string[]
}

/** The Python that {@link findPython} will try: a pure choice by what exists. */
export function choosePython(
  search: PythonSearch,
  exists: (path: string) => boolean = existsSync,
): Pick<Python, 'path' | 'origin'> {
  if (search.option !== null) return { path: search.option, origin: '--python' }
  if (search.virtualEnv)
    return { path: join(search.virtualEnv, 'bin/python'), origin: 'VIRTUAL_ENV' }
  for (const folder of search.folders) {
    for (const origin of ['.venv', 'venv'] as const) {
      const path = join(folder, origin, 'bin/python')
      if (exists(path)) return { path, origin }
    }
  }
  return { path: 'python3', origin: 'PATH' }
}

/**
 * Finds the Python and its version. Throws {@link UserError} when there is none, when it does not start, or
 * when it is too old.
 *
 * @param told the version, where a worker has told it already; else the program is asked
 */
export async function findPython(
  search: PythonSearch,
  told: string | null = null,
): Promise<Python> {
  const chosen = choosePython(search)
  const version = told ?? (await askVersion(chosen))
  if (isOlder(version, oldestPython)) {
    throw new UserError(
      `Python ${version} (${chosen.path}, from ${chosen.origin}) is too old: ${oldestPython.join('.')} or newer is needed; name another with --python`,
    )
  }
  return { ...chosen, version }
}

/**
 * The absolute path of a Python that starts, as it knows it: not a link of a virtual environment followed, but a script
 * that chooses among several replaced by what it has chosen.
 */
export async function askProgram(path: string): Promise<string> {
  const script = 'import sys; sys.stdout.write(sys.executable or "")'
  const { stdout } = await promisify(execFile)(path, ['-E', '-s', '-c', script])
  return stdout || path
}

/** Whether a Python can run without the global interpreter lock (PEP 703). Throws {@link UserError} when it cannot. */
export async function expectFreeThreading(search: PythonSearch): Promise<void> {
  const { path, version } = await findPython(search)
  const script =
    'import sys, sysconfig; sys.stdout.write(str(sysconfig.get_config_var("Py_GIL_DISABLED")))'
  const { stdout } = await promisify(execFile)(path, ['-E', '-s', '-c', script])
  if (stdout === '1') return
  throw new UserError(
    `--free-threading needs a Python built for it, as python3.13t: ${path} (${version}) is none; name one with --python`,
  )
}

async function askVersion({ path, origin }: Pick<Python, 'path' | 'origin'>): Promise<string> {
  const script = 'import sys; sys.stdout.write("%d.%d.%d" % sys.version_info[:3])'
  try {
    // The version needs neither the user's site-packages nor his environment. Python 2 knows no -I.
    const { stdout } = await promisify(execFile)(path, ['-E', '-s', '-S', '-c', script], {
      timeout: 20_000,
    })
    if (/^\d+\.\d+\.\d+$/.test(stdout)) return stdout
    throw new Error(`it answered ${JSON.stringify(stdout.slice(0, 80))}`)
  } catch (cause) {
    throw new UserError(notStartable(path, origin, cause), exitCode.usage, { cause })
  }
}

function notStartable(path: string, origin: PythonOrigin, cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'ENOENT' && origin === 'PATH') {
    return 'No python3 was found on PATH: install Python 3.8 or newer, or name one with --python'
  }
  const where = origin === '--python' ? `--python ${path}` : `${path} (from ${origin})`
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return `${where} does not exist: name a Python with --python`
  if (code === 'EACCES') return `${where} may not be executed: name a Python with --python`
  return `${where} is not a Python that starts: ${firstLine(cause)}`
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.trim().split('\n')[0] ?? ''
}

function isOlder(version: string, oldest: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1])
}
