/** One request on a connection: its head, and its body for whoever wants it. */
import type { Socket } from 'node:net'
import type { Fault } from './body-decoder.js'
import type { Expectation } from './framing.js'
import type { Head, Version } from './head.js'

/** Takes the body of a request. */
export interface BodyReceiver {
  bodyPiece(piece: Buffer): void
  /** The body is complete. */
  bodyEnd(): void
  /** It will not be: the status is the one to answer with, if there is still somebody to answer. */
  bodyBroken(status: Fault | 408): void
}

/** What a request needs of its connection. */
export interface BodySource {
  readonly socket: Socket
  /** It came over TLS. */
  readonly secure: boolean
  /** Gives the body as soon as it is complete and no longer than `limit`; null else. */
  takeWhole(limit: number): Buffer | null
  /** Hands the body to the receiver, beginning with what is here already. */
  startBody(receiver: BodyReceiver): void
  pauseBody(): void
  resumeBody(): void
  /** Goes on with HTTP/2; only where that is asked for. */
  switchProtocol(): void
}

/** Where a request came over HTTP/2. */
export interface StreamName {
  /** Number of the connection among those of HTTP/2. */
  readonly connection: number
  readonly id: number
  /** The client takes pushed responses. */
  readonly takesPushes: boolean
}

/** Whether HTTP/2 is spoken of: `offered` is for the server to say, `asked` was by the client. */
export type Upgrade = 'none' | 'offered' | 'asked'

const nobody: BodyReceiver = { bodyPiece() {}, bodyEnd() {}, bodyBroken() {} }

export class HttpRequest {
  readonly method: string
  /** The target as sent. */
  readonly url: string
  /** As sent, such as `HTTP/1.1`. */
  readonly protocol: string
  readonly version: Version
  /** Names and values, alternating, as sent. */
  readonly rawHeaders: readonly string[]
  readonly #source: BodySource
  /** The whole body has been received, or there is none. */
  complete: boolean
  /** Null for HTTP/1. */
  stream: StreamName | null = null
  /** See {@link switchProtocol}. */
  upgrade: Upgrade = 'none'
  /** Its length was told in two ways: only the application gets to see such a body. */
  twoLengths = false
  /** See {@link TurnOfReading}; false again as soon as somebody waits for something before it is answered. */
  cameWithTurn = false
  #received = false
  #headers: Record<string, string | undefined> | null = null

  /**
   * @param fields those of the head that others may see
   * @param hasBody a body follows
   * @param expects `continue`: the client waits for a word before it sends the body
   */
  constructor(
    head: Head,
    fields: readonly string[],
    readonly hasBody: boolean,
    readonly expects: Expectation,
    source: BodySource,
  ) {
    this.method = head.method
    this.url = head.target
    this.protocol = head.protocol
    this.version = head.version
    this.rawHeaders = fields
    this.#source = source
    this.complete = !hasBody
  }

  get socket(): Socket {
    return this.#source.socket
  }

  /** It came over TLS. */
  get secure(): boolean {
    return this.#source.secure
  }

  /** `ADDRESS:PORT` of the client, for log lines. */
  get client(): string {
    const { remoteAddress, remotePort } = this.socket
    return `${remoteAddress}:${remotePort}`
  }

  /** Fields by their names in lower case; repeated ones are joined. */
  get headers(): Readonly<Record<string, string | undefined>> {
    this.#headers ??= headersOf(this.rawHeaders)
    return this.#headers
  }

  /** The body if all of it is here already and it is no longer than `limit` bytes; null else. */
  takeWhole(limit: number): Buffer | null {
    if (this.#received) return null
    const body = this.#source.takeWhole(limit)
    if (body !== null) this.#received = true
    return body
  }

  /** Hands the body over; once. */
  receive(receiver: BodyReceiver): void {
    if (this.#received) return
    this.#received = true
    this.#source.startBody(receiver)
  }

  /** Has the request served over HTTP/2, as the client has asked; this one is over. */
  switchProtocol(): void {
    this.#source.switchProtocol()
  }

  pause(): void {
    this.#source.pauseBody()
  }

  /** Goes on after {@link pause}. A body that nobody has asked for is read and dropped. */
  resume(): void {
    if (!this.#received) this.receive(nobody)
    else this.#source.resumeBody()
  }
}

function headersOf(fields: readonly string[]): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = Object.create(null)
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase()
    const before = headers[name]
    headers[name] = before === undefined ? fields[at + 1]! : `${before}, ${fields[at + 1]}`
  }
  return headers
}
