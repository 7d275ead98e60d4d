/**
 * One connection of HTTP/2: a session of Node, whose streams are requests. It is kept as long as one of HTTP/1.1 is:
 * what is silent for too long is told to go (GOAWAY).
 */
import {
  type Http2Session,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2'
import type { Socket } from 'node:net'
import { mostFields } from './field-lines.js'
import type { Activity, Connection, ConnectionRules, HttpHandler } from './http-handler.js'
import { Http2Exchange } from './http2-exchange.js'
import { Patience, silenceRule } from './patience.js'
import { isSecure } from './secure-socket.js'

/** Requests at a time on one connection: Apache's H2MaxSessionStreams. */
const mostStreams = 100

/**
 * Node's own limits hold against floods: of resets, settings, pings and frames that are none. Fields are counted by
 * {@link Http2Exchange}, which answers those that are too many; so a few more have to come through.
 */
const sessionOptions: ServerOptions = {
  maxHeaderListPairs: 2 * mostFields,
  settings: { maxConcurrentStreams: mostStreams },
}

let made = 0

export class Http2Connection implements Connection {
  requests = 0
  readonly secure: boolean
  readonly #number = made++
  readonly #session: ServerHttp2Session
  readonly #patience: Patience
  #open = 0

  constructor(
    readonly socket: Socket,
    readonly rules: ConnectionRules,
    readonly handler: HttpHandler,
  ) {
    this.secure = isSecure(socket)
    this.#patience = new Patience(() => this.closeWhenIdle())
    this.#patience.start(silenceRule(rules.silence))
    this.#session = performServerHandshake(socket, sessionOptions)
    // The types of Node do not know the last one.
    const begin = (stream: ServerHttp2Stream, _: unknown, flags: number, raw: string[] = []) =>
      this.#begin(stream, flags, raw)
    this.#session.on('stream', begin)
    // 'close' follows.
    this.#session.on('error', () => {})
    this.#session.on('close', () => this.#closed())
    // A client that ends its side wants no more answers, unlike one of HTTP/1.1: as Apache has it.
    socket.once('end', () => this.destroy())
  }

  get inProgress(): number {
    return this.#open
  }

  get activity(): Activity {
    if (this.#session.closed) return 'closing'
    if (this.#open > 0) return 'writing'
    return this.requests === 0 ? 'waiting' : 'keepAlive'
  }

  /** Takes no more requests, and ends when those in progress are through. */
  closeWhenIdle(): void {
    if (!this.#session.closed) this.#session.close()
  }

  destroy(): void {
    this.#session.destroy()
    this.socket.destroy()
  }

  #begin(stream: ServerHttp2Stream, flags: number, raw: readonly string[]): void {
    // It may be gone by now.
    if (stream.destroyed || this.socket.destroyed) return
    this.requests++
    this.#open++
    this.#patience.stop()
    stream.once('close', () => this.#streamClosed())
    const name = {
      connection: this.#number,
      id: stream.id!,
      takesPushes: (this.#session as Http2Session).remoteSettings.enablePush === true,
    }
    new Http2Exchange(this, stream, (flags & endStream) !== 0).begin(raw, name)
  }

  #streamClosed(): void {
    this.#open--
    if (this.#open > 0 || this.#session.destroyed) return
    if (this.rules.stopping || this.rules.keepAliveTimeout === 0) this.closeWhenIdle()
    else this.#patience.start(silenceRule(this.rules.keepAliveTimeout))
  }

  #closed(): void {
    this.#patience.end()
    this.socket.destroySoon()
  }
}

/** The flag of a HEADERS frame behind which no body comes. */
const endStream = 0x1
