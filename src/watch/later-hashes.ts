/**
 * Has files of installed packages read some time after they were loaded, a few at a time: they are many, and a start
 * does not wait for them. (Measured: 390 files of a Django site are 25 ms of a core.)
 */
import type { Clock } from '../base/clock.js'

/** Milliseconds after the last file was added, so that the start is over. */
const calm = 3000

/** Milliseconds that one piece of the work may take, and that it pauses then. */
const longestPiece = 4
const pause = 50

export class LaterHashes {
  readonly #clock: Clock
  readonly #make: (path: string) => void
  readonly #left: string[] = []
  #cancel: () => void = () => {}

  /** `make` reads a file and keeps its hash. */
  constructor(clock: Clock, make: (path: string) => void) {
    this.#clock = clock
    this.#make = make
  }

  add(path: string): void {
    this.#left.push(path)
    this.#order(calm)
  }

  close(): void {
    this.#cancel()
    this.#left.length = 0
  }

  #order(milliseconds: number): void {
    this.#cancel()
    this.#cancel = this.#clock.after(milliseconds, () => this.#work())
  }

  #work(): void {
    const end = this.#clock.now() + longestPiece
    do {
      const path = this.#left.pop()
      if (path === undefined) return
      this.#make(path)
    } while (this.#clock.now() < end)
    this.#order(pause)
  }
}
