/** What requests for the application need of the front, and what their bodies are. */
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import type { Dispatcher, WorkerName } from '../workers/dispatcher.js'
import type { AppRequest } from './app-request.js'
import type { InProgress } from './in-progress.js'
import type { FrontRules, HttpExchange } from './reply.js'

/** What all requests of a front share. */
export interface ApplicationFront extends FrontRules {
  readonly dispatcher: Dispatcher
  readonly log: Log
  readonly clock: Clock
  /** Seconds a request may wait for a thread (--queue-timeout); 0: for ever. */
  readonly queueTimeout: number
  /** Requests that may wait for a thread (--daemon-backlog); more wait, for so many seconds (--connect-timeout). */
  readonly queueLimit: number
  readonly connectTimeout: number
  /** Seconds that a client may take nothing of a response (--response-socket-timeout); null: as of any other. */
  readonly responseStall: number | null
  /** Longest request body in bytes (--limit-request-body); 0: no limit. */
  readonly bodyLimit: number
  /** Bytes of the longest line of a response's head (--header-buffer-size). */
  readonly longestHeadLine: number
  /** Milliseconds that a part of a response waits for more of it (--response-flush-delay). */
  readonly flushDelay: number
  /** The content type of a file or directory, whether it is there or not. */
  typeOf(filename: string): string | undefined
  /** Requests that are with the application or wait for it. */
  readonly inProgress: InProgress<AppRequest>
  /** A response `200 Error` is a failure: the daemons of the original say so that they could not answer. */
  readonly inDaemonMode: boolean
  /** Responses of the application with a status of errors are failures (--error-override). */
  readonly overridesErrors: boolean
  /**
   * Serves a path of this site instead: a 200 response with a local Location.
   * @param known what the application was given
   */
  redirect(http: HttpExchange, location: string, known: { readonly environ: string }): void
  /** Answers with what is for an error of the server's own. */
  fail(
    http: HttpExchange,
    status: number,
    known: { readonly environ: string; readonly worker: WorkerName | null },
  ): void
}

/** A request body: none, whole and small, or to be streamed. */
export type RequestBody = Buffer | 'none' | 'streamed'
