/**
 * Ends a worker by force, with everything it started. The worker leads a process group of its own; what
 * has left that group is found through the process table, where the machine has `ps`.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type TreeKill from 'tree-kill'
import { loadLater } from '../base/load-later.js'

const treeKill = loadLater<typeof TreeKill>('tree-kill')

/**
 * Sends SIGKILL to the process, its group and, where `ps` is there, to all its descendants. tree-kill
 * asks `ps` and throws out of reach of its caller where that is missing, so it is only called where it exists.
 */
export function killTree(pid: number): void {
  if (!onPath('ps')) return killGroup(pid)
  treeKill()(pid, 'SIGKILL', () => killGroup(pid))
}

/** Sends SIGKILL to the group that `pid` leads; a group that is gone is what was wanted. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const found = new Map<string, boolean>()

function onPath(program: string): boolean {
  let known = found.get(program)
  if (known === undefined) {
    known = (process.env['PATH'] ?? '').split(delimiter).some(folder => {
      try {
        accessSync(join(folder, program), constants.X_OK)
        return true
      } catch {
        return false
      }
    })
    found.set(program, known)
  }
  return known
}
