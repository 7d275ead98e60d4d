import { type BigIntStats, statSync } from 'node:fs'

/** What lies at a path, through links; null: nothing, or nothing that can be looked at (EACCES, ELOOP, ENOTDIR). */
export function lookAt(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}

/** Which folder it is; a file system may give the number of one that was removed to the next one. */
export function identityOf(folder: string): string | null {
  const stats = lookAt(folder)
  return stats?.isDirectory() ? `${stats.ino} ${stats.birthtimeNs}` : null
}
