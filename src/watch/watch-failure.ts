/** Why the system watches no more files, from the code that it gives. */
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { PollingCause } from '../logging/events.js'

/** Looks at the machine for what the code does not say; tests replace it. */
export interface LimitLook {
  /** Limits of inotify, by the names that sysctl has for them; null: there is none of this name here. */
  sysctl(name: string): number | null
  /** Whether this process can open one more file. */
  canOpen(): boolean
  /** Files that this process may open; null: not known. */
  mostFiles(): number | null
}

/** ENOSPC, EMFILE and their kin as what they stand for. */
export function watchFailure(error: NodeJS.ErrnoException, look = machineLook): PollingCause {
  switch (error.code) {
    case 'ENOSPC':
      return inotifyLimit('watches', look) ?? { why: 'failed', reason: error.message }
    case 'EMFILE':
      // inotify_init(2) gives the same code for two limits.
      return (look.canOpen() && inotifyLimit('instances', look)) || filesLimit(look)
    case 'EBADF':
      // macOS, where a process has more descriptors than it can give to a child.
      return filesLimit(look)
    case 'ENFILE':
      return limit('fs.file-max', null)
    default:
      return { why: 'failed', reason: error.message }
  }
}

/** The smaller of two: a container without root may have one of its own (user_namespaces(7)). */
function inotifyLimit(what: 'watches' | 'instances', look: LimitLook): PollingCause | null {
  const names = [`fs.inotify.max_user_${what}`, `user.max_inotify_${what}`]
  const limits = names.map(name => [name, look.sysctl(name)] as const)
  const [first, own] = limits
  if (first === undefined || first[1] === null) return null
  return own?.[1] != null && own[1] < first[1] ? limit(...own) : limit(...first)
}

function filesLimit(look: LimitLook): PollingCause {
  return limit('ulimit -n', look.mostFiles())
}

function limit(name: string, value: number | null): PollingCause {
  return { why: 'limit', limit: name, value }
}

const machineLook: LimitLook = {
  sysctl: name => numberIn(`/proc/sys/${name.replaceAll('.', '/')}`, /^(\d+)/),
  mostFiles: () => numberIn('/proc/self/limits', /^Max open files\s+(\d+)/m),
  canOpen() {
    try {
      closeSync(openSync('/dev/null', 'r'))
      return true
    } catch {
      return false
    }
  },
}

function numberIn(path: string, pattern: RegExp): number | null {
  try {
    const found = pattern.exec(readFileSync(path, 'utf8'))
    return found ? Number(found[1]) : null
  } catch {
    return null
  }
}
