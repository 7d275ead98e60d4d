/** Workers that die: by somebody's hand, by C code, by their own. */
import { setTimeout as pause } from 'node:timers/promises'

/** Milliseconds between two kills in the long form. */
const pace = 2000

/** @type {import('../run.mjs').Fault[]} */
export const faults = [
  {
    name: 'a worker is killed every 2 s (SIGKILL)',
    async during(stage, { milliseconds, long }) {
      const end = performance.now() + milliseconds - 500
      const between = long ? pace : 500
      for (let turn = 0; performance.now() + between < end; turn++) {
        await pause(between)
        const { serving } = stage.log
        const victim = serving[turn % serving.length]
        if (victim !== undefined) stage.kill(victim)
      }
      return { note: `${stage.kills.size} kills` }
    },
  },
  {
    name: 'C code crashes in some requests (SIGSEGV)',
    mix: { crash: 1 },
    check: stage => (stage.log.of('workerDied').length > 0 ? [] : ['nothing crashed']),
  },
  {
    name: 'os._exit in some requests',
    mix: { exit: 1 },
    check: stage => (stage.log.of('workerDied').length > 0 ? [] : ['nothing exited']),
  },
]
