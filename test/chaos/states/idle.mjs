/** A server that nobody asks for anything, with thousands of files to watch. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { childrenOf, processorSeconds, wakeUps } from '../processes.mjs'
import { Stage } from '../stage.mjs'

/** Share of a core that may be used. */
const mostShare = 0.003

/** Times that a worker may be woken in 30 seconds: by nobody, but a kernel may count one for itself. */
const mostWakeUps = 3

/**
 * Milliseconds in which no more than that may be used before it counts as idle; V8 collects garbage some seconds after
 * work, and the sweep over the files comes every few seconds.
 */
const calm = { short: 300, long: 10_000 }

/** @type {import('../run.mjs').State} */
export const idle = {
  name: 'idle, with --reload-on-changes and 3,000 modules',
  async run({ long }) {
    const modules = long ? 3000 : 300
    const seconds = long ? 30 : 2
    const stage = await Stage.open({
      script: 'app.py',
      options: ['--reload-on-changes'],
      prepare: folder => writeSite(folder, modules),
    })
    try {
      const workers = childrenOf(stage.supervisor)
      await untilCalm(stage.supervisor, long ? calm.long : calm.short)
      const before = look(stage.supervisor, workers)
      await pause(seconds * 1000)
      const after = look(stage.supervisor, workers)
      const share = (after.processor - before.processor) / seconds
      const woken = workers.map((_, at) => after.woken[at] - before.woken[at])
      const note = `${modules} modules, ${seconds} s: ${(share * 100).toFixed(2)} % of a core; wake-ups of the workers ${woken.join(', ')}, of the supervisor ${after.supervisor - before.supervisor}`
      const wrong = []
      // One collection of garbage is too much for a few seconds.
      if (long && share > mostShare) wrong.push('it uses more than 0.3 % of a core')
      if (Math.max(...woken) > mostWakeUps) wrong.push('workers are woken')
      if (!(await seesChange(stage, modules))) wrong.push('it does not see a change')
      const { left } = await stage.stop()
      if (left.length > 0) wrong.push(`${left.length} processes were left behind`)
      return { note, wrong }
    } finally {
      await stage.close()
    }
  },
}

function writeSite(folder, modules) {
  const names = Array.from({ length: modules }, (_, at) => `part_${at}`)
  mkdirSync(join(folder, 'parts'))
  writeFileSync(join(folder, 'parts/__init__.py'), '')
  for (const name of names) writeFileSync(join(folder, `parts/${name}.py`), `name = "${name}"\n`)
  const imports = names.map(name => `import parts.${name}\n`).join('')
  const application = `${imports}
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"ok"]
`
  writeFileSync(join(folder, 'app.py'), application)
}

async function untilCalm(pid, milliseconds) {
  const most = (mostShare * milliseconds) / 1000
  let before = Number.NEGATIVE_INFINITY
  for (let now = processorSeconds(pid); now - before > most; now = processorSeconds(pid)) {
    before = now
    await pause(milliseconds)
  }
}

function look(supervisor, workers) {
  return {
    processor: [supervisor, ...workers].reduce((sum, pid) => sum + processorSeconds(pid), 0),
    woken: workers.map(wakeUps),
    supervisor: wakeUps(supervisor),
  }
}

/** It is idle, not asleep. */
async function seesChange(stage, modules) {
  writeFileSync(join(stage.folder, `parts/part_${modules - 1}.py`), 'name = "changed"\n')
  try {
    await stage.until(() => stage.log.of('reloaded').length > 0, 'it reloads')
    return true
  } catch {
    return false
  }
}
