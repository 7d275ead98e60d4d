/** What a worker sends to a telemetry service, and where. */
export interface TelemetryTarget {
  /** Of a datagram socket. */
  readonly path: string
  /** Seconds between two records of measures. */
  readonly interval: number
  /** Seconds from which on a request is reported; 0: none is. */
  readonly slow: number
  /** Its client's User-Agent is reported as well. */
  readonly userAgent: boolean
  /** Requests wait for the worker in a queue, as in daemon mode. */
  readonly daemon: boolean
}
