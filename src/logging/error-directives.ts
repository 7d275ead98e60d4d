/**
 * What the directives of an ErrorLogFormat stand for. An empty text means that there is nothing to tell,
 * which removes the whole field from the line.
 */
import { createHash } from 'node:crypto'
import { apacheTime, dateOf, microsecondsOf, strftime } from './apache-time.js'
import type { LogEntry } from './events.js'
import type { ServerNames } from './server-names.js'

/** @param argument what stands in braces, or an empty text */
export type ErrorDirective = (entry: LogEntry, argument: string, server: ServerNames) => string

const nothing: ErrorDirective = () => ''

/** By their letter. `M`, the message, is not among them. */
export const errorDirectives: Readonly<Record<string, ErrorDirective>> = {
  a: entry => entry.client ?? entry.remote ?? '',
  A: (entry, _, server) => (ofRequest(entry) ? `${server.address}:${server.port}` : ''),
  // Neither environment, notes nor fields of the request reach the log of a worker.
  e: nothing,
  i: nothing,
  n: nothing,
  // There is no error code of APR, and no file of Apache's source.
  E: nothing,
  F: nothing,
  k: entry => (ofRequest(entry) ? '0' : ''),
  l: entry => entry.level,
  L: logId,
  m: entry => entry.module,
  P: entry => String(entry.pid),
  t: errorTime,
  T: entry => String(entry.thread ?? entry.pid),
  v: (_, __, server) => server.name,
  V: (entry, _, server) => (ofRequest(entry) ? server.name : ''),
}

function ofRequest(entry: LogEntry): boolean {
  return entry.client !== undefined || entry.remote !== undefined
}

/** `%L` names the request, `%{c}L` the connection, `%{C}L` the connection of lines outside of requests. */
function logId(entry: LogEntry, argument: string): string {
  if (argument === 'C' || !ofRequest(entry)) return ''
  if (argument !== 'c') return entry.requestId ?? ''
  const connection = `${process.pid} ${entry.client ?? entry.remote}`
  return createHash('sha256').update(connection).digest('base64').slice(0, 11)
}

/** `u` adds microseconds, `c` gives the compact form of ISO 8601. */
function errorTime(entry: LogEntry, argument: string): string {
  const micro = argument.includes('u')
  if (!argument.includes('c')) {
    const time = apacheTime(entry.time)
    return micro ? time : time.replace(/\.\d+/, '')
  }
  const fraction = micro ? `.${String(microsecondsOf(entry.time)).padStart(6, '0')}` : ''
  return strftime('%Y-%m-%d %H:%M:%S', dateOf(entry.time)) + fraction
}
