/** The body of a request that is not for the application: read to its end and dropped. */
import type { BodyReceiver } from '../http/request.js'

export class DroppedBody implements BodyReceiver {
  #bytes = 0
  #refused = false

  /**
   * @param limit most bytes (--limit-request-body); 0: any number
   * @param answer called when the body was in order
   * @param refuse called with a status when it was not
   */
  constructor(
    readonly limit: number,
    readonly answer: () => void,
    readonly refuse: (status: number) => void,
  ) {}

  bodyPiece(piece: Buffer): void {
    this.#bytes += piece.length
    if (this.limit > 0 && this.#bytes > this.limit) this.#refuse(413)
  }

  bodyEnd(): void {
    if (!this.#refused) this.answer()
  }

  bodyBroken(status: number): void {
    // What the application would see as an error of its own is one of the client here.
    this.#refuse(status === 500 ? 400 : status)
  }

  #refuse(status: number): void {
    if (this.#refused) return
    this.#refused = true
    this.refuse(status)
  }
}
