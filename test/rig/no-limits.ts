/** Limits under which no worker is ended, but for those that bound an end which was ordered. */
import type { TimeLimits } from '../../src/supervisor/time-limits.js'

export const noLimits: TimeLimits = {
  request: 0,
  interrupt: 0,
  restart: 0,
  inactivity: 0,
  startup: 0,
  deadlock: 0,
  graceful: 15,
  eviction: 0,
  shutdown: 5,
  threads: 1,
}
