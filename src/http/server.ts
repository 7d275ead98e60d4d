/** The ports of a server, for HTTP and for HTTPS, and the connections that came in there. */
import type { Socket } from 'node:net'
import { HttpConnection } from './connection.js'
import {
  addClosed,
  type ClosedTotals,
  type ConnectionTotals,
  connectionTotals,
} from './connection-totals.js'
import type { Connection, ConnectionRules, Http2Entrance, HttpHandler } from './http-handler.js'
import { ListeningSockets, type ListenOptions } from './listening-sockets.js'
import type { Credentials, TlsDoor } from './tls-door.js'

export interface ServerPlaces extends Omit<ListenOptions, 'option'> {
  /** Null, or left out, without HTTPS. */
  readonly https?: SecurePlace | null
  /** HTTP/2 is spoken as well; left out: it is not. */
  readonly http2?: boolean
}

/** Where HTTPS is spoken, on the same addresses. */
export interface SecurePlace {
  /** 0: any free port, the same for all hosts. */
  readonly port: number
  readonly credentials: Credentials
}

/** Milliseconds that the first bytes on a connection may take when the server is to stop. */
const requestOnTheWay = 100

export class HttpServer {
  readonly #places: ServerPlaces
  readonly #rules: ConnectionRules
  readonly #handler: HttpHandler
  readonly #plain: ListeningSockets
  readonly #secure: ListeningSockets | null
  /** Null without HTTPS. */
  #door: TlsDoor | null = null
  readonly #connections = new Set<Connection>()
  readonly #closed: ClosedTotals = { requests: 0, bytesSent: 0 }
  /** Takes over what speaks HTTP/2; null without that. */
  #http2: Http2Entrance | null = null
  /** Connections that may be open at a time; others are closed at once. */
  mostConnections = Number.POSITIVE_INFINITY
  #drained: (() => void) | null = null
  /** Somebody was told that connections are refused. */
  #isFull = false

  constructor(places: ServerPlaces, rules: ConnectionRules, handler: HttpHandler) {
    this.#places = places
    this.#rules = rules
    this.#handler = handler
    const user = {
      connected: (socket: Socket) => this.#connected(socket, null),
      failed: (reason: string) => this.#refuse(reason),
    }
    this.#plain = new ListeningSockets({ ...places, option: '--port' }, user)
    const { https = null } = places
    this.#secure =
      https === null
        ? null
        : new ListeningSockets(
            { ...places, port: https.port, option: '--https-port' },
            { ...user, connected: socket => this.#connected(socket, this.#door) },
          )
  }

  /** The port listened on. */
  get port(): number {
    return this.#plain.port
  }

  /** That of HTTPS; null without. */
  get httpsPort(): number | null {
    return this.#secure?.port ?? null
  }

  /** Binds the addresses. Throws {@link UserError} when one is taken or not permitted. */
  async listen(): Promise<void> {
    if (this.#places.http2) this.#http2 = await this.#openHttp2()
    if (this.#places.https) this.#door = await this.#openDoor(this.#places.https.credentials)
    // The port of HTTP comes last: whoever finds it open finds the other one, too.
    await this.#secure?.open()
    try {
      await this.#plain.open()
    } catch (error) {
      this.#secure?.close()
      throw error
    }
  }

  /** Shows these to clients of HTTPS that come from now on. Throws where they are none. */
  renew(credentials: Credentials): void {
    this.#door?.renew(credentials)
  }

  totals(): ConnectionTotals {
    return connectionTotals(this.#closed, this.#connections)
  }

  /** Takes no new connections, and closes those that are idle. */
  stopAccepting(): void {
    this.#plain.close()
    this.#secure?.close()
    // A connection that was just made may have its request on the way.
    for (const connection of this.#connections) {
      if (connection.requests > 0) connection.closeWhenIdle()
    }
    const limit = setTimeout(() => {
      for (const connection of this.#connections) connection.closeWhenIdle()
    }, requestOnTheWay)
    limit.unref()
  }

  /** Settles when no connection is left. */
  drained(): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve()
    return new Promise(resolve => {
      const before = this.#drained
      this.#drained = () => {
        before?.()
        resolve()
      }
    })
  }

  /** Cuts every connection. */
  destroy(): void {
    this.#plain.close()
    this.#secure?.close()
    for (const socket of this.#door?.waiting ?? []) socket.destroy()
    for (const connection of this.#connections) connection.destroy()
  }

  /** Loaded only where there is HTTPS. */
  async #openDoor(credentials: Credentials): Promise<TlsDoor> {
    const { TlsDoor } = await import('./tls-door.js')
    const http2 = this.#http2
    const protocols = http2 === null ? ['http/1.1'] : ['h2', 'http/1.1']
    return new TlsDoor(credentials, protocols, this.#rules.silence, {
      opened: socket => {
        const connection = this.#serve(socket)
        if (socket.alpnProtocol === 'h2') connection?.goOnWithHttp2()
      },
      spokePlain: socket => this.#serve(socket)?.refusePlain(),
      failed: (client, reason) => this.#handler.noHandshake(client, reason),
    })
  }

  /** @param door that of HTTPS, null for HTTP */
  #connected(socket: Socket, door: TlsDoor | null): void {
    const { mostConnections } = this
    if (this.#connections.size + (this.#door?.size ?? 0) >= mostConnections) {
      socket.on('error', () => {})
      socket.destroy()
      return this.#refuse(`${mostConnections} are open, and the limit of open files allows no more`)
    }
    if (door === null) this.#serve(socket)
    else door.enter(socket)
  }

  #serve(socket: Socket): HttpConnection | null {
    // Asked for now, since a socket that the client has reset does not tell it any more. Then there is nobody to
    // answer, and nobody who could be named to the application.
    if (socket.remoteAddress === undefined) {
      socket.destroy()
      return null
    }
    const connection = new HttpConnection(socket, {
      rules: this.#rules,
      handler: this.#handler,
      http2: this.#http2,
      connections: this.#connections,
    })
    this.#add(connection)
    return connection
  }

  #add(connection: Connection): void {
    this.#connections.add(connection)
    connection.socket.once('close', () => {
      this.#connections.delete(connection)
      addClosed(this.#closed, connection)
      if (this.#connections.size < this.mostConnections / 2) this.#isFull = false
      if (this.#connections.size === 0) this.#drained?.()
    })
  }

  /** Loaded only where it is spoken. */
  async #openHttp2(): Promise<Http2Entrance> {
    const { Http2Connection } = await import('./http2-connection.js')
    return {
      enter: (from, bytes) => {
        const { socket } = from
        this.#connections.delete(from)
        this.#closed.requests += from.requests
        if (socket.destroyed) return
        if (bytes.length > 0) socket.unshift(bytes)
        this.#add(new Http2Connection(socket, this.#rules, this.#handler))
      },
    }
  }

  /** Told once, and again when it has become better in between. */
  #refuse(reason: string): void {
    if (this.#isFull) return
    this.#isFull = true
    this.#handler.full(reason)
  }
}
