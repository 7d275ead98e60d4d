/**
 * Notices that requests wait in a worker while nothing is answered: the threads that look for work are
 * all inside the application, and another one has to be woken (`wake`, docs/protocol.md).
 */
import type { Clock } from '../base/clock.js'

/** Shortest and longest time without an answer that counts as a stall, in milliseconds. */
const shortest = 1
const longest = 10

export class StallWatch {
  readonly #clock: Clock
  readonly #wake: () => void
  /** Most threads that can be woken in a row without any answer. */
  readonly #threads: number
  #waiting = 0
  #answers = 0
  #answersSeen = 0
  #woken = 0
  /** Milliseconds from giving a request to its answer, averaged over the latest. */
  #usual = shortest
  #armed = false

  constructor(threads: number, wake: () => void, clock: Clock) {
    this.#threads = threads
    this.#wake = wake
    this.#clock = clock
  }

  /** A request was given to the worker. */
  given(): void {
    this.#waiting++
    // With one thread nobody could be woken.
    if (!this.#armed && this.#threads > 1) this.#arm()
  }

  /** A request was answered, so many milliseconds after it was given. */
  answered(milliseconds: number): void {
    this.#waiting--
    this.#answers++
    this.#usual += (milliseconds - this.#usual) / 16
  }

  #arm(): void {
    this.#armed = true
    this.#answersSeen = this.#answers
    const wait = Math.min(longest, Math.max(shortest, this.#usual))
    this.#clock.after(wait, () => this.#look())
  }

  #look(): void {
    this.#armed = false
    if (this.#waiting === 0) {
      this.#woken = 0
      return
    }
    if (this.#answers !== this.#answersSeen) this.#woken = 0
    else if (this.#woken < this.#threads) {
      this.#woken++
      this.#wake()
    }
    if (this.#woken < this.#threads) this.#arm()
  }
}
