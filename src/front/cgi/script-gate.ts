/** Runs no more CGI scripts at a time than Apache, which has a client's place for each; the others wait their turn. */

export class ScriptGate {
  /** Scripts that run at a time. */
  most: number
  #running = 0
  readonly #waiting = new Set<() => void>()

  constructor(most: number) {
    this.most = most
  }

  /** Has a script started, at once or when others are gone. Returns what withdraws it while it waits. */
  enter(start: () => void): () => void {
    this.#waiting.add(start)
    this.#next()
    return () => this.#waiting.delete(start)
  }

  /** A script is gone. */
  leave(): void {
    this.#running--
    this.#next()
  }

  #next(): void {
    for (const start of this.#waiting) {
      if (this.#running >= this.most) return
      this.#waiting.delete(start)
      this.#running++
      start()
    }
  }
}
