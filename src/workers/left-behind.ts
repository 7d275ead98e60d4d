/**
 * Folders of channels that servers have left in the temporary folder when they were killed. Each names its owner, and
 * the next server of that user removes it once the owner is gone. What has no such name, or is not ours, is left alone.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { processStart } from '../base/process-start.js'

/** What the names of these folders begin with; six letters or digits follow. */
export const channelPrefix = 'modwsgi-dev-'

const channelName = new RegExp(`^${channelPrefix}[A-Za-z0-9]{6}$`)

const ownerFile = 'owner'

/** A process, for good: numbers are used again, and containers may share the temporary folder. */
interface Owner {
  readonly pid: number
  /** See {@link processStart}. */
  readonly start: string | null
  readonly machine: string
  /** Where its number counts (Linux). */
  readonly space: string
}

/** Notes in a folder that it is this process's, where the system tells what a process is without another one's help. */
export function noteOwner(directory: string): void {
  const space = processSpace()
  if (space === '') return
  const { pid } = process
  const owner: Owner = { pid, start: processStart(pid), machine: hostname(), space }
  try {
    // The folder may be given to another user, who has to read it.
    writeFileSync(join(directory, ownerFile), `${JSON.stringify(owner)}\n`, { mode: 0o644 })
  } catch {
    // A full disk: the folder is left for good if we are killed.
  }
}

/** Removes the folders of this user whose owners are gone. Never throws: who cannot be sure leaves them. */
export function clearLeftBehind(folder: string, uid: number): void {
  for (const name of channelsIn(folder)) {
    const directory = join(folder, name)
    try {
      if (isOurs(directory, uid) && isGone(readOwner(directory))) {
        rmSync(directory, { recursive: true, force: true })
      }
    } catch {
      // It goes at this moment, or has no owner.
    }
  }
}

function channelsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => channelName.test(name))
  } catch {
    return []
  }
}

function isOurs(directory: string, uid: number): boolean {
  const stats = lstatSync(directory)
  return stats.isDirectory() && stats.uid === uid
}

function readOwner(directory: string): Owner {
  return JSON.parse(readFileSync(join(directory, ownerFile), 'utf8')) as Owner
}

function isGone({ pid, start, machine, space }: Owner): boolean {
  if (start === null || machine !== hostname() || space !== processSpace()) return false
  return processStart(pid) !== start
}

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
