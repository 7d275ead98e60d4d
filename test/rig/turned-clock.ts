/** A clock for tests that the test turns on: what was ordered comes in the order of its time. */
import { type Clock, systemClock } from '../../src/base/clock.js'

interface Order {
  readonly due: number
  readonly action: () => void
}

export class TurnedClock implements Clock {
  #time = 0
  readonly #orders = new Set<Order>()
  epoch = systemClock.epoch

  readonly now = (): number => this.#time

  after(milliseconds: number, action: () => void): () => void {
    const order = { due: this.#time + milliseconds, action }
    this.#orders.add(order)
    return () => this.#orders.delete(order)
  }

  /** So many milliseconds pass. Between two moments at which something was due, `meanwhile` is awaited. */
  async turn(milliseconds: number, meanwhile: () => Promise<void>): Promise<void> {
    const end = this.#time + milliseconds
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#time = next.due
      this.#orders.delete(next)
      next.action()
      await meanwhile()
    }
    this.#time = end
  }

  #next(end: number): Order | null {
    let first: Order | null = null
    for (const order of this.#orders) {
      if (order.due <= end && (first === null || order.due < first.due)) first = order
    }
    return first
  }
}
