/** A response as HTTP/1 sends it: head and body, in one of its framings, on the socket of the connection. */
import type { Socket } from 'node:net'
import type { Version } from './head.js'
import { type KeptBody, KeptWires } from './kept-wires.js'
import { HttpResponse, type ResponseOwner, type Written } from './response.js'

/** How the end of the body is told (RFC 9112, 6.3); `raw`: the application sees to it. */
type Framing = 'none' | 'length' | 'chunked' | 'close' | 'raw'

/** Bodies up to this size are joined to the head, so that both are one write to the socket. */
const mostJoinedBytes = 4 * 1024

export class Http1Response extends HttpResponse {
  #head = ''
  /** Null until it is decided, with {@link endsWithConnection} or {@link writeHead}. */
  #framing: Framing | null = null
  readonly #version: Version

  /** @param method that of the request: HEAD gets no body */
  constructor(owner: ResponseOwner, method: string, version: Version, keepAlive: boolean) {
    super(owner, method, keepAlive)
    this.#version = version
  }

  get canChunk(): boolean {
    return this.#version === 11 && !this.neverChunked && !this.isHead
  }

  get keepsConnection(): boolean {
    return this.keepAlive && !this.lastOne && this.#framing !== 'close'
  }

  endsWithConnection(status: number, fields: readonly string[]): boolean {
    this.#framing = this.#framingFor(status, fields)
    return this.#framing === 'close'
  }

  override passThrough(): boolean {
    this.headersSent = true
    this.status = 200
    this.keepAlive = false
    this.#framing = 'close'
    return true
  }

  /** The last response of HTTP/1 on this connection: 101. */
  switchProtocol(fields: string[]): void {
    this.switches = true
    this.room = 0
    this.writeHead(101, 'Switching Protocols', fields)
    this.end()
  }

  destroy(): void {
    this.socket.destroy()
  }

  protected putInterim(status: number, reason: string, fields: readonly string[]): void {
    let head = `HTTP/1.1 ${status} ${reason}\r\n`
    for (let at = 0; at < fields.length; at += 2) head += `${fields[at]}: ${fields[at + 1]}\r\n`
    this.socket.write(`${head}\r\n`, 'latin1')
  }

  protected addFraming(status: number, fields: string[]): void {
    this.#framing ??= this.#framingFor(status, fields)
    if (this.#framing === 'chunked' && this.coding === null) {
      fields.push('Transfer-Encoding', 'chunked')
    }
  }

  protected setHead(status: number, reason: string, fields: string[]): void {
    if (this.#version === 9) return
    let head = `HTTP/1.1 ${status < 100 ? String(status).padStart(3, '0') : status} ${reason}\r\n`
    for (let at = 0; at < fields.length; at += 2) head += `${fields[at]}: ${fields[at + 1]}\r\n`
    this.#head = `${head}\r\n`
  }

  protected get sink(): Socket {
    return this.socket
  }

  protected putHead(): void {
    if (this.#head === '') return
    this.socket.write(this.#head, 'latin1')
    this.#head = ''
  }

  protected putBody(body: Buffer, written?: Written): boolean {
    const { socket } = this
    if (this.#framing !== 'chunked' && this.#head === '') {
      return this.told(socket.write(body, written))
    }
    socket.cork()
    this.putHead()
    if (this.#framing === 'chunked') socket.write(`${body.length.toString(16)}\r\n`, 'latin1')
    const room = socket.write(body, this.#framing === 'chunked' ? undefined : written)
    const last = this.#framing === 'chunked' ? socket.write('\r\n', 'latin1', written) : room
    socket.uncork()
    return this.told(last)
  }

  /** Head, body and end in one write, where the body is small. */
  protected putLast(body: Buffer): void {
    if (this.kept !== null && this.#putKept(this.kept)) return
    let rest = body
    if (body.length > mostJoinedBytes) {
      this.putBody(body)
      rest = nothing
    }
    let text = this.#head
    this.#head = ''
    if (this.#framing === 'chunked') {
      if (rest.length > 0) text += `${rest.length.toString(16)}\r\n${rest.toString('latin1')}\r\n`
      text += '0\r\n\r\n'
    } else if (rest.length > 0) {
      text += rest.toString('latin1')
    }
    if (text !== '') this.told(this.socket.write(text, 'latin1'))
  }

  #putKept(kept: KeptBody): boolean {
    if (this.#framing !== 'length') return false
    const wire = keptWires.join(this.#head, kept, Math.floor(Date.now() / 1000))
    if (wire === null) return false
    this.#head = ''
    this.told(this.socket.write(wire))
    return true
  }

  #framingFor(status: number, fields: readonly string[]): Framing {
    if (this.#version === 9) return 'close'
    if (this.isHead || this.switches || status === 204 || status === 304) {
      this.room = 0
      return 'none'
    }
    if (this.coding !== null) return this.coding === 'own' ? 'raw' : 'chunked'
    const length = this.announcedLength(fields)
    if (length === null) return this.canChunk ? 'chunked' : 'close'
    if (Number.isNaN(length)) return 'raw'
    this.room = length
    return 'length'
  }
}

const keptWires = new KeptWires()
const nothing = Buffer.alloc(0)
