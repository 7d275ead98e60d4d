/** Passes the body of a request on to a CGI script, no faster than it reads. */
import type { Writable } from 'node:stream'
import type { BodyReceiver, HttpRequest } from '../../http/request.js'

export interface InputListener {
  /** The body is through; the script has had what it wanted of it. */
  bodyDone(): void
  /** The client did not send it in order, or sent too much: the status to answer with. */
  bodyFailed(status: number): void
  /** The script has taken something. */
  heard(): void
}

export class ScriptInput implements BodyReceiver {
  #bytes = 0
  #reads = true
  #over = false

  /** @param limit most bytes (--limit-request-body); 0: any number */
  constructor(
    private readonly request: HttpRequest,
    private readonly stdin: Writable,
    private readonly limit: number,
    private readonly listener: InputListener,
  ) {
    // A script need not read; the rest is dropped, as in Apache.
    stdin.on('error', () => this.giveUp())
    stdin.on('drain', () => {
      listener.heard()
      if (!request.complete) request.resume()
    })
  }

  /** The script has to read before it gets more. */
  get stuck(): boolean {
    return this.#reads && this.stdin.writableNeedDrain
  }

  /** The script gets no more: it does not read. */
  giveUp(): void {
    if (!this.#reads) return
    this.#reads = false
    this.stdin.destroy()
    if (!this.#over) this.request.resume()
  }

  bodyPiece(piece: Buffer): void {
    this.#bytes += piece.length
    if (this.#over) return
    if (this.limit > 0 && this.#bytes > this.limit) return this.#fail(413)
    if (this.#reads && !this.stdin.write(piece)) this.request.pause()
  }

  bodyEnd(): void {
    if (this.#over) return
    this.#over = true
    this.stdin.end()
    this.listener.bodyDone()
  }

  bodyBroken(status: number): void {
    // What an application would see as an error of its own is one of the client here.
    this.#fail(status === 500 ? 400 : status)
  }

  #fail(status: number): void {
    if (this.#over) return
    this.#over = true
    this.listener.bodyFailed(status)
  }
}
