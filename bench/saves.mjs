/** Scenarios that save a file again and again: how soon the new code answers, and what clients meet until then. */
import { setTimeout as pause } from 'node:timers/promises'
import { makeNumberedSite } from './numbered-site.mjs'
import { residentMegabytes } from './process-tree.mjs'
import { median } from './table.mjs'
import { grace, Traffic } from './traffic.mjs'

/**
 * @typedef {object} Saves
 * @property {string} name of the scenario
 * @property {string} title
 * @property {number} [rate] requests a second of others
 * @property {number} [saves] of one server in one round
 * @property {(at: number) => number} [wait] milliseconds from new code to the next save
 * @property {import('./scenario.mjs').Scenario['makeSite']} [makeSite]
 * @property {string[]} [packages]
 * @property {string[]} [servers]
 * @property {boolean} [cold] workers are started from nothing
 * @property {string} [plainImport] Python of which is measured, between the saves, how long it takes on its own
 * @property {number} [memoryAfter] saves, after which resident memory is read, as at the end
 * @property {import('./scenario.mjs').Target[]} [targets] beside those that hold for all
 */

/**
 * Servers that look each second (uWSGI, mod_wsgi-express) take the file as they see it first for the one that was
 * loaded: they never see a save that comes before. Two seconds are enough for it, and the third is spread evenly, so
 * that saves do not fall on the same moment of that second each time.
 *
 * @param {number} at number of the save
 */
function waitForEachServer(at) {
  const golden = 0.618
  return 2000 + 1000 * ((at * golden) % 1)
}

/** @param {Saves} saves */
export function scenarioOfSaves(saves) {
  /** @type {import('./scenario.mjs').Scenario} */
  return {
    name: saves.name,
    title: `${saves.title}: 1 process x 5 threads`,
    processes: 1,
    threads: 5,
    reloads: true,
    cold: saves.cold,
    servers: saves.servers,
    packages: saves.packages,
    rounds: 1,
    makeSite: saves.makeSite ?? (place => makeNumberedSite(place)),
    columns: columnsOf(saves),
    targets: [...(saves.targets ?? []), ...lossless],
    measure: subject => measureSaves(saves, subject),
  }
}

/** No reload may cost anybody a request, or serve old code. */
const lossless = ['failed', 'stale'].map(key => ({ key, says: 'none', most: () => 0 }))

/** @returns {import('./scenario.mjs').Column[]} */
function columnsOf({ plainImport, memoryAfter }) {
  const whole = value => value.toFixed(0)
  const memory = (key, title) => ({ key, title, show: whole, combine: 'most' })
  return [
    { key: 'median', title: 'median ms', show: whole, better: 'less', combine: 'median' },
    { key: 'worst', title: 'worst ms', show: whole, combine: 'most' },
    ...(plainImport === undefined
      ? []
      : [{ key: 'plain', title: 'plain import ms', show: whole, combine: 'median' }]),
    { key: 'failed', title: 'failed', show: String, combine: 'sum' },
    { key: 'stale', title: `stale after ${grace} ms`, show: String, combine: 'sum' },
    ...(memoryAfter === undefined
      ? []
      : [
          memory('commandEarly', `server MB after ${memoryAfter}`),
          memory('command', 'at the end'),
          memory('childrenEarly', `its processes MB after ${memoryAfter}`),
          memory('children', 'at the end'),
        ]),
  ]
}

async function measureSaves(saves, subject) {
  const { wait = waitForEachServer, plainImport, memoryAfter, cold } = saves
  const server = await subject.launch({ reloads: true, cold })
  const traffic = new Traffic(server.port, subject.path)
  const times = []
  const plain = []
  let early = {}
  try {
    traffic.keepGoing(saves.rate ?? 0)
    const count = subject.saves ?? saves.saves ?? 10
    for (let at = 0; at < count; at++) {
      await pause(wait(at))
      // What the save before has ended is gone by now.
      if (at === Math.min(memoryAfter, count - 1)) early = residentMegabytes(server.pid)
      if (plainImport !== undefined)
        plain.push(await durationOf(() => subject.runPython(plainImport)))
      times.push(await traffic.save(subject.folder))
    }
    await pause(wait(count))
    const late = memoryAfter === undefined ? {} : residentMegabytes(server.pid)
    await traffic.end()
    const { failed, stale } = traffic
    return {
      median: median(times),
      worst: Math.max(...times),
      plain: median(plain),
      failed,
      stale,
      commandEarly: early.command,
      command: late.command,
      childrenEarly: early.children,
      children: late.children,
    }
  } finally {
    await traffic.end()
    await server.stop()
  }
}

async function durationOf(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}
