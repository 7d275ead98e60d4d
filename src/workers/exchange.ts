import type { RunningRequest } from '../logging/events.js'
import type { EndOutcome, ResponseFrame } from './protocol.js'
import type { ThreadConnection } from './thread-connection.js'

/**
 * What the owner of a request hears about it, after it was given to a worker. Exactly one of `ended`,
 * `retry` and `lost` comes, last.
 */
export interface Exchange {
  /** For log lines and metrics. */
  describe(): RunningRequest
  /** A thread has the request: body and abortion go this way. */
  taken(connection: ThreadConnection): void
  /** The application takes the request: a streamed body may be sent. */
  accepted(): void
  /** Status, header fields and the first bytes of the body. */
  responded(frame: ResponseFrame): void
  /** More of the body. */
  data(piece: Buffer): void
  /** The worker is through with it. */
  ended(outcome: EndOutcome): void
  /** No worker began it (old code, or the worker is gone): give it to another. */
  retry(): void
  /** The worker process went away in the middle. */
  lost(): void
  /** After {@link ThreadConnection.sendBody} returned false: there is room again. */
  drained(): void
}
