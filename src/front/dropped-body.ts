/** The body of a request that is not for the application: read to its end and dropped. */
import type { BodyReceiver } from '../http/request.js'
import { type HttpExchange, writeServerPage } from './reply.js'

export class DroppedBody implements BodyReceiver {
  #bytes = 0

  /**
   * @param limit most bytes (--limit-request-body); 0: any number
   * @param answer called when the body was in order; else the answer is what is wrong with it
   */
  constructor(
    readonly http: HttpExchange,
    readonly limit: number,
    readonly answer: () => void,
  ) {}

  bodyPiece(piece: Buffer): void {
    this.#bytes += piece.length
    if (this.limit > 0 && this.#bytes > this.limit) writeServerPage(this.http, 413)
  }

  bodyEnd(): void {
    this.answer()
  }

  bodyBroken(status: number): void {
    // What the application would see as an error of its own is one of the client here.
    writeServerPage(this.http, status === 500 ? 400 : status)
  }
}
