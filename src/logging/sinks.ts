/** Where lines go: a terminal, a file, memory. Whatever is written is out before the next statement runs. */
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import type { FileSink } from './log-files.js'

/** Takes whole lines. `close` comes once, last. */
export interface LogSink {
  write(lines: string): void
  close(): void
}

/** Standard output or standard error. */
export function terminalSink(descriptor: 1 | 2): LogSink {
  return { write: lines => writeWhole(descriptor, lines), close: () => {} }
}

/**
 * A file, appended, made with mode 0644 when it is not there; never through a link that somebody else may have
 * put there. Throws when it cannot be opened.
 */
export function fileSink(path: string): FileSink {
  let descriptor: number | null = openAppended(path)
  return {
    path,
    reopen() {
      if (descriptor === null) return
      const anew = openAppended(path)
      closeSync(descriptor)
      descriptor = anew
    },
    write(lines) {
      // What happens after the end of the log is still told.
      writeWhole(descriptor ?? 2, lines)
    },
    close() {
      if (descriptor !== null) closeSync(descriptor)
      descriptor = null
    },
  }
}

/** Opens a log file as {@link fileSink} does. */
export function openAppended(path: string): number {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
  return openSync(path, flags, 0o644)
}

/** Milliseconds between two attempts to write to a pipe whose reader is slow. */
const pipeWait = 2

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** Writes all of it. A log that cannot be written (disk full, terminal gone) must not end the server. */
export function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8')
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EAGAIN' && code !== 'EINTR') return
      Atomics.wait(sleeper, 0, 0, pipeWait)
    }
  }
}

/** Keeps the lines. */
export function memorySink(): LogSink & { readonly lines: string[] } {
  const lines: string[] = []
  return {
    lines,
    write: text => void lines.push(...text.split('\n').slice(0, -1)),
    close: () => {},
  }
}
