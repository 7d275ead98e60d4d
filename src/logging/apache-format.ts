/**
 * Log entries as lines of Apache's error log in its default format:
 *
 *     [Fri Nov 20 16:25:32.794737 2026] [wsgi:error] [pid 25646:tid 25662] [remote 127.0.0.1:46808] [script /x] text
 */
import type { LogEntry } from './events.js'

/** Longest line; Apache cuts there, too. */
const longestLine = 8191

/** The entry as one line with its end. */
export function apacheLine(entry: LogEntry): string {
  const thread = entry.thread === undefined ? '' : `:tid ${entry.thread}`
  let line = `[${apacheTime(entry.time)}] [${entry.module}:${entry.level}] [pid ${entry.pid}${thread}] `
  if (entry.client !== undefined) line += `[client ${entry.client}] `
  if (entry.remote !== undefined) line += `[remote ${entry.remote}] `
  if (entry.script !== undefined) line += `[script ${entry.script}] `
  line += escapeText(entry.text)
  return `${line.length > longestLine ? line.slice(0, longestLine) : line}\n`
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** Local time with microseconds and English names: `Fri Nov 20 16:25:32.794737 2026`. */
export function apacheTime(epochSeconds: number): string {
  const microseconds = Math.round(epochSeconds * 1e6)
  const date = new Date(Math.floor(microseconds / 1000))
  const fraction = String(microseconds % 1_000_000).padStart(6, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${days[date.getDay()]} ${months[date.getMonth()]} ${two(date.getDate())} ${clock}.${fraction} ${date.getFullYear()}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

const plain = /^[\x20-\x5b\x5d-\x7e]*$/
const named: Readonly<Record<number, string>> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  13: '\\r',
  92: '\\\\',
}

/**
 * Escapes as Apache's ap_escape_errorlog_item: control characters and bytes above 0x7e of the UTF-8 form
 * as `\xNN`, a backslash doubled. So no text can forge a line or steer a terminal.
 */
export function escapeText(text: string): string {
  if (plain.test(text)) return text
  let escaped = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x5c) escaped += String.fromCharCode(byte)
    else escaped += named[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return escaped
}
