/**
 * Log entries as lines of Apache's error log in its default format:
 *
 *     [Fri Nov 20 16:25:32.794737 2026] [wsgi:error] [pid 25646:tid 25662] [remote 127.0.0.1:46808] [script /x] text
 */
import { apacheTime } from './apache-time.js'
import { escapeByteText, escapeText } from './escape.js'
import type { LogEntry } from './events.js'

/** Longest line in bytes, without its end: Apache's MAX_STRING_LEN, less two. */
const longestLine = 8190

/** The lines of the entry, each with the whole prefix and its end. */
export function apacheLines(entry: LogEntry): string {
  const prefix = apachePrefix(entry)
  return eachLine(entry, text => prefix + text)
}

function apachePrefix(entry: LogEntry): string {
  const thread = entry.thread === undefined ? '' : `:tid ${entry.thread}`
  let prefix = `[${apacheTime(entry.time)}] [${entry.module}:${entry.level}] [pid ${entry.pid}${thread}] `
  if (entry.client !== undefined) prefix += `[client ${entry.client}] `
  if (entry.remote !== undefined) prefix += `[remote ${entry.remote}] `
  return prefix
}

/**
 * Joins what `format` makes of each line of the message (its `script` part before it, escaped), each cut
 * where Apache cuts it. An empty text stands for no line.
 */
export function eachLine(entry: LogEntry, format: (message: string) => string): string {
  const script = entry.script === undefined ? '' : `[script ${escapeByteText(entry.script)}] `
  let lines = ''
  for (const text of entry.text.split('\n')) {
    const message = script + escapeText(text)
    const line = format(message)
    if (line !== '') lines += `${cut(line, message)}\n`
  }
  return lines
}

/**
 * Apache escapes into a buffer of one byte more than a line has, where no escape is begun that does not fit,
 * and cuts the line then. What a format has after the message is lost.
 */
function cut(line: string, message: string): string {
  // Only a format can have characters of several bytes.
  if (line.length * 3 <= longestLine || Buffer.byteLength(line) <= longestLine) return line
  const before = line.slice(0, line.indexOf(message))
  const room = longestLine + 1 - Buffer.byteLength(before)
  let length = 0
  for (const [unit] of message.matchAll(/\\x[0-9a-f]{2}|\\.|[^\\]+/g)) {
    if (unit.startsWith('\\') && length + unit.length > room) break
    length += unit.length
    if (length >= room) break
  }
  return Buffer.from(before + message.slice(0, length)).toString('utf8', 0, longestLine)
}
