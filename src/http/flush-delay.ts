/** Holds back what is written to a socket for the time in which more may come (--response-flush-delay). */
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.js'

/** Bytes that Apache sends without being told to: THRESHOLD_MIN_WRITE of its core output filter. */
const worthSending = 4096

export class FlushDelay {
  readonly #socket: Socket
  readonly #milliseconds: number
  readonly #clock: Clock
  #holds = false
  #forget = () => {}

  /** @param milliseconds without further bytes after which those that are there go out */
  constructor(socket: Socket, milliseconds: number, clock: Clock) {
    this.#socket = socket
    this.#milliseconds = milliseconds
    this.#clock = clock
  }

  /** Comes before bytes are written. */
  hold(): void {
    if (!this.#holds) this.#socket.cork()
    this.#holds = true
  }

  /** Comes after they are written: the time begins anew, unless there are enough of them by now. */
  wrote(): void {
    this.#forget()
    if (this.#socket.writableLength >= worthSending) this.flush()
    else this.#forget = this.#clock.after(this.#milliseconds, () => this.flush())
  }

  /** Sends what is held. */
  flush(): void {
    this.#forget()
    if (this.#holds) this.#socket.uncork()
    this.#holds = false
  }
}
