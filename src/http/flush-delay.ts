/** Holds back what is written for the time in which more may come (--response-flush-delay). */
import type { Clock } from '../base/clock.js'

/** Something that is written to, and can hold back what it has. */
export interface HeldWritable {
  readonly writableLength: number
  cork(): void
  uncork(): void
}

/** Bytes that Apache sends without being told to: THRESHOLD_MIN_WRITE of its core output filter. */
const worthSending = 4096

export class FlushDelay {
  readonly #sink: HeldWritable
  readonly #milliseconds: number
  readonly #clock: Clock
  #holds = false
  #forget = () => {}

  /** @param milliseconds without further bytes after which those that are there go out */
  constructor(sink: HeldWritable, milliseconds: number, clock: Clock) {
    this.#sink = sink
    this.#milliseconds = milliseconds
    this.#clock = clock
  }

  /** Comes before bytes are written. */
  hold(): void {
    if (!this.#holds) this.#sink.cork()
    this.#holds = true
  }

  /** Comes after they are written: the time begins anew, unless there are enough of them by now. */
  wrote(): void {
    this.#forget()
    if (this.#sink.writableLength >= worthSending) this.flush()
    else this.#forget = this.#clock.after(this.#milliseconds, () => this.flush())
  }

  /** Sends what is held. */
  flush(): void {
    this.#forget()
    if (this.#holds) this.#sink.uncork()
    this.#holds = false
  }
}
