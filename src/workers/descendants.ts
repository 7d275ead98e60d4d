/** The processes that a process has started, and those that they have started, as the kernel knows them. */
import { readdirSync, readFileSync } from 'node:fs'

/** All descendants of a process; those whose parent has ended belong to nobody. Null where there is no /proc. */
export function descendantsOf(pid: number): number[] | null {
  try {
    const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
    return below(pid, new Map(pids.map(name => [Number(name), parentOf(name)])))
  } catch {
    return null
  }
}

/** Sample: of 1 among 2 -> 1, 3 -> 2, 4 -> 9 these are 2 and 3. */
export function below(root: number, parents: ReadonlyMap<number, number | null>): number[] {
  const found = [root]
  for (const parent of found) {
    for (const [pid, itsParent] of parents) if (itsParent === parent) found.push(pid)
  }
  return found.slice(1)
}

/** Null for a process that has ended meanwhile. */
function parentOf(pid: string): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name before it, in parentheses, may hold anything.
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ', 2)[1])
  } catch {
    return null
  }
}
