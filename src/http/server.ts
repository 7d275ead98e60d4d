/** The listening sockets of a server, one for each address and all on the same port, and its connections. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { exitCode, UserError } from '../base/errors.js'
import { type ConnectionRules, HttpConnection, type HttpHandler } from './connection.js'
import {
  addClosed,
  type ClosedTotals,
  type ConnectionTotals,
  connectionTotals,
} from './connection-totals.js'
import { listenAddresses } from './listen-addresses.js'

export interface ListenOptions {
  /** Addresses to listen on; an address family that the machine does not have is left out. */
  readonly hosts: readonly string[]
  /** 0: any free port, the same for all hosts. */
  readonly port: number
  /** Length of the listen queue (--server-backlog). */
  readonly backlog: number
}

/** Milliseconds that the first bytes on a connection may take when the server is to stop. */
const requestOnTheWay = 100

export class HttpServer {
  readonly #options: ListenOptions
  readonly #rules: ConnectionRules
  readonly #handler: HttpHandler
  readonly #servers: Server[] = []
  readonly #connections = new Set<HttpConnection>()
  readonly #closed: ClosedTotals = { requests: 0, bytesSent: 0 }
  #port = 0
  /** Connections that may be open at a time; others are closed at once. */
  mostConnections = Number.POSITIVE_INFINITY
  #drained: (() => void) | null = null
  /** Somebody was told that connections are refused. */
  #isFull = false

  constructor(options: ListenOptions, rules: ConnectionRules, handler: HttpHandler) {
    this.#options = options
    this.#rules = rules
    this.#handler = handler
  }

  /** The port listened on. */
  get port(): number {
    return this.#port
  }

  /** Binds the addresses. Throws {@link UserError} when one is taken or not permitted. */
  async listen(): Promise<void> {
    this.#port = this.#options.port
    let missing: UserError | null = null
    for (const { host, address } of await this.#addresses()) {
      try {
        await this.#listenOn(address)
      } catch (error) {
        const refused = notListening(error as NodeJS.ErrnoException, host, this.#port)
        if (!noSuchFamily.has((error as NodeJS.ErrnoException).code ?? '')) {
          await this.#closeServers()
          throw refused
        }
        missing = refused
      }
    }
    if (this.#servers.length === 0 && missing) throw missing
  }

  async #addresses(): Promise<{ host: string; address: string }[]> {
    const all = this.#options.hosts.map(async host => {
      const found = await listenAddresses(host).catch((error: NodeJS.ErrnoException) => {
        throw notListening(error, host, this.#port)
      })
      return found.map(address => ({ host, address }))
    })
    return (await Promise.all(all)).flat()
  }

  async #listenOn(address: string): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, socket =>
      this.#connected(socket),
    )
    await listenOn(server, address, this.#port, this.#options.backlog)
    // No descriptor is left for a connection, for example: it is not there, and the others are.
    server.on('error', error => this.#refuse(error.message))
    this.#servers.push(server)
    this.#port = (server.address() as AddressInfo).port
  }

  totals(): ConnectionTotals {
    return connectionTotals(this.#closed, this.#connections)
  }

  /** Takes no new connections, and closes those that are idle. */
  stopAccepting(): void {
    for (const server of this.#servers) server.close()
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
    for (const server of this.#servers) server.close()
    for (const connection of this.#connections) connection.socket.destroy()
  }

  #connected(socket: Socket): void {
    const { mostConnections } = this
    if (this.#connections.size >= mostConnections) {
      socket.on('error', () => {})
      socket.destroy()
      return this.#refuse(`${mostConnections} are open, and the limit of open files allows no more`)
    }
    // Asked for now, since a socket that the client has reset does not tell it any more. Then there is nobody to
    // answer, and nobody who could be named to the application.
    if (socket.remoteAddress === undefined) return void socket.destroy()
    const connection = new HttpConnection(socket, this.#rules, this.#handler)
    this.#connections.add(connection)
    socket.once('close', () => {
      this.#connections.delete(connection)
      addClosed(this.#closed, connection)
      if (this.#connections.size < this.mostConnections / 2) this.#isFull = false
      if (this.#connections.size === 0) this.#drained?.()
    })
  }

  /** Told once, and again when it has become better in between. */
  #refuse(reason: string): void {
    if (this.#isFull) return
    this.#isFull = true
    this.#handler.full(reason)
  }

  async #closeServers(): Promise<void> {
    await Promise.all(this.#servers.map(server => new Promise(resolve => server.close(resolve))))
  }
}

/** Codes that say that the machine does not have this kind of address. */
const noSuchFamily: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])

function listenOn(server: Server, host: string, port: number, backlog: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function notListening(error: NodeJS.ErrnoException, host: string, port: number): UserError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `--port ${port} is taken on ${host}: stop the program that uses it, or name another port`,
    EACCES: `--port ${port} may not be used by this user: name one above 1023`,
    EADDRNOTAVAIL: `--host ${host} is not an address of this machine`,
    ENOTFOUND: `--host ${host} is not known`,
    EAI_AGAIN: `--host ${host} is not known`,
  }
  const text = reasons[error.code ?? ''] ?? `--host ${host} --port ${port}: ${error.message}`
  return new UserError(text, exitCode.addressNotAvailable, { cause: error })
}
