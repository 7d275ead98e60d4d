/** Why the system watches no more files, from the code that it gives. */
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { PollingCause } from '../logging/events.js'

/** Looks at the machine for what the code does not say; tests replace it. */
export interface LimitLook {
  /** A limit of inotify, as `max_user_watches`; null: not known here. */
  inotify(name: string): number | null
  /** Whether this process can open one more file. */
  canOpen(): boolean
  /** Files that this process may open; null: not known. */
  mostFiles(): number | null
}

/** ENOSPC, EMFILE and their kin as what they stand for. */
export function watchFailure(error: NodeJS.ErrnoException, look = machineLook): PollingCause {
  switch (error.code) {
    case 'ENOSPC':
      return limit('fs.inotify.max_user_watches', look.inotify('max_user_watches'))
    case 'EMFILE': {
      // inotify_init(2) gives the same code for two limits.
      const instances = look.inotify('max_user_instances')
      if (instances !== null && look.canOpen())
        return limit('fs.inotify.max_user_instances', instances)
      return limit('ulimit -n', look.mostFiles())
    }
    case 'EBADF':
      // macOS, where a process has more descriptors than it can give to a child.
      return limit('ulimit -n', look.mostFiles())
    case 'ENFILE':
      return limit('fs.file-max', null)
    default:
      return { why: 'failed', reason: error.message }
  }
}

function limit(name: string, value: number | null): PollingCause {
  return { why: 'limit', limit: name, value }
}

const machineLook: LimitLook = {
  inotify: name => numberIn(`/proc/sys/fs/inotify/${name}`, /^(\d+)/),
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
