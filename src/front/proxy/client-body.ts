/** The body of a client's request as a stream for the upstream. The client waits while the upstream does not read. */
import { Readable } from 'node:stream'
import type { BodyReceiver, HttpRequest } from '../../http/request.js'

/**
 * So much of a body is waited for before anybody is connected to, as by Apache (MAX_MEM_SPOOL less 80): a body that is
 * shorter has a length that can be told, and one that breaks off early never reaches the upstream.
 */
const firstPart = 16 * 1024 - 80

/** What becomes of a body. */
export interface BodyEvents {
  /** Its first part is here. @param whole bytes of all of it; null: there may be more */
  begun(whole: number | null): void
  /** It cannot be had. @param status that the client is to be answered with */
  broken(status: number): void
}

export class ClientBody extends Readable implements BodyReceiver {
  readonly #request: HttpRequest
  readonly #events: BodyEvents
  #bytes = 0
  #begun = false
  #paused = false
  #dropped = false

  constructor(request: HttpRequest, events: BodyEvents) {
    super({ highWaterMark: 16 * 1024 })
    this.#request = request
    this.#events = events
  }

  /** Takes the body in. {@link BodyEvents} are told. */
  collect(): void {
    this.#request.receive(this)
  }

  /** Nobody wants the rest: it is read, since the next request comes after it. */
  dropRest(): void {
    this.#dropped = true
    this.destroy()
    this.#request.resume()
  }

  bodyPiece(piece: Buffer): void {
    if (this.#dropped) return
    this.#bytes += piece.length
    if (!this.push(piece)) {
      this.#paused = true
      this.#request.pause()
    }
    if (this.#bytes >= firstPart) this.#begin(null)
  }

  bodyEnd(): void {
    if (this.#dropped) return
    this.push(null)
    this.#begin(this.#bytes)
  }

  bodyBroken(status: number): void {
    // What the application would see as an error of its own is one of the client here.
    if (!this.#dropped) this.#events.broken(status === 500 ? 400 : status)
  }

  override _read(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#request.resume()
  }

  #begin(whole: number | null): void {
    if (this.#begun) return
    this.#begun = true
    this.#events.begun(whole)
  }
}
