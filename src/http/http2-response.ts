/** A response as HTTP/2 sends it: on a stream of its own, which tells by itself where the body ends. */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { HttpResponse, type ResponseOwner, type Written } from './response.js'

/** Fields that speak of the connection, which is not that of one response (RFC 9113, 8.2.2). */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'te',
])

export class Http2Response extends HttpResponse {
  readonly #stream: ServerHttp2Stream
  /** Waits for the first bytes of the body. */
  #head: OutgoingHttpHeaders | null = null
  #bodiless = false

  /** @param method that of the request: HEAD gets no body */
  constructor(owner: ResponseOwner, method: string, stream: ServerHttp2Stream) {
    super(owner, method, true)
    this.#stream = stream
  }

  override get isOneOfMany(): boolean {
    return true
  }

  get canChunk(): boolean {
    return true
  }

  /** It is not for one response to say. */
  get keepsConnection(): boolean {
    return true
  }

  endsWithConnection(): boolean {
    return false
  }

  destroy(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  }

  protected putInterim(status: number, _reason: string, fields: readonly string[]): void {
    if (!this.#isOpen) return
    const headers = headersOf(status, withoutConnection(fields))
    // It is news only: what cannot be sent is left out.
    tries(() => this.#stream.additionalHeaders(headers))
  }

  protected addFraming(status: number, fields: string[]): void {
    const kept = withoutConnection(fields)
    if (kept.length < fields.length) fields.splice(0, fields.length, ...kept)
    this.#bodiless = this.isHead || status === 204 || status === 205 || status === 304
    const length = this.announcedLength(fields)
    const isKnown = length !== null && !Number.isNaN(length)
    if (isKnown) this.room = length
    if (this.isHead && isKnown) {
      // What HEAD would get is counted, as Apache does.
      this.bodyBytes = length
      this.room = 0
    } else if (this.#bodiless && !this.isHead) this.room = 0
  }

  protected setHead(status: number, _reason: string, fields: string[]): void {
    this.#head = headersOf(status, fields)
  }

  protected get sink(): ServerHttp2Stream {
    return this.#stream
  }

  protected putHead(): void {
    const head = this.#head
    this.#head = null
    if (head !== null && this.#isOpen) this.#send(head)
  }

  protected putBody(body: Buffer, written?: Written): boolean {
    this.putHead()
    if (this.#bodiless || !this.#isOpen) {
      if (written) process.nextTick(written)
      return true
    }
    return this.told(this.#stream.write(body, written))
  }

  protected putLast(body: Buffer): void {
    const head = this.#head
    this.#head = null
    if (!this.#isOpen) return
    const isEmpty = this.#bodiless || body.length === 0
    if (head !== null) this.#send(head, isEmpty)
    if (!this.#isOpen || (head !== null && isEmpty)) return
    if (!isEmpty) this.#stream.end(body)
    else if (!this.#stream.writableEnded) this.#stream.end()
    // Nobody waits for room any more, but the client may still leave it there.
    this.told(false)
  }

  /** What Node takes for no head resets the stream: others go over this connection, and it is no fault of theirs. */
  #send(head: OutgoingHttpHeaders, endStream = false): void {
    if (!tries(() => this.#stream.respond(head, { endStream }))) this.destroy()
  }

  /** A stream that the client has reset takes nothing more, some moments before that is heard of. */
  get #isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed
  }
}

/** False: it throws. */
function tries(send: () => void): boolean {
  try {
    send()
    return true
  } catch {
    return false
  }
}

function withoutConnection(fields: readonly string[]): string[] {
  return fields.filter((_, at) => !ofConnection.has(fields[at & ~1]!.toLowerCase()))
}

/** The highest status that Node sends over HTTP/2. */
const highestStatus = 599

/** Fields that Node sends once only: several values become one, as Apache has it for what applications send. */
const single: ReadonlySet<string> = new Set(
  `access-control-allow-credentials access-control-max-age access-control-request-method age authorization
  content-encoding content-language content-length content-location content-md5 content-range content-type date dnt
  etag expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location
  max-forwards proxy-authorization range referer retry-after server tk upgrade-insecure-requests user-agent
  x-content-type-options`.split(/\s+/),
)

/** Names in lower case; Date and Server come last, as mod_http2 has them. */
function headersOf(status: number, fields: readonly string[]): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ':status': status > highestStatus ? 500 : status }
  const last: OutgoingHttpHeaders = {}
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase()
    const place = name === 'date' || name === 'server' ? last : headers
    const before = place[name]
    const value = fields[at + 1]!
    if (before === undefined) place[name] = value
    else if (single.has(name)) place[name] = `${before}, ${value}`
    else place[name] = Array.isArray(before) ? [...before, value] : [String(before), value]
  }
  return Object.assign(headers, last)
}
