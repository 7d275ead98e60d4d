/**
 * The listening sockets of the front: one server for each address, all on the same port.
 */
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { exitCode, UserError } from '../base/errors.js'

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

export class Listeners {
  readonly #options: ListenOptions
  readonly #createServer: () => Server
  readonly #servers: Server[] = []
  readonly #sockets = new Set<Socket>()
  #port = 0

  constructor(options: ListenOptions, createServer: () => Server) {
    this.#options = options
    this.#createServer = createServer
  }

  /** The port listened on. */
  get port(): number {
    return this.#port
  }

  /** Binds the addresses. Throws {@link UserError} when one is taken or not permitted. */
  async listen(): Promise<void> {
    this.#port = this.#options.port
    let missing: UserError | null = null
    for (const host of this.#options.hosts) {
      const server = this.#createServer()
      server.on('connection', (socket: Socket) => {
        this.#sockets.add(socket)
        socket.once('close', () => this.#sockets.delete(socket))
      })
      try {
        await listenOn(server, host, this.#port, this.#options.backlog)
      } catch (error) {
        const refused = notListening(error as NodeJS.ErrnoException, host, this.#port)
        if (!noSuchFamily.has((error as NodeJS.ErrnoException).code ?? '')) {
          await this.#closeServers()
          throw refused
        }
        missing = refused
        continue
      }
      this.#servers.push(server)
      this.#port = (server.address() as AddressInfo).port
    }
    if (this.#servers.length === 0 && missing) throw missing
  }

  /** Takes no new connections, and closes those that are idle. */
  stopAccepting(): void {
    for (const server of this.#servers) {
      server.close()
      server.closeIdleConnections()
    }
    // Node does not count a connection as idle on which nothing ever came (a browser's preconnect). One that
    // was just made may have its request on the way.
    const limit = setTimeout(() => this.#closeSilent(), requestOnTheWay)
    limit.unref()
  }

  #closeSilent(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  /** Settles when no connection is left. */
  async drained(): Promise<void> {
    await Promise.all(
      this.#servers.map(server => new Promise<void>(resolve => whenClosed(server, resolve))),
    )
  }

  /** Cuts every connection. */
  destroy(): void {
    for (const server of this.#servers) {
      server.close()
      server.closeAllConnections()
    }
  }

  async #closeServers(): Promise<void> {
    await Promise.all(this.#servers.map(server => new Promise(resolve => server.close(resolve))))
  }
}

/** Node keeps an idle connection a second longer than it is told; newer versions let that be set. */
export function setKeepAliveTimeout(server: Server, milliseconds: number): void {
  if ('keepAliveTimeoutBuffer' in server) {
    server.keepAliveTimeoutBuffer = 0
    server.keepAliveTimeout = milliseconds
  } else {
    server.keepAliveTimeout = Math.max(1, milliseconds - 1000)
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

function whenClosed(server: Server, closed: () => void): void {
  server.getConnections((_, count) => {
    if (count === 0 && !server.listening) closed()
    else server.once('close', closed)
  })
}
