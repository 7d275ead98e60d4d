/** Many files that are asked for in no order, while some of them change: how many answers are older than their request. */
import { rename, utimes, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { lastChange, makeStaticSite } from './static-site.mjs'

const files = 10_000
const changes = files / 100

/** @type {import('./scenario.mjs').Column[]} */
export const changingColumns = [
  { key: 'rate', title: 'requests/s', show: whole, better: 'more', combine: 'median' },
  { key: 'changed', title: 'changes', show: String, combine: 'sum' },
  { key: 'stale', title: 'stale answers', show: String, combine: 'sum' },
  { key: 'errors', title: 'errors', show: String, combine: 'sum' },
]

/** What a file says: which it is, and how often it was changed. All of its states have one size. */
function textOf(number, version) {
  const size = 1024 + ((number * 7919) % 7168)
  return `${number} ${String(version).padStart(6, '0')} `.padEnd(size, 'x')
}

const nameOf = number => `file-${number}.txt`

/** How many changes a file has seen is never set back, since servers are measured in turn. */
const versions = new Uint32Array(files)

/** @param {import('./scenario.mjs').SitePlace} place */
export function makeChangingSite(place) {
  const isRight = body => body.toString().startsWith('0 ')
  return makeStaticSite(place, nameOf(0), isRight, async folder => {
    for (let number = 0; number < files; number++) {
      const file = join(folder, nameOf(number))
      await writeFile(file, textOf(number, 0))
      await utimes(file, lastChange, lastChange)
    }
  })
}

/**
 * The ways in which files change: written over, replaced by another one as a program does that collects them, and
 * written over with the former time.
 *
 * @type {((file: string, text: string) => Promise<void>)[]}
 */
const ways = [
  (file, text) => writeFile(file, text),
  async (file, text) => {
    await writeFile(`${file}.new`, text)
    await rename(`${file}.new`, file)
  },
  async (file, text) => {
    await writeFile(`${file}.new`, text)
    await utimes(`${file}.new`, lastChange, lastChange)
    await rename(`${file}.new`, file)
  },
]

/** @type {import('./scenario.mjs').Scenario['measure']} */
export async function measureChanging({ launch, folder, connections, seconds }) {
  const server = await launch()
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const counts = { requests: 0, stale: 0, errors: 0 }
  const start = performance.now()
  const end = start + seconds * 1000
  const askOn = async () => {
    while (performance.now() < end) await ask(server.port, agent, counts)
  }
  try {
    const asked = Promise.all(Array.from({ length: connections }, askOn))
    await change(join(folder, 'static'), seconds * 1000)
    await asked
    const rate = counts.requests / ((performance.now() - start) / 1000)
    return { rate, changed: changes, stale: counts.stale, errors: counts.errors }
  } finally {
    agent.destroy()
    await server.stop()
  }
}

/** Changes one file after the other, so that the last change is done before the time is over. */
async function change(folder, milliseconds) {
  for (let at = 0; at < changes; at++) {
    const number = chosen()
    const text = textOf(number, versions[number] + 1)
    await ways[at % ways.length](join(folder, nameOf(number)), text)
    // From here on nobody may get what was before.
    versions[number]++
    await pause((milliseconds * 0.9) / changes)
  }
}

/** Few files are asked for often, as in a site: they are the ones that a server would keep. */
function chosen() {
  return Math.floor(files * Math.random() ** 3)
}

function ask(port, agent, counts) {
  const number = chosen()
  const oldest = versions[number]
  return new Promise(resolve => {
    const failed = () => {
      counts.errors++
      resolve()
    }
    const path = `/static/${nameOf(number)}`
    const request = get({ host: '127.0.0.1', port, path, agent }, response => {
      const pieces = []
      response.on('data', piece => pieces.push(piece))
      response.on('error', failed)
      response.on('end', () => {
        counts.requests++
        if (response.statusCode !== 200) return failed()
        const [, version] = Buffer.concat(pieces).toString('latin1', 0, 20).split(' ')
        if (Number(version) < oldest) counts.stale++
        resolve()
      })
    })
    request.on('error', failed)
  })
}

function whole(value) {
  return Math.round(value).toLocaleString('en-US')
}
