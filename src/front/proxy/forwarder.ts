/**
 * The way to upstreams: http-proxy with a pool of connections. The two adapters are what it takes for a request and a
 * response of Node; ours are neither, since the front has an HTTP/1.1 engine of its own, and HTTP/2.
 */
import { EventEmitter } from 'node:events'
import type Http from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type * as HttpProxy from 'http-proxy'
import { loadLater } from '../../base/load-later.js'
import type { Upstream } from './upstream.js'

const http = loadLater<typeof Http>('node:http')
const httpProxy = loadLater<typeof HttpProxy>('http-proxy')

/**
 * Milliseconds that a connection waits for its next request. Short: an upstream that closes it at the very moment at
 * which a request goes out may have read that, so it cannot be sent again, and the client gets 502.
 */
const idleTime = 1000

/** Bytes of a response's head. Apache limits only its fields, one by one. */
const longestHead = 1024 * 1024

export class Forwarder {
  /** Both are null until the first request. */
  #agent: Http.Agent | null = null
  #proxy: HttpProxy.ProxyServer | null = null

  /**
   * Sends a request.
   *
   * @param failed the upstream cannot be reached, or what it says is no response; also after the response has begun
   */
  send(
    { target }: Upstream,
    method: string,
    request: OutgoingRequest,
    client: ClientSide,
    failed: (error: NodeJS.ErrnoException) => void,
  ): void {
    this.#agent ??= new (http().Agent)({ keepAlive: true, timeout: idleTime, scheduling: 'lifo' })
    this.#proxy ??= httpProxy().createProxyServer({})
    const options = {
      target,
      method,
      agent: this.#agent,
      selfHandleResponse: true,
      // Targets are made here; it would normalise them.
      toProxy: true,
      prependPath: false,
      ssl: { maxHeaderSize: longestHead },
    }
    this.#proxy.web(
      request as unknown as Http.IncomingMessage,
      client as unknown as Http.ServerResponse,
      options,
      failed,
    )
  }
}

/** The request for http-proxy, which opens one to the upstream and pipes the body into it. */
export class OutgoingRequest extends Readable {
  /** Known to http-proxy for rules that do not apply here; the method goes in beside. */
  readonly method = 'GET'
  readonly url = '/'
  readonly headers = {}
  readonly httpVersionMajor = 1
  readonly #opened: (upstream: Http.ClientRequest) => Readable | null

  /**
   * @param socket of the client
   * @param opened hears of the request to the upstream before anything of it goes out; gives the body, or null for none
   */
  constructor(
    readonly socket: Socket,
    opened: (upstream: Http.ClientRequest) => Readable | null,
  ) {
    super()
    this.#opened = opened
  }

  get connection(): Socket {
    return this.socket
  }

  override pipe<Destination extends NodeJS.WritableStream>(destination: Destination): Destination {
    const upstream = destination as unknown as Http.ClientRequest
    const body = this.#opened(upstream)
    if (body === null) upstream.end()
    else body.pipe(upstream)
    return destination
  }

  override _read(): void {}
}

/** The response for http-proxy: it only hears from it whether the client is still there. */
export class ClientSide extends EventEmitter {
  readonly headersSent = false
  readonly finished = false
  readonly writableFinished = false

  /** The client has left. */
  leave(): void {
    this.emit('close')
  }
}
