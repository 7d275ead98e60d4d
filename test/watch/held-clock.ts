/** The clock of the machine, but what is ordered for later than the moments of a save comes when the test says so. */
import { type Clock, systemClock } from '../../src/base/clock.js'

/** Milliseconds; a save takes 10 to settle, the second look comes after 60. */
const held = 60

export class HeldClock implements Clock {
  readonly #held = new Set<{ milliseconds: number; action: () => void }>()
  #wake: () => void = () => {}
  now = systemClock.now
  epoch = systemClock.epoch

  after(milliseconds: number, action: () => void): () => void {
    if (milliseconds < held) return systemClock.after(milliseconds, action)
    const order = { milliseconds, action }
    this.#held.add(order)
    this.#wake()
    return () => this.#held.delete(order)
  }

  /** True when something is ordered for so many milliseconds. */
  has(milliseconds: number): boolean {
    return [...this.#held].some(order => order.milliseconds === milliseconds)
  }

  /** What was ordered for so many milliseconds comes now; waits until something is. */
  async strike(milliseconds: number): Promise<void> {
    for (;;) {
      const orders = [...this.#held].filter(order => order.milliseconds === milliseconds)
      for (const order of orders) {
        this.#held.delete(order)
        order.action()
      }
      if (orders.length > 0) return
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
}
