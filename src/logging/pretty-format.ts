/**
 * Lines for people at a terminal:
 *
 *     16:25:32.794 error 1 the first line of a traceback (request Z8Nawqcxp1w)
 *         its other lines
 *     16:25:32.801 GET /a?b=c 200 1.2 kB 14 ms, queue 2 ms, 1.3
 *
 * The number after a level is the worker's, and `1.3` is worker 1, thread 3.
 */
import { decodeUtf8 } from '../base/text-bytes.js'
import { requestLine } from './access-directives.js'
import { dateOf, microsecondsOf, strftime } from './apache-time.js'
import { escapeForPeople } from './escape.js'
import type { LogEntry } from './events.js'
import { type LogLevel, logLevels } from './levels.js'
import type { ServedRequest } from './served-request.js'

type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'grey' | 'bold'

const codes: Readonly<Record<Colour, number>> = {
  bold: 1,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
  grey: 90,
}

/** Puts a colour on a text, or does not. */
type Paint = (colour: Colour | null, text: string) => string

const noColour: Paint = (_, text) => text
const withColour: Paint = (colour, text) =>
  colour === null ? text : `\x1b[${codes[colour]}m${text}\x1b[0m`

/** Makes lines of entries of the error log. */
export function prettyEntry(coloured: boolean): (entry: LogEntry) => string {
  const paint = coloured ? withColour : noColour
  return entry => {
    const [first, ...others] = entry.text.split('\n').map(escapeForPeople)
    const worker = entry.worker === undefined ? '' : ` ${entry.worker}`
    const request =
      entry.requestId === undefined ? '' : paint('grey', ` (request ${entry.requestId})`)
    const level = paint(levelColour(entry.level), entry.level)
    const head = `${paint('grey', clockTime(entry.time))} ${level}${paint('grey', worker)}`
    return `${[`${head} ${first}${request}`, ...others.map(line => `    ${line}`)].join('\n')}\n`
  }
}

/** Makes lines of served requests. */
export function prettyRequest(coloured: boolean): (served: ServedRequest) => string {
  const paint = coloured ? withColour : noColour
  return served => {
    const line = (requestLine(served) ?? '-').replace(/ HTTP\/\d\.\d$/, '')
    const parts = [
      paint('grey', clockTime(served.finished)),
      escapeForPeople(decodeUtf8(Buffer.from(line, 'latin1'))),
      paint(statusColour(served.status), String(served.status)),
      bytesText(served.bodyBytes),
      paint(served.duration >= slow ? 'yellow' : null, timeText(served.duration)),
    ]
    if (served.connection === 'aborted') parts.push(paint('yellow', 'aborted'))
    return `${parts.join(' ')}${paint('grey', whereText(served))}\n`
  }
}

/** Milliseconds from which a duration stands out. */
const slow = 1000

function whereText({ queued, worker, thread }: ServedRequest): string {
  const wait = queued === null ? '' : `, queue ${timeText(queued)}`
  return worker === null ? wait : `${wait}, ${worker.slot}.${thread ?? '-'}`
}

function clockTime(epochSeconds: number): string {
  const milliseconds = Math.floor(microsecondsOf(epochSeconds) / 1000)
  return `${strftime('%H:%M:%S', dateOf(epochSeconds))}.${String(milliseconds).padStart(3, '0')}`
}

function timeText(milliseconds: number): string {
  if (milliseconds >= slow) return `${(milliseconds / 1000).toFixed(1)} s`
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`
}

function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

function levelColour(level: LogLevel): Colour | null {
  if (logLevels[level] >= logLevels.error) return 'red'
  if (level === 'warn') return 'yellow'
  return level === 'notice' ? 'cyan' : 'grey'
}

function statusColour(status: number): Colour {
  if (status >= 500) return 'red'
  if (status >= 400) return 'yellow'
  return status >= 300 ? 'cyan' : 'green'
}
