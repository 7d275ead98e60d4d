/**
 * Where connections to the port of HTTPS come in: takes them through the handshake of TLS. What speaks plain HTTP there
 * is told apart before, since TLS would leave nothing to answer on.
 */
import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'

/** What the server shows and asks for in a handshake; PEM. */
export interface Credentials {
  /** The certificate of the site, and what is between it and the one that everybody knows. */
  readonly cert: string
  readonly key: string
  /** Who has to have signed the certificates of clients; null: they are asked for none. */
  readonly clientAuthority: string | null
}

export interface TlsDoorUser {
  /** The handshake is over. */
  opened(socket: TLSSocket): void
  /** Somebody speaks plain HTTP. */
  spokePlain(socket: Socket): void
  /** There was no handshake; the connection is closed. */
  failed(client: string, reason: string): void
}

/** Methods by whose beginning OpenSSL knows HTTP: GET, HEAD, POST, PUT. */
const plainBeginnings: ReadonlySet<number> = new Set(
  ['G', 'H', 'P'].map(each => each.charCodeAt(0)),
)

export class TlsDoor {
  readonly #server: Server
  readonly #user: TlsDoorUser
  readonly #silence: number
  /** Those whose handshake is not over, by their addresses. */
  readonly #waiting = new Map<string, Socket>()

  /**
   * @param protocols names of ALPN, the preferred one first
   * @param silence seconds that a client may keep the handshake waiting
   */
  constructor(
    credentials: Credentials,
    protocols: readonly string[],
    silence: number,
    user: TlsDoorUser,
  ) {
    this.#user = user
    this.#silence = silence * 1000
    this.#server = createServer({
      ...contextOf(credentials),
      ALPNProtocols: [...protocols],
      // Whether a certificate is needed depends on the path.
      requestCert: credentials.clientAuthority !== null,
      rejectUnauthorized: false,
      ...(this.#silence > 0 ? { handshakeTimeout: this.#silence } : {}),
    })
    this.#server.on('secureConnection', socket => this.#opened(socket))
    this.#server.on('tlsClientError', (error, socket) => this.#failed(error, socket))
  }

  /** Connections in the handshake. */
  get waiting(): Iterable<Socket> {
    return this.#waiting.values()
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Takes in a connection. */
  enter(socket: Socket): void {
    const name = nameOf(socket)
    this.#waiting.set(name, socket)
    socket.once('close', () => this.#forget(name, socket))
    socket.on('error', () => {})
    if (this.#silence > 0) socket.setTimeout(this.#silence, () => socket.destroy())
    socket.once('readable', () => this.#look(socket))
  }

  /** Shows other certificates to who comes from now on. Throws where they are none. */
  renew(credentials: Credentials): void {
    this.#server.setSecureContext(contextOf(credentials))
  }

  #look(socket: Socket): void {
    const first: Buffer | null = socket.read()
    if (first === null) return void socket.destroy()
    socket.setTimeout(0)
    socket.unshift(first)
    if (!plainBeginnings.has(first[0]!)) {
      // A client that ends its side in the handshake has left. The socket of TLS takes this over.
      socket.allowHalfOpen = false
      return void this.#server.emit('connection', socket)
    }
    this.#waiting.delete(nameOf(socket))
    this.#user.spokePlain(socket)
  }

  #opened(socket: TLSSocket): void {
    this.#waiting.delete(nameOf(socket))
    socket.allowHalfOpen = true
    this.#user.opened(socket)
  }

  #failed(error: Error, socket: TLSSocket): void {
    const { reason = error.message } = error as { reason?: string }
    this.#user.failed(`${socket.remoteAddress}:${socket.remotePort}`, reason)
    socket.destroy()
  }

  #forget(name: string, socket: Socket): void {
    if (this.#waiting.get(name) === socket) this.#waiting.delete(name)
  }
}

/** Connections that are open at the same time have different ones. */
function nameOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`
}

function contextOf({ cert, key, clientAuthority }: Credentials) {
  return { cert, key, ...(clientAuthority === null ? {} : { ca: clientAuthority }) }
}
