/**
 * Where the control sockets of one user lie. Not in the server root, whose path may be too long for a socket, and not
 * in the temporary folder, which is cleaned while servers run: in the user's folder for state, which both can find.
 */
import { chmodSync, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

/** Who asks, and with which environment. */
export interface UserPlace {
  readonly env: NodeJS.ProcessEnv
  readonly uid: number
}

/**
 * The folders in which sockets may lie, best first. The last is for those who have no folder of their own (accounts of
 * services, containers): always /tmp, since TMPDIR differs between shells.
 */
export function runFolders({ env, uid }: UserPlace): string[] {
  const named = env['XDG_STATE_HOME']
  const home = homeFolder()
  return [
    // https://specifications.freedesktop.org/basedir-spec: a relative path does not count.
    ...(named && isAbsolute(named) ? [join(named, 'modwsgi-dev', 'run')] : []),
    ...(home === null ? [] : [join(home, '.local', 'state', 'modwsgi-dev', 'run')]),
    join('/tmp', `modwsgi-dev-${uid}`),
  ]
}

/** Whether a client may believe what lies there: in /tmp anybody can make a folder of any name. */
export function isTrusted(folder: string, uid: number): boolean {
  if (dirname(folder) !== '/tmp') return true
  try {
    const stats = lstatSync(folder)
    return stats.isDirectory() && stats.uid === uid
  } catch {
    return false
  }
}

/** As the system knows it: with `sudo`, HOME may be somebody else's. */
function homeFolder(): string | null {
  try {
    return userInfo().homedir
  } catch {
    // A container may run a user that has no entry.
    return null
  }
}

/**
 * Makes the folder where it is missing, for this user alone.
 *
 * @throws where that cannot be, or what is there belongs to somebody else
 */
export function prepareRunFolder(folder: string, uid: number): void {
  const above = nearestFolder(dirname(folder))
  // Root may write there, but a folder of root's would be in its owner's way ever after.
  if (dirname(folder) !== '/tmp' && statSync(above).uid !== uid) {
    throw new Error(`${above} belongs to another user`)
  }
  makeFolder(folder)
  const stats = lstatSync(folder)
  if (!stats.isDirectory() || stats.uid !== uid) {
    throw new Error(`${folder} belongs to another user`)
  }
  if ((stats.mode & 0o777) !== 0o700) chmodSync(folder, 0o700)
}

/** Level by level: where a file system lets nobody make any (/proc), Node's own `recursive` tries for ever. */
function makeFolder(path: string): void {
  const parent = dirname(path)
  if (!existsSync(parent)) makeFolder(parent)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function nearestFolder(path: string): string {
  try {
    return statSync(path).isDirectory() ? path : nearestFolder(dirname(path))
  } catch (error) {
    const parent = dirname(path)
    if (parent === path) throw error
    return nearestFolder(parent)
  }
}
