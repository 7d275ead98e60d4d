/** How much processor time a process has used. */
import { readFileSync } from 'node:fs'

/** Units of a second in which Linux tells it, whatever the processor. */
const ticksPerSecond = 100

/** Seconds so far; none where the system does not tell it as a file (not Linux). */
export function cpuTimes(pid: number | undefined): { user: number; system: number } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name of the program, in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return {
      user: Number(fields[11]) / ticksPerSecond,
      system: Number(fields[12]) / ticksPerSecond,
    }
  } catch {
    return { user: 0, system: 0 }
  }
}
