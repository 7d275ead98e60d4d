/** Serves no more requests at a time than --max-clients says; the others wait their turn, as if in the backlog. */
import type { HttpResponse } from '../http/response.js'

interface Waiting {
  readonly response: HttpResponse
  readonly serve: () => void
}

export class ClientGate {
  readonly #most: number
  #served = 0
  readonly #waiting: Waiting[] = []

  /** @param most requests at a time; 0 is taken for 1, so that something is served */
  constructor(most: number) {
    this.#most = Math.max(1, most)
  }

  /** Has a request served, at once or when others are through. */
  enter(response: HttpResponse, serve: () => void): void {
    this.#waiting.push({ response, serve })
    this.#serveNext()
  }

  #serveNext(): void {
    while (this.#served < this.#most && this.#waiting.length > 0) {
      const { response, serve } = this.#waiting.shift()!
      // Who has left needs no turn.
      if (response.destroyed) continue
      this.#served++
      const before = response.whenThrough
      response.whenThrough = () => {
        before?.()
        this.#served--
        this.#serveNext()
      }
      serve()
    }
  }
}

/** @param most see {@link ClientGate}; null: as many as come, for which no gate is needed */
export function clientGate(most: number | null): ClientGate | null {
  return most === null ? null : new ClientGate(most)
}
