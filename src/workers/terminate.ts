/**
 * Ends a worker by force, with everything it started. The worker leads a process group of its own; what
 * has left that group is found through the process table, where the machine has /proc or `ps`.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type TreeKill from 'tree-kill'
import { loadLater } from '../base/load-later.js'
import { descendantsOf } from './descendants.js'

const treeKill = loadLater<typeof TreeKill>('tree-kill')

/**
 * Sends SIGKILL to the process, its group and all its descendants. Linux tells them as files. Elsewhere tree-kill
 * asks `ps`, and throws out of reach of its caller where that is missing, so it is only called where it exists; on
 * Linux it would throw as well while no process can be started.
 */
export function killTree(pid: number): void {
  if (process.platform === 'linux') {
    for (const descendant of descendantsOf(pid) ?? []) killOne(descendant)
    return killGroup(pid)
  }
  if (!onPath('ps')) return killGroup(pid)
  treeKill()(pid, 'SIGKILL', () => killGroup(pid))
}

/** Sends SIGKILL to the group that `pid` leads; a group that is gone is what was wanted. */
export function killGroup(pid: number): void {
  killOne(-pid)
}

function killOne(target: number): void {
  try {
    process.kill(target, 'SIGKILL')
  } catch (error) {
    // EPERM: it has become another user, and is out of our reach.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
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
