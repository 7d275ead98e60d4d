import { wallTime } from './wall-time.js'

/**
 * Time as an argument: whatever waits or measures takes a {@link Clock}, so that a test can turn the
 * hands itself.
 */
export interface Clock {
  /** Milliseconds since an arbitrary moment, never going back. For durations. */
  now(): number
  /** Seconds since the epoch with microseconds. For time stamps. */
  epoch(): number
  /** Calls `action` once after `milliseconds`; the function it returns takes the order back. */
  after(milliseconds: number, action: () => void): () => void
}

/** Milliseconds that a timer of Node can wait, some 24 days; it takes anything longer for 1. */
export const longestTimer = 2 ** 31 - 1

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  epoch: wallTime(),
  after(milliseconds, action) {
    const timer = setTimeout(action, Math.min(milliseconds, longestTimer))
    return () => clearTimeout(timer)
  },
}
