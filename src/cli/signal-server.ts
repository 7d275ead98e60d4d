/** Signals to a server that is no child of this process, and the end of one. */
import { rmSync } from 'node:fs'
import { UserError } from '../base/errors.js'
import { processStart } from '../base/process-start.js'
import { readPid } from './pid-file.js'

/** Sends a signal; false where the process is gone. Throws {@link UserError} where this user may not. */
export function signalServer(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ESRCH') return false
    throw new UserError(`process ${pid} cannot be sent ${signal}: ${code}`, 2, { cause })
  }
}

/** Milliseconds between two looks: nothing tells of the end of a process that is no child. */
const pause = 50

/**
 * Has a server end, and waits until its process is gone.
 *
 * @param seconds that this may take
 * @returns false when it takes longer
 */
export async function stopServer(pid: number, seconds: number): Promise<boolean> {
  const start = processStart(pid)
  if (start === null || !signalServer(pid, 'SIGTERM')) return true
  return processGone(pid, start, seconds)
}

/**
 * Waits until a process is gone.
 *
 * @param start when it was started, see {@link processStart}
 * @param seconds that this may take
 * @returns false when it takes longer
 */
export async function processGone(pid: number, start: string, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000
  while (processStart(pid) === start) {
    if (performance.now() > deadline) return false
    await new Promise(resolve => setTimeout(resolve, pause))
  }
  return true
}

/** Removes a pid file that names no server: a server that has given up root can only empty it. */
export function removeLeftPidFile(path: string, pid: number): void {
  const left = readPid(path)
  if (left !== null && left !== pid) return
  try {
    rmSync(path, { force: true })
  } catch {
    // It names a process that is gone, which is noticed.
  }
}
