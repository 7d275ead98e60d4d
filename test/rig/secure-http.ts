/** Requests over HTTPS for tests, for the host example.test, one connection each. */
import { type IncomingHttpHeaders, request } from 'node:http'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'

export interface SecureAsked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** What the client shows and believes. */
  readonly tls: ConnectionOptions
}

export interface SecureAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The lines of the body `key=value`. */
  readonly keys: Readonly<Record<string, string>>
  readonly socket: TLSSocket
}

/** Sends a request and reads the whole response. */
export async function askSecurely(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body, tls }: SecureAsked,
): Promise<SecureAnswer> {
  const socket = await openSecurely(port, tls)
  return new Promise((resolve, reject) => {
    const asked = request({
      method,
      path,
      headers: { Host: 'example.test', ...headers },
      createConnection: () => socket,
    })
    socket.once('error', reject)
    asked.once('error', reject)
    asked.once('response', response => {
      const pieces: Buffer[] = []
      response.on('data', piece => pieces.push(piece as Buffer))
      response.once('error', reject)
      response.once('end', () => {
        const text = Buffer.concat(pieces).toString('latin1')
        const status = response.statusCode!
        resolve({ status, headers: response.headers, body: text, keys: keysOf(text), socket })
        socket.destroy()
      })
    })
    asked.end(body)
  })
}

/** A connection whose handshake is over. */
export function openSecurely(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'example.test', ...options })
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

function keysOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap(line => {
      const mark = line.indexOf('=')
      return mark < 0 ? [] : [[line.slice(0, mark), line.slice(mark + 1)]]
    }),
  )
}
