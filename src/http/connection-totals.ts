/** What all connections of a server did and do, for its status page. */
import type { Connection } from './http-handler.js'

export interface ConnectionTotals {
  /** Requests that are through. */
  readonly requests: number
  readonly bytesSent: number
  /** Open ones. */
  readonly total: number
  /** A request is being read, or waits for its answer. */
  readonly waiting: number
  readonly writing: number
  readonly keepAlive: number
  readonly closing: number
}

/** What connections did that are closed. */
export interface ClosedTotals {
  requests: number
  bytesSent: number
}

/** Adds a connection that has just been closed. */
export function addClosed(totals: ClosedTotals, { requests, socket }: Connection): void {
  totals.requests += requests
  totals.bytesSent += socket.bytesWritten
}

/** Sums up. */
export function connectionTotals(
  closed: ClosedTotals,
  open: Iterable<Connection>,
): ConnectionTotals {
  const counts = { waiting: 0, writing: 0, keepAlive: 0, closing: 0 }
  const sums = { ...closed, total: 0 }
  for (const connection of open) {
    sums.total++
    sums.requests += connection.requests - connection.inProgress
    sums.bytesSent += connection.socket.bytesWritten
    counts[connection.activity]++
  }
  return { ...sums, ...counts }
}
