/**
 * How long a client is waited for. The timer is looked at only when it strikes: a connection that serves
 * thousands of requests a second notes a time for each and sets no timer.
 */
import { longestTimer } from '../base/clock.js'

/** Time for something that a client has to send. */
export interface PatienceRule {
  /** Milliseconds at first. */
  readonly milliseconds: number
  /** Milliseconds that it can grow to; 0: as long as bytes come fast enough. */
  readonly longest: number
  /** Each so many bytes give a second more; 0: they do not count. */
  readonly bytesPerSecond: number
}

/** So many seconds, however much comes. */
export function silenceRule(seconds: number): PatienceRule {
  return { milliseconds: seconds * 1000, longest: 0, bytesPerSecond: 0 }
}

/** A connection that lingers: the longest silence of its client, and the longest time at all. */
export const lingerRule: PatienceRule = { milliseconds: 2_000, longest: 30_000, bytesPerSecond: 0 }

/**
 * A timer that strikes so many milliseconds late: this process stood still (stopped, or on a machine that slept), and
 * what clients said in that time has not been read yet.
 */
const mostDelay = 100

export class Patience {
  readonly #outOfTime: () => void
  #rule: PatienceRule | null = null
  #deadline = 0
  #limit = 0
  #timer: NodeJS.Timeout | null = null
  #strikesAt = 0

  constructor(outOfTime: () => void) {
    this.#outOfTime = outOfTime
  }

  /** Begins to wait; 0 milliseconds: for ever. */
  start(rule: PatienceRule): void {
    if (rule.milliseconds === 0) return this.stop()
    const now = performance.now()
    this.#rule = rule
    this.#limit = rule.longest > 0 ? now + rule.longest : Number.POSITIVE_INFINITY
    this.#deadline = now + rule.milliseconds
    this.#arm(now)
  }

  /** So many bytes came. */
  received(bytes: number): void {
    if (this.#rule === null || this.#rule.bytesPerSecond === 0) return
    const more = (bytes / this.#rule.bytesPerSecond) * 1000
    this.#deadline = Math.min(this.#limit, this.#deadline + more)
  }

  /** Something came: the first time is given once more, within the longest. */
  renew(): void {
    if (this.#rule === null) return
    this.#deadline = Math.min(this.#limit, performance.now() + this.#rule.milliseconds)
  }

  /** Waits for nothing; the timer may strike in vain. */
  stop(): void {
    this.#rule = null
  }

  /** For good. */
  end(): void {
    this.stop()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #arm(now: number): void {
    if (this.#timer !== null) {
      if (this.#strikesAt <= this.#deadline) return
      clearTimeout(this.#timer)
    }
    this.#strikesAt = this.#deadline
    const wait = Math.min(Math.max(1, this.#deadline - now), longestTimer)
    this.#timer = setTimeout(() => this.#strike(), wait)
  }

  #strike(): void {
    this.#timer = null
    if (this.#rule === null) return
    const now = performance.now()
    if (now < this.#deadline - 1) return this.#arm(now)
    const late = now - this.#strikesAt
    if (late > mostDelay) return this.#giveTimeAnew(now, late)
    this.#rule = null
    this.#outOfTime()
  }
  #giveTimeAnew(now: number, late: number): void {
    this.#limit += late
    this.#deadline = now + this.#rule!.milliseconds
    this.#arm(now)
  }
}
