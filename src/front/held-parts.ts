/** Parts of a response that wait until the request body is complete. */
import { maxInlineBody } from '../workers/protocol.js'

/** An application that answers at more length than this while it reads would wait for itself for ever. */
const mostHeldBytes = maxInlineBody

export class HeldParts {
  #steps: (() => void)[] = []
  #bytes = 0

  /** Keeps a step for later. False: it has become too much to be held. */
  hold(bytes: number, step: () => void): boolean {
    this.#steps.push(step)
    this.#bytes += bytes
    return this.#bytes <= mostHeldBytes
  }

  /** Takes the steps, in order. */
  release(): void {
    const steps = this.#steps
    this.#steps = []
    for (const step of steps) step()
  }
}
