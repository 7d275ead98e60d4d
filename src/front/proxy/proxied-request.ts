/**
 * One request on its way to an upstream and back, with back-pressure in both directions. It goes out once: nothing is
 * tried again, since nobody can know what the upstream has read.
 */
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Patience, type PatienceRule } from '../../http/patience.js'
import { plainAddress } from '../plain-address.js'
import { type HttpExchange, writeHead } from '../reply.js'
import { httpDate } from '../response-head.js'
import { ClientBody } from './client-body.js'
import { type ProxyFailure, proxyFailure } from './failure.js'
import { ClientSide, type Forwarder, OutgoingRequest } from './forwarder.js'
import type { ProxyRoute } from './mounts.js'
import { upstreamFields } from './request-fields.js'
import { upstreamTarget } from './request-target.js'
import { clientFields, longField, type ResponseContext } from './response-fields.js'
import { joinTunnel } from './tunnel.js'

/** What a request needs beside its route. */
export interface ProxyContext extends ResponseContext {
  readonly forwarder: Forwarder
  /** Seconds that the upstream may be silent (--proxy-timeout). */
  readonly timeout: number
  /** Seconds that both sides of a tunnel may be silent. */
  readonly tunnelTimeout: number
  /** The host that the client asks for, as written, the port of the request, and the name of this server. */
  readonly host: string | null
  readonly port: string
  readonly server: string
  /** Hops that are left; null: any number. */
  readonly hops: number | null
  /** What the path says of a body whose type the upstream does not tell, as Apache has it. */
  readonly typeOfPath: () => string | undefined
  /** Answers for an upstream that does not. */
  readonly failed: (failure: ProxyFailure) => void
  /** The client broke its body off. */
  readonly refused: (status: number) => void
  /** The response ends before its end: the client sees that, and the log tells it. */
  readonly cut: (words: string) => void
}

export class ProxiedRequest {
  readonly #http: HttpExchange
  readonly #route: ProxyRoute
  readonly #context: ProxyContext
  readonly #patience: Patience
  readonly #rule: PatienceRule
  readonly #client = new ClientSide()
  readonly #body: ClientBody
  /** See {@link upgradeOf}. */
  readonly #upgrade: string | null
  /** The body, where all of it was here at once. */
  #whole: Buffer | null = null
  #upstream: ClientRequest | null = null
  #connected = false
  /** Bytes that were read on the connection before. */
  #readBefore = 0
  #outOfTime = false
  /** The upstream is asked whether it wants the body. */
  #asked: boolean
  #answer: IncomingMessage | null = null
  #headSent = false
  #done = false

  constructor(http: HttpExchange, route: ProxyRoute, context: ProxyContext) {
    this.#http = http
    this.#route = route
    this.#context = context
    this.#patience = new Patience(() => this.#silent())
    this.#rule = { milliseconds: context.timeout * 1000, longest: 0, bytesPerSecond: 0 }
    this.#upgrade = upgradeOf(http)
    this.#asked = http.request.expects === 'continue' && http.internal === null
    this.#body = new ClientBody(http.request, {
      begun: whole => this.#bodyBegun(whole),
      broken: status => this.#bodyBroken(status),
    })
    http.response.once('close', () => this.#clientLeft())
  }

  start(): void {
    const { http } = this
    const { body } = http
    http.body = 'none'
    const announced = http.internal === null ? http.head.contentLength : null
    if (body === 'streamed' && !this.#asked) return this.#body.collect()
    if (body === 'streamed') return this.#send(announced === null ? null : Number(announced))
    if (typeof body !== 'string') {
      this.#whole = body
      this.#body.push(body)
      this.#body.push(null)
      return this.#send(body.length)
    }
    this.#body.push(null)
    this.#send(announced === null ? 'none' : 0)
  }

  private get http(): HttpExchange {
    return this.#http
  }

  // The request.

  #bodyBegun(whole: number | null): void {
    if (this.#done || this.#upstream !== null) return
    const announced = this.http.head.contentLength
    this.#send(announced === null ? whole : Number(announced))
  }

  #send(length: number | null | 'none'): void {
    if (this.#done) return
    const { forwarder } = this.#context
    const { request, method } = this.http
    const outgoing = new OutgoingRequest(request.socket, upstream => this.#opened(upstream, length))
    this.#patience.start(this.#rule)
    forwarder.send(this.#route.upstream, method, outgoing, this.#client, error =>
      this.#failed(error),
    )
  }

  /** Makes the head of the request: nothing of it has gone out yet. */
  #opened(upstream: ClientRequest, length: number | null | 'none'): ClientBody | null {
    this.#upstream = upstream
    upstream.path = upstreamTarget(this.#route.path, this.http.target)
    for (const name of upstream.getHeaderNames()) upstream.removeHeader(name)
    // Without a word about the body none is added either.
    upstream.removeHeader('Content-Length')
    upstream.removeHeader('Transfer-Encoding')
    const fields = this.#fields(length)
    for (let at = 0; at < fields.length; at += 2) upstream.setHeader(fields[at]!, fields[at + 1]!)
    upstream.once('socket', socket => this.#hasSocket(socket))
    upstream.on('information', info => this.#informed(info))
    upstream.once('response', answer => this.#answered(answer))
    upstream.once('upgrade', (answer, socket, head) => this.#upgraded(answer, socket, head))
    upstream.on('drain', () => this.#patience.renew())
    if (this.#asked) upstream.flushHeaders()
    return length === 'none' ? null : this.#body
  }

  #fields(length: number | null | 'none'): string[] {
    const { host, port, server, hops } = this.#context
    const { request } = this.http
    return upstreamFields({
      rawHeaders: request.rawHeaders,
      hostField: this.#route.upstream.hostField,
      client: plainAddress(request.socket.remoteAddress),
      host,
      server,
      port: this.#route.port ?? port,
      prefix: this.#route.prefix,
      secure: request.secure,
      length,
      expects: this.#asked,
      upgrade: this.#upgrade,
      maxForwards: hops,
    })
  }

  #hasSocket(socket: Socket): void {
    this.#readBefore = socket.bytesRead
    if (!socket.connecting) this.#connected = true
    else {
      socket.once('connect', () => {
        this.#connected = true
        this.#patience.renew()
      })
    }
  }

  #bodyBroken(status: number): void {
    if (this.#done) return
    const begun = this.#headSent
    this.#end()
    if (begun) this.http.response.destroy()
    else this.#context.refused(status)
  }

  // The response.

  #informed({ statusCode, statusMessage, rawHeaders }: InterimAnswer): void {
    if (this.#done) return
    this.#patience.renew()
    const { request, response } = this.http
    if (statusCode === 100 && !this.#asked) return
    // A client of HTTP/1.0 knows none of them.
    if (request.version >= 11) {
      response.writeInterim(
        statusCode,
        statusMessage,
        clientFields(rawHeaders, this.#context, true),
      )
    }
    if (statusCode !== 100) return
    this.#asked = false
    response.continued = true
    this.#body.collect()
  }

  #answered(answer: IncomingMessage): void {
    if (this.#done) return void answer.destroy()
    this.#answer = answer
    this.#asked = false
    this.#patience.renew()
    answer.on('error', error => this.#failed(error))
    const fault = faultOf(answer)
    if (fault !== null) return this.#giveUp(fault)
    answer.on('data', piece => this.#piece(piece as Buffer))
    answer.once('end', () => this.#ended())
    // What follows at once goes out with the head; a head alone does not wait.
    setImmediate(() => this.#flushHead())
  }

  #flushHead(): void {
    if (this.#done) return
    this.#sendHead()
    this.http.response.flushHeaders()
  }

  #sendHead(): void {
    if (this.#headSent) return
    this.#headSent = true
    const { statusCode = 502, statusMessage = '', rawHeaders } = this.#answer!
    const fields = this.#clientFields(statusCode, rawHeaders)
    const isTyped = this.#answer!.headers['content-type'] !== undefined
    const type = isTyped || isBodiless(statusCode) ? undefined : this.#context.typeOfPath()
    if (type !== undefined) fields.push('Content-Type', type)
    const notes = { forwarded: true, guessesType: type !== undefined }
    writeHead(this.http, statusCode, statusMessage, fields, notes)
  }

  #clientFields(status: number, rawHeaders: readonly string[]): string[] {
    const hasBody = !isBodiless(status)
    const fields = withDate(clientFields(rawHeaders, this.#context, hasBody))
    const comesInChunks = this.#answer!.headers['transfer-encoding'] !== undefined
    if (this.http.response.isHead && comesInChunks) fields.push('Transfer-Encoding', 'chunked')
    return fields
  }

  #piece(piece: Buffer): void {
    if (this.#done) return
    this.#patience.renew()
    this.#sendHead()
    const { response } = this.http
    if (response.write(piece)) return
    // The client is what is waited for now.
    this.#patience.stop()
    this.#answer!.pause()
    response.once('drain', () => {
      if (this.#done) return
      this.#patience.start(this.#rule)
      this.#answer!.resume()
    })
  }

  #ended(): void {
    if (this.#done) return
    this.#sendHead()
    this.#end(false)
    this.http.response.end()
  }

  // Upgrades.

  #upgraded(answer: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#done || this.#upgrade === null || !isWebSocket(answer.headers.upgrade)) {
      socket.destroy()
      const upgrade = answer.headers.upgrade ?? 'nothing'
      const words = `switched to a protocol that nobody asked for: ${upgrade}`
      return this.#giveUp({ status: 502, reason: 'Proxy Error', words })
    }
    const { response } = this.http
    this.#done = true
    this.#patience.end()
    const fields = withDate(clientFields(answer.rawHeaders, this.#context, true))
    fields.push('Connection', 'Upgrade', 'Upgrade', 'websocket')
    joinTunnel(response, { status: 101, reason: answer.statusMessage ?? '', fields }, socket, {
      head,
      rule: { ...this.#rule, milliseconds: this.#context.tunnelTimeout * 1000 },
    })
  }

  // The end.

  #silent(): void {
    // The client has times of its own.
    if (this.#waitsForClient) return this.#patience.start(this.#rule)
    this.#outOfTime = true
    const error = new Error('out of time')
    this.#failed(error)
  }

  get #waitsForClient(): boolean {
    const upstream = this.#upstream
    if (upstream === null || !this.#connected || this.#asked) return false
    return !upstream.writableEnded && !upstream.writableNeedDrain
  }

  #failed(error: NodeJS.ErrnoException): void {
    // What comes behind a whole response spoils nothing but the connection.
    if (this.#done || this.#answer?.complete) return
    if (this.#headSent) {
      this.#end()
      this.#context.cut(this.#outOfTime ? 'fell silent' : error.message)
      this.http.response.destroy()
      return
    }
    const socket = this.#upstream?.socket
    const progress = {
      connected: this.#connected,
      answered: this.#answer !== null,
      heard: (socket?.bytesRead ?? 0) > this.#readBefore,
      outOfTime: this.#outOfTime,
      asked: this.#asked,
    }
    this.#giveUp(proxyFailure(error, progress))
  }

  #giveUp(failure: ProxyFailure): void {
    if (this.#done) return
    this.#end()
    // Nobody has had it: it goes to the document of the error, if that is forwarded.
    if (!this.#connected && this.#whole !== null) this.http.body = this.#whole
    this.#context.failed(failure)
  }

  #clientLeft(): void {
    this.#done = true
    this.#patience.end()
    this.#body.dropRest()
    this.#client.leave()
  }

  /** @param cut the connection to the upstream is of no use any more */
  #end(cut = true): void {
    this.#done = true
    this.#patience.end()
    const isThrough = this.#upstream?.writableFinished ?? true
    this.#body.dropRest()
    if (cut || !isThrough) this.#upstream?.destroy()
  }
}

type InterimAnswer = Pick<IncomingMessage, 'rawHeaders'> & {
  readonly statusCode: number
  readonly statusMessage: string
}

/**
 * The upgrade to WebSocket that a client asks for; null for none, and for any other, which is not passed on
 * (upgrade=websocket of ProxyPass). HTTP/1.0 has none (RFC 9110, 7.8).
 */
function upgradeOf({ request, internal }: HttpExchange): string | null {
  const { upgrade } = request.headers
  return internal === null && request.version === 11 && isWebSocket(upgrade) ? upgrade : null
}

function isWebSocket(upgrade: string | undefined): upgrade is string {
  return upgrade?.toLowerCase() === 'websocket'
}

/** Date and Server come first; those of the upstream stay. */
function withDate(fields: readonly string[]): string[] {
  const first = { date: ['Date', httpDate()], server: ['Server', 'Apache'] }
  const others: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!
    const lower = name.toLowerCase()
    if (lower === 'date' || lower === 'server') first[lower] = [name, fields[at + 1]!]
    else others.push(name, fields[at + 1]!)
  }
  return [...first.date, ...first.server, ...others]
}

/** What a status line of Apache's buffer has room for. */
const longestReason = 8192 - 'HTTP/1.1 200 '.length

function faultOf(answer: IncomingMessage): ProxyFailure | null {
  if (answer.httpVersionMajor !== 1) {
    const words = `sent what is no response: HTTP/${answer.httpVersion}`
    return { status: 502, reason: 'Proxy Error', words }
  }
  const { statusCode = 0, statusMessage = '' } = answer
  if (statusCode === 101 || statusMessage.length > longestReason) {
    const words = `sent what is no response: ${statusCode} ${statusMessage.slice(0, 40)}`
    return { status: 502, reason: 'Proxy Error', words }
  }
  const field = longField(answer.rawHeaders)
  if (field === null) return null
  return { status: 502, reason: 'Bad Gateway', words: `sent a field that is too long: ${field}` }
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304
}
