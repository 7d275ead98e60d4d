/** The sockets that wait for connections on one port, one for each address. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { exitCode, UserError } from '../base/errors.js'
import { listenAddresses } from './listen-addresses.js'

export interface ListenOptions {
  /** Addresses to listen on; an address family that the machine does not have is left out. */
  readonly hosts: readonly string[]
  /** 0: any free port, the same for all hosts. */
  readonly port: number
  /** Length of the listen queue (--server-backlog). */
  readonly backlog: number
  /** The option that names the port. */
  readonly option: '--port' | '--https-port'
}

export interface ListeningUser {
  connected(socket: Socket): void
  /** A connection cannot be taken: no descriptor is left for it, for example. The others are there. */
  failed(reason: string): void
}

export class ListeningSockets {
  readonly #options: ListenOptions
  readonly #user: ListeningUser
  readonly #servers: Server[] = []
  #port = 0

  constructor(options: ListenOptions, user: ListeningUser) {
    this.#options = options
    this.#user = user
  }

  /** The port listened on. */
  get port(): number {
    return this.#port
  }

  /** Binds the addresses. Throws {@link UserError} when one is taken or not permitted. */
  async open(): Promise<void> {
    const { port, option } = this.#options
    this.#port = port
    let missing: UserError | null = null
    for (const { host, address } of await this.#addresses()) {
      try {
        await this.#listenOn(address)
      } catch (error) {
        const refused = notListening(error as NodeJS.ErrnoException, host, option, this.#port)
        if (!noSuchFamily.has((error as NodeJS.ErrnoException).code ?? '')) {
          await this.#closeAll()
          throw refused
        }
        missing = refused
      }
    }
    if (this.#servers.length === 0 && missing) throw missing
  }

  async #addresses(): Promise<{ host: string; address: string }[]> {
    const { hosts, option, port } = this.#options
    const all = hosts.map(async host => {
      const found = await listenAddresses(host).catch((error: NodeJS.ErrnoException) => {
        throw notListening(error, host, option, port)
      })
      return found.map(address => ({ host, address }))
    })
    return (await Promise.all(all)).flat()
  }

  async #listenOn(address: string): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, socket =>
      this.#user.connected(socket),
    )
    await listenOn(server, address, this.#port, this.#options.backlog)
    server.on('error', error => this.#user.failed(error.message))
    this.#servers.push(server)
    this.#port = (server.address() as AddressInfo).port
  }

  /** Takes no new connections. */
  close(): void {
    for (const server of this.#servers) server.close()
  }

  async #closeAll(): Promise<void> {
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

function notListening(
  error: NodeJS.ErrnoException,
  host: string,
  option: string,
  port: number,
): UserError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `${option} ${port} is taken on ${host}: stop the program that uses it, or name another port`,
    EACCES: `${option} ${port} may not be used by this user: name one above 1023`,
    EADDRNOTAVAIL: `--host ${host} is not an address of this machine`,
    ENOTFOUND: `--host ${host} is not known`,
    EAI_AGAIN: `--host ${host} is not known`,
  }
  const text = reasons[error.code ?? ''] ?? `--host ${host} ${option} ${port}: ${error.message}`
  return new UserError(text, exitCode.addressNotAvailable, { cause: error })
}
