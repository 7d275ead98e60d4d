/** What connections are told, whom they tell, and what can be done with them. */
import type { Socket } from 'node:net'
import type { PatienceRule } from './patience.js'
import type { HttpRequest } from './request.js'
import type { HttpResponse } from './response.js'

/** What a connection is told about its server. */
export interface ConnectionRules {
  /** Seconds an idle connection is kept; 0: none is kept. */
  readonly keepAliveTimeout: number
  /** Seconds that a new connection may be silent. */
  readonly silence: number
  /** Seconds that a client may take nothing of what it is sent. */
  readonly stall: number
  /** Time for a head, from its first byte on, and time for a body. */
  readonly headPatience: PatienceRule
  readonly bodyPatience: PatienceRule
  /** No connection is kept any more. */
  readonly stopping: boolean
}

/** Answers requests. */
export interface HttpHandler {
  request(request: HttpRequest, response: HttpResponse): void
  /**
   * What came is no request: the answer is a page of this status, after which the connection ends.
   *
   * @param plain it is HTTP where HTTPS is spoken
   */
  refused(response: HttpResponse, status: number, line: string | null, plain: boolean): void
  /** A client of HTTPS has left in the handshake, or was sent away, for this reason. */
  noHandshake(client: string, reason: string): void
  /** New connections are closed at once, for this reason. */
  full(reason: string): void
}

/** A request is being read, or waits for its answer; an answer is sent; nothing; the end. */
export type Activity = 'waiting' | 'writing' | 'keepAlive' | 'closing'

/** One connection, whatever it speaks. */
export interface Connection {
  readonly socket: Socket
  /** It goes through TLS. */
  readonly secure: boolean
  /** Requests that came over it, and what was no request but had an answer. */
  readonly requests: number
  /** Of these, how many are not through. */
  readonly inProgress: number
  /** What is going on, for the status page. */
  readonly activity: Activity
  /** Ends it when nothing is going on any more. */
  closeWhenIdle(): void
  /** Cuts it. */
  destroy(): void
}

/** Takes connections that go on with HTTP/2. */
export interface Http2Entrance {
  /**
   * @param from has let go of its socket
   * @param bytes what came on it, as HTTP/2
   */
  enter(from: Connection, bytes: Buffer): void
}

/** The server that a connection belongs to. */
export interface ConnectionServer {
  readonly rules: ConnectionRules
  readonly handler: HttpHandler
  /** Null where it is not spoken. */
  readonly http2: Http2Entrance | null
  /** All that are open. */
  readonly connections: { readonly size: number }
}
