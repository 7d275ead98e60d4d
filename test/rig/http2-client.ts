/** A client of HTTP/2 for tests: one connection, requests on it, and whole responses. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2'
import { onTestFinished } from 'vitest'

export interface Http2Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader
  readonly body: Buffer
  /** 0 unless the stream was reset. */
  readonly reset: number
}

export class Http2Client {
  readonly session: ClientHttp2Session
  /** Settles with the last stream that the server has looked at, when it says that it takes no more. */
  readonly sentAway: Promise<number>
  readonly closed: Promise<void>

  /** @param origin such as `http://127.0.0.1:8000` */
  constructor(origin: string, options: SecureClientSessionOptions = {}) {
    const session = connect(origin, options)
    this.session = session
    session.on('error', () => {})
    this.sentAway = new Promise(resolve => session.once('goaway', (_, last = 0) => resolve(last)))
    this.closed = new Promise(resolve => session.once('close', resolve))
    onTestFinished(() => session.destroy())
  }

  /** Opens a stream; its body is to be sent, unless it is not `open`. */
  begin(path: string, headers: OutgoingHttpHeaders = {}, open = false): ClientHttp2Stream {
    const stream = this.session.request({ ':path': path, ...headers }, { endStream: !open })
    stream.on('error', () => {})
    return stream
  }

  /** Sends a request and reads the whole response. */
  async ask(path: string, headers: OutgoingHttpHeaders = {}, body?: Buffer): Promise<Http2Answer> {
    const stream = this.begin(path, headers, body !== undefined)
    if (body !== undefined) stream.end(body)
    return wholeOf(stream)
  }
}

/** Reads a response to its end. */
export function wholeOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise(resolve => {
    const pieces: Buffer[] = []
    let headers: Http2Answer['headers'] = {}
    stream.on('response', answer => (headers = answer))
    stream.on('data', piece => pieces.push(piece as Buffer))
    stream.once('close', () =>
      resolve({
        status: headers[':status'] ?? 0,
        headers,
        body: Buffer.concat(pieces),
        reset: stream.rstCode ?? 0,
      }),
    )
  })
}
