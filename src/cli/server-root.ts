/**
 * The directory for what the server writes: log, document root, pid file.
 */
import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../base/errors.js'
import type { Settings } from '../settings/settings.js'

/** Names in a server root that was set up. */
export const serverRootFiles = {
  settings: 'modwsgi-dev.toml',
  envvars: 'envvars',
  controlScript: 'apachectl',
  serviceUnit: 'modwsgi-dev.service',
  /** What is known of the server that runs. */
  running: 'running.json',
} as const

/** Whether a server was set up in this directory, to be run from there again and again. */
export function isSetUp(serverRoot: string): boolean {
  return existsSync(join(serverRoot, serverRootFiles.controlScript))
}

/** The file that takes the number of the server's process. */
export function pidFilePath({ pidFile }: Pick<Settings, 'pidFile'>, serverRoot: string): string {
  return pidFile ?? join(serverRoot, 'httpd.pid')
}

/**
 * Makes the last level of the directory when it is missing, and `htdocs` in it. A directory below the
 * temporary folder whose name anybody can guess must belong to one of `owners`: this user, or the one he becomes.
 * Throws {@link UserError} when it cannot be made or belongs to somebody else.
 */
export function prepareServerRoot(
  path: string,
  owners: readonly number[],
  chosenByUser: boolean,
): void {
  try {
    mkdirSync(path, { recursive: false })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'EEXIST') {
      throw new UserError(`--server-root ${path} cannot be made: ${reason(code)}`, 2, {
        cause: error,
      })
    }
  }
  const stats = lstatSync(path)
  if (!chosenByUser && (!stats.isDirectory() || !owners.includes(stats.uid))) {
    throw new UserError(
      `${path} belongs to another user: remove it, or name another place with --server-root`,
    )
  }
  try {
    mkdirSync(join(path, 'htdocs'), { recursive: true })
  } catch (error) {
    throw new UserError(
      `--server-root ${path} is not writable: ${reason((error as NodeJS.ErrnoException).code)}`,
      2,
      { cause: error },
    )
  }
}

function reason(code: string | undefined): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'the folder above it does not exist',
    EACCES: 'this user has no right to',
    ENOTDIR: 'it is below something that is no folder',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
  }
  return reasons[code ?? ''] ?? String(code)
}
