/** One write that waits for slow readers, and says how far it got. */
import { writeSync } from 'node:fs'

/** Milliseconds between two attempts to write to a pipe whose reader is slow. */
const pipeWait = 2

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** How far a write got. */
export interface Written {
  /** Bytes. */
  readonly written: number
  /** Why the rest could not be written; null: there is no rest. */
  readonly error: Error | null
}

/** Writes all of it, if it can. A log that cannot be written (disk full, terminal gone) must not end the server. */
export function writeWhole(descriptor: number, text: string): Written {
  const bytes = Buffer.from(text, 'utf8')
  let written = 0
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EAGAIN' && code !== 'EINTR') return { written, error: error as Error }
      Atomics.wait(sleeper, 0, 0, pipeWait)
    }
  }
  return { written, error: null }
}
