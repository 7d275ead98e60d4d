/** Where lines go: a terminal, a file, memory. Whatever is written is out before the next statement runs. */
import { closeSync, constants, openSync } from 'node:fs'
import { FileLines } from './file-lines.js'
import type { FileSink } from './log-files.js'
import { writeWhole } from './write-whole.js'

/** Takes whole lines. `close` comes once, last. */
export interface LogSink {
  write(lines: string): void
  close(): void
}

/** Standard output or standard error. */
export function terminalSink(descriptor: 1 | 2): LogSink {
  return { write: lines => void writeWhole(descriptor, lines), close: () => {} }
}

/**
 * A file, appended, made with mode 0644 when it is not there; never through a link that somebody else may have
 * put there. Throws when it cannot be opened.
 */
export function fileSink(path: string): FileSink {
  let descriptor: number | null = openAppended(path)
  const file = new FileLines(path)
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
      if (descriptor === null) writeWhole(2, lines)
      else file.write(descriptor, lines)
    },
    close() {
      if (descriptor === null) return
      file.end()
      closeSync(descriptor)
      descriptor = null
    },
  }
}

/** Opens a log file as {@link fileSink} does. */
export function openAppended(path: string): number {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
  return openSync(path, flags, 0o644)
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
