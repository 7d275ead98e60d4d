/** Requests and clients that misbehave. */
import { setTimeout as pause } from 'node:timers/promises'

/** @type {import('../run.mjs').Fault[]} */
export const faults = [
  {
    name: 'memory grows past --memory-limit',
    mix: { growing: 8 },
    stage: { options: ['--memory-limit', '100'] },
    shortest: 2.5,
    check: ({ log }) => (log.of('limitReached').length > 0 ? [] : ['no worker was replaced']),
  },
  {
    name: 'a request blocks for ever (--request-timeout 1)',
    stage: { options: ['--request-timeout', '1', '--shutdown-timeout', '1'] },
    shortest: 1.5,
    async during({ log }, { milliseconds, load, long }) {
      const end = performance.now() + milliseconds - 500
      while (performance.now() < end) {
        void load.send('block')
        await pause(long ? 4000 : 2000)
      }
      return { note: `${log.of('limitReached').length} workers replaced` }
    },
    check: ({ log }) => (log.of('limitReached').length > 0 ? [] : ['no worker was replaced']),
  },
  {
    name: 'clients leave in their request, and in the answer',
    mix: {
      'left in its body': 3,
      'left while it runs': 3,
      'left in the answer': 3,
      'left in a stream': 3,
    },
  },
]
