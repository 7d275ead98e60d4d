/** How much memory a process uses. */
import { readFileSync } from 'node:fs'

/** Bytes of a page where the kernel tells pages: Linux on all processors that Node runs on but few. */
const pageSize = 4096

/** Resident memory of a process in bytes; null where the system does not tell it as a file (not Linux). */
export function residentBytes(pid: number | undefined): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageSize
  } catch {
    return null
  }
}
