/**
 * What one place of a worker (a request thread's worth of work) has done, for `mod_wsgi.server_metrics()`
 * and the status page. Kept with --server-metrics or --server-status only.
 */
import type { Exchange } from './exchange.js'

/** As mod_wsgi shows one thread of a process; times are seconds since the epoch, 0 for never. */
export interface PlaceSnapshot {
  /** `W` while it has a request, else `_`. */
  readonly status: '_' | 'W'
  readonly accessCount: number
  readonly bytesServed: number
  /** The present request began, or else the last one. */
  readonly startTime: number
  /** The last request ended. */
  readonly stopTime: number
  /** Seconds that all its requests took. */
  readonly busyTime: number
  readonly lastUsed: number
  /** Address, and first line, of the present or last request. */
  readonly client: string
  readonly request: string
}

const nothingYet: PlaceSnapshot = {
  status: '_',
  accessCount: 0,
  bytesServed: 0,
  startTime: 0,
  stopTime: 0,
  busyTime: 0,
  lastUsed: 0,
  client: '',
  request: '',
}

export class PlaceFigures {
  snapshot: PlaceSnapshot = nothingYet

  /** A request was given to this place. */
  began(exchange: Exchange, now: number): void {
    const { method, target, client } = exchange.describe()
    this.snapshot = {
      ...this.snapshot,
      status: 'W',
      startTime: now,
      lastUsed: now,
      client: client.replace(/:\d+$/, ''),
      request: `${method} ${target} HTTP/1.1`,
    }
  }

  /** Its request is over. */
  ended(bytes: number, now: number): void {
    const { accessCount, bytesServed, busyTime, startTime } = this.snapshot
    this.snapshot = {
      ...this.snapshot,
      status: '_',
      accessCount: accessCount + 1,
      bytesServed: bytesServed + bytes,
      stopTime: now,
      busyTime: busyTime + now - startTime,
      lastUsed: now,
    }
  }
}
