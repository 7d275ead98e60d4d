/** A clock for tests: nothing comes before the test says so. */
import { type Clock, systemClock } from '../../src/base/clock.js'

interface Order {
  readonly milliseconds: number
  readonly action: () => void
}

export class HandClock implements Clock {
  /** What is to come, in the order in which it was ordered. */
  readonly orders: Order[] = []
  #wake: () => void = () => {}
  now = systemClock.now
  epoch = systemClock.epoch

  after(milliseconds: number, action: () => void): () => void {
    const order = { milliseconds, action }
    this.orders.push(order)
    this.#wake()
    return () => {
      const at = this.orders.indexOf(order)
      if (at >= 0) this.orders.splice(at, 1)
    }
  }

  /** Waits until more than so many orders are there. */
  async ordered(before = 0): Promise<void> {
    while (this.orders.length <= before) await new Promise<void>(resolve => (this.#wake = resolve))
  }

  /** Waits for an order and takes it. */
  async next(): Promise<Order> {
    await this.ordered()
    return this.orders.shift()!
  }

  /** The first order comes now. */
  strike(): void {
    const order = this.orders.shift()
    if (!order) throw new Error('nothing was ordered')
    order.action()
  }
}
