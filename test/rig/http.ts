/**
 * Plain HTTP requests for tests: one connection each, bodies as text, and raw sockets where a client has to
 * misbehave.
 */
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly reason: string
  /** Lower-case names; repeated fields joined as Node does. */
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Keeps the connection for the next request. */
  readonly agent?: Agent
}

/** Sends a request and reads the whole response. */
export function ask(url: string, asked: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body, agent = false } = asked
    const length: Record<string, string> =
      body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const request = httpRequest(url, { method, headers: { ...length, ...headers }, agent })
    request.once('error', reject)
    request.once('response', response => {
      const pieces: Buffer[] = []
      response.on('data', piece => pieces.push(piece as Buffer))
      response.once('error', reject)
      response.once('end', () =>
        resolve({
          status: response.statusCode!,
          reason: response.statusMessage!,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          body: Buffer.concat(pieces).toString('utf8'),
        }),
      )
    })
    request.end(body)
  })
}

/** A connection whose bytes the test writes and reads itself. */
export class RawConnection {
  received = ''
  closed = false
  readonly #changed = new Set<() => void>()

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1')
    socket.on('data', text => this.#note(() => (this.received += text)))
    socket.on('close', () => this.#note(() => (this.closed = true)))
    socket.on('error', () => {})
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () =>
        resolve(new RawConnection(socket)),
      )
      socket.once('error', reject)
    })
  }

  send(text: string | Buffer): void {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
  }

  /** Waits until what was received matches. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.received)
      if (found) return found
      if (this.closed) throw new Error(`closed before ${pattern}; received ${this.received}`)
      await this.#change()
    }
  }

  /** Waits for the other side to close. */
  async end(): Promise<string> {
    while (!this.closed) await this.#change()
    return this.received
  }

  #note(change: () => void): void {
    change()
    for (const wake of [...this.#changed]) wake()
  }

  #change(): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        this.#changed.delete(wake)
        resolve()
      }
      this.#changed.add(wake)
    })
  }
}
