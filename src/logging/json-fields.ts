/** The fields of JSON lines, by the names that collectors of logs expect. */
import { decodeUtf8 } from '../base/text-bytes.js'
import { requestLine } from './access-directives.js'
import { escapeLoneBytes } from './escape.js'
import type { LogEntry } from './events.js'
import type { ServedRequest } from './served-request.js'

/** A line without its level: what pino calls the message, and the rest. */
export interface JsonLine {
  readonly msg: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A traceback is one line with line ends in its message. Undefined fields are left out by pino. */
export function entryFields(entry: LogEntry): JsonLine {
  return {
    msg: escapeLoneBytes(entry.text),
    fields: {
      time: rfcTime(entry.time),
      event: entry.event,
      module: entry.module,
      worker: entry.worker,
      gen: entry.generation,
      pid: entry.pid,
      tid: entry.thread,
      request_id: entry.requestId,
      client: entry.client ?? entry.remote,
      script: entry.script === undefined ? undefined : textOf(entry.script),
      ...entry.details,
    },
  }
}

export function requestFields(served: ServedRequest): JsonLine {
  const { worker, running, queued } = served
  return {
    msg: `${textOf(requestLine(served) ?? '-')} ${served.status}`,
    fields: {
      time: rfcTime(served.finished),
      event: served.type,
      worker: worker?.slot,
      gen: worker?.generation,
      pid: worker?.pid ?? process.pid,
      thread: served.thread ?? undefined,
      request_id: served.requestId ?? undefined,
      client: `${served.client}:${served.clientPort}`,
      user: served.user === null ? undefined : textOf(served.user),
      method: textOf(served.method),
      path: textOf(served.path),
      query: served.query === '' ? undefined : textOf(served.query),
      status: served.status,
      bytes: served.bodyBytes,
      queue_ms: queued === null ? undefined : rounded(queued),
      app_ms: running === null ? undefined : rounded(running),
      total_ms: rounded(served.duration),
      aborted: served.connection === 'aborted' ? true : undefined,
    },
  }
}

function rfcTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString()
}

function textOf(bytes: string): string {
  return escapeLoneBytes(decodeUtf8(Buffer.from(bytes, 'latin1')))
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
