/** Thousands of connections that do nothing, or next to nothing, beside some that want to be fast. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Load } from '../load.mjs'
import { residentBytes } from '../processes.mjs'
import { percentile } from '../run.mjs'
import { Stage } from '../stage.mjs'

const program = fileURLToPath(new URL('./crowd-process.mjs', import.meta.url))

/** How much slower the slowest hundredth of the fast requests may become. */
const mostDelay = 2

/** Below so many milliseconds a p99 is that of the machine. */
const noise = 3

/** @type {import('../run.mjs').State} */
export const crowd = {
  name: '10,000 idle connections and 1,000 slow clients',
  async run({ long }) {
    const idle = long ? 10_000 : 1000
    const slow = long ? 1000 : 100
    const seconds = long ? 20 : 1
    const stage = await Stage.open({
      options: [
        '--keep-alive-timeout',
        '600',
        '--header-timeout',
        '600',
        '--header-max-timeout',
        '0',
      ],
    })
    try {
      await fast(stage.port, seconds)
      const alone = await fast(stage.port, seconds)
      const before = residentBytes(stage.supervisor)
      const child = spawn(
        process.execPath,
        [program, String(stage.port), String(idle), String(slow)],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      )
      try {
        const [line] = await once(createInterface({ input: child.stdout }), 'line')
        if (line !== 'ready') throw new Error(`the crowd says ${line}`)
        await pause(1000)
        const bytes = (residentBytes(stage.supervisor) - before) / (idle + slow)
        const beside = await fast(stage.port, seconds)
        const note = `p99 of fast clients ${alone.p99.toFixed(1)} ms alone, ${beside.p99.toFixed(1)} ms beside them; ${(bytes / 1024).toFixed(1)} KB of memory for each connection`
        const wrong = []
        if (long && beside.p99 > mostDelay * Math.max(alone.p99, noise))
          wrong.push('fast clients are slowed down')
        const unanswered = beside.sent.filter(({ right }) => !right).length
        if (unanswered > 0) wrong.push(`${unanswered} requests were not answered`)
        const sent = alone.sent.length + beside.sent.length
        return { note, wrong, sent, answered: sent - unanswered }
      } finally {
        child.stdin.end()
        await once(child, 'exit')
      }
    } finally {
      await stage.close()
    }
  },
}

/** Short requests at a steady rate: how long they take. */
async function fast(port, seconds) {
  const load = new Load({ port, rate: 200, mix: { short: 100 } })
  load.startAt(Date.now() * 1000)
  await load.run(seconds * 1000)
  load.close()
  return { sent: load.sent, p99: percentile(load.sent, 0.99) }
}
