/** `--pid-file`: the number of the server's process for as long as it runs. */
import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { UserError } from '../base/errors.js'

/** The file of this process. */
export class PidFile {
  #descriptor: number | null = null

  constructor(readonly path: string) {}

  /** Throws {@link UserError} when it cannot be written. */
  write(): void {
    this.#descriptor = openWritten(this.path)
  }

  /** Takes the number away, if it was written and still is ours: another server may have been started over it. */
  remove(): void {
    if (this.#descriptor === null) return
    if (readPid(this.path) === process.pid) removeOrEmpty(this.path, this.#descriptor)
    closeSync(this.#descriptor)
    this.#descriptor = null
  }
}

/** The number in a pid file; null where there is none. */
export function readPid(path: string): number | null {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return /^[1-9]\d*$/.test(text) ? Number(text) : null
  } catch {
    return null
  }
}

function openWritten(path: string): number {
  try {
    // Never through a link that somebody else has put there.
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW
    const descriptor = openSync(path, flags, 0o644)
    writeSync(descriptor, `${process.pid}\n`)
    return descriptor
  } catch (cause) {
    throw new UserError(`--pid-file ${path} cannot be written: ${(cause as Error).message}`, 2, {
      cause,
    })
  }
}

/** In a folder that the user we became may not change, an empty file is left, which names no process. */
function removeOrEmpty(path: string, descriptor: number): void {
  try {
    rmSync(path)
  } catch {
    ftruncateSync(descriptor, 0)
  }
}
