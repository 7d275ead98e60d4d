/**
 * Log entries as lines of Apache's error log in its default format:
 *
 *     [Fri Nov 20 16:25:32.794737 2026] [wsgi:error] [pid 25646:tid 25662] [remote 127.0.0.1:46808] [script /x] text
 */
import { apacheTime } from './apache-time.js'
import { escapeByteText, escapeText } from './escape.js'
import type { LogEntry } from './events.js'

/** Longest line without its end: Apache's MAX_STRING_LEN, less two. */
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
    const line = format(script + escapeText(text))
    if (line !== '') lines += `${line.length > longestLine ? line.slice(0, longestLine) : line}\n`
  }
  return lines
}
