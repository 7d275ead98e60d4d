/**
 * `--rotate-logs`: files named for the time at which they were opened, a new one once the present one has
 * passed the size limit, as Apache's rotatelogs does it.
 */
import { closeSync, fstatSync } from 'node:fs'
import { FileLines } from './file-lines.js'
import type { FileSink } from './log-files.js'
import { openAppended } from './sinks.js'
import { writeWhole } from './write-whole.js'

/**
 * @param path without the time
 * @param limit bytes; a line that begins below it is written whole
 * @param now milliseconds since the epoch
 * @throws when the first file cannot be opened
 */
export function rotatingFileSink(path: string, limit: number, now = Date.now): FileSink {
  let name = rotatedName(path, now())
  let descriptor: number | null = openAppended(name)
  let size = fstatSync(descriptor).size
  const file = new FileLines(path)

  const open = (next: string) => {
    const opened = openAppended(next)
    closeSync(descriptor!)
    descriptor = opened
    size = fstatSync(opened).size
    name = next
  }

  const rotate = () => {
    const next = rotatedName(path, now())
    if (next === name) return
    try {
      open(next)
    } catch {
      // A folder that may no longer be written: the present file goes on.
      size = 0
      name = next
    }
  }

  return {
    get path() {
      return name
    },
    reopen() {
      if (descriptor !== null) open(rotatedName(path, now()))
    },
    write(lines) {
      if (descriptor === null) return void writeWhole(2, lines)
      if (size > limit) rotate()
      size += Buffer.byteLength(lines)
      file.write(descriptor, lines)
    },
    close() {
      if (descriptor === null) return
      file.end()
      closeSync(descriptor)
      descriptor = null
    },
  }
}

/** `error_log.2026-11-21-11_38_08`, in UTC as rotatelogs has it. */
export function rotatedName(path: string, milliseconds: number): string {
  const [date, time] = new Date(milliseconds).toISOString().slice(0, 19).split('T')
  return `${path}.${date}-${time!.replaceAll(':', '_')}`
}
