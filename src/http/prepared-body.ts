/** A body that was encoded before it is written, whose length goes before it. */
import type { BodyEncoder, EncoderSink } from './response.js'

export class PreparedBody implements BodyEncoder {
  readonly #encoded: Buffer
  #sink!: EncoderSink

  constructor(encoded: Buffer) {
    this.#encoded = encoded
  }

  begin(sink: EncoderSink): void {
    this.#sink = sink
  }

  write(): boolean {
    return true
  }

  end(): void {
    this.#sink.last(this.#encoded)
  }

  drained(): void {}

  destroy(): void {}
}
