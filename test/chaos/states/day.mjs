/** A day in miniature: very many requests, and workers that are replaced all the time. */
import { Load } from '../load.mjs'
import { residentBytes } from '../processes.mjs'
import { percentile } from '../run.mjs'
import { Stage } from '../stage.mjs'
import { judge } from '../verdict.mjs'

/** Requests that are under way at a time. */
const clients = 12

/** Milliseconds that a process may need to end, and to be seen to have ended. */
const longestEnding = 2000

/** How much memory of the supervisor may grow once everything has been used. */
const mostGrowth = 1.1

/** @type {import('../run.mjs').State} */
export const day = {
  name: 'a day in miniature: --maximum-requests 1000',
  async run({ long }) {
    const all = long ? 500_000 : 6000
    const first = all / 10
    const stage = await Stage.open({ options: ['--maximum-requests', long ? '1000' : '300'] })
    try {
      const descriptors = stage.inventory().descriptors.length
      const load = new Load({ port: stage.port, rate: 0, mix: { 'at once': 96, 'small body': 4 } })
      const start = performance.now()
      await keepBusy(load, first)
      const early = residentBytes(stage.supervisor)
      await keepBusy(load, all - first)
      const late = residentBytes(stage.supervisor)
      const rate = all / ((performance.now() - start) / 1000)
      load.close()
      await stage.fullStrength()
      const mostDescriptors = descriptors + 2
      // The last one that was replaced may be about to end, and has descriptors until then: whoever ends is a zombie
      // until that has been heard.
      const isClean = () => {
        const { zombies, descriptors: open } = stage.inventory()
        return zombies === 0 && open.length <= mostDescriptors
      }
      await stage.until(isClean, 'the end of what was replaced', longestEnding).catch(() => {})
      const verdict = judge(load.sent, stage.notes(), stage.log.read())
      const growth = late / early
      const wrong = []
      if (long && growth > mostGrowth) wrong.push('the memory of the supervisor grows')
      if (verdict.twice > 0) wrong.push(`${verdict.twice} requests were executed twice`)
      if (verdict.failed > 0) wrong.push(`${verdict.failed} requests failed`)
      const now = stage.inventory()
      if (now.descriptors.length > mostDescriptors)
        wrong.push(`${now.descriptors.length} descriptors instead of ${descriptors}`)
      if (now.zombies > 0) wrong.push(`${now.zombies} zombies`)
      const replaced = stage.log.of('workerReady').length - stage.processes
      const { left } = await stage.stop()
      if (left.length > 0) wrong.push(`${left.length} processes were left behind`)
      const note = `${replaced} workers replaced, ${Math.round(rate)} requests/s, p99 ${percentile(load.sent, 0.99).toFixed(0)} ms; memory of the supervisor ${megabytes(early)} MB after ${first} requests, ${megabytes(late)} MB at the end`
      return { ...verdict, note, wrong }
    } finally {
      await stage.close()
    }
  },
}

/** Sends so many requests, always as many at a time as there are clients. */
async function keepBusy(load, requests) {
  let left = requests
  const client = async () => {
    while (left-- > 0) await load.send()
  }
  await Promise.all(Array.from({ length: clients }, client))
}

const megabytes = bytes => (bytes / 2 ** 20).toFixed(1)
