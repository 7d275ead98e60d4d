/** A module that ends the process when it is imported: what that costs, what the log says, and how it ends. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { processorSecondsWithChildren } from '../processes.mjs'
import { Stage } from '../stage.mjs'

/** Share of a core that a loop may cost. At first the attempts are closer to each other. */
const mostShare = { long: 0.12, short: 0.6 }

const broken = 'import ctypes\nctypes.string_at(0)\n'
const mended = 'name = "mended"\n'

/** @returns {import('../run.mjs').State} */
function loop(name, options, { goesOn }) {
  return {
    name,
    async run({ long }) {
      const seconds = long ? 20 : 1
      const stage = await Stage.open({
        script: 'app.py',
        options,
        waitsForWorkers: false,
        prepare(folder) {
          writeFileSync(join(folder, 'bad.py'), broken)
          writeFileSync(join(folder, 'app.py'), application)
        },
      })
      try {
        if (!goesOn)
          await stage.until(() => stage.log.of('restartsSpent').length > 0, 'it gives up')
        const before = processorSecondsWithChildren(stage.supervisor)
        await pause(seconds * 1000)
        const share = (processorSecondsWithChildren(stage.supervisor) - before) / seconds
        const start = performance.now()
        writeFileSync(join(stage.folder, 'bad.py'), mended)
        await stage.fullStrength()
        const recovery = performance.now() - start
        const { text } = await stage.get('/')
        const shown = stage.log
          .read()
          .filter(entry => /^Fatal Python error/.test(entry.text)).length
        const deaths = stage.log.of('workerDiedAlike').at(-1)?.text ?? 'never counted'
        const wrong = []
        if (text !== 'mended') wrong.push(`it answers ${text}`)
        if (shown !== 1) wrong.push(`the stack is in the log ${shown} times`)
        if (share > (long ? mostShare.long : mostShare.short))
          wrong.push(`it uses ${(share * 100).toFixed(1)} % of a core`)
        const note = `${(share * 100).toFixed(1)} % of a core; the stack is in the log ${shown} time, then: ${deaths.replace(/^.*ended/, 'ended')}`
        return { note, wrong, recovery }
      } finally {
        await stage.close()
      }
    },
  }
}

const application = `
import bad

def application(environ, start_response):
    start_response("200 OK", [])
    return [bad.name.encode()]
`

export const crashLoops = [
  loop('a crash at import, for ever', [], { goesOn: true }),
  loop('a crash at import, with --reload-on-changes', ['--reload-on-changes'], { goesOn: false }),
]
