/** Scenarios that save a file again and again: how soon the new code answers, and what clients meet until then. */
import { writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { makeDjangoSite } from './django-site.mjs'
import { median } from './table.mjs'

/** Of one server in one round. */
const saves = 10

/** Milliseconds from new code to the next save: Python takes bytecode of the same second and size for current. */
const betweenSaves = 1100

/** Milliseconds after a save in which old code may still answer: an editor has not let go of the key by then. */
const grace = 50

/** Milliseconds between two questions whether the new code answers. */
const askAgain = 2

/** Milliseconds until a save that has no effect counts as failed. */
const longestReload = 20_000

/** @type {import('./scenario.mjs').Column[]} */
const saveColumns = [
  {
    key: 'median',
    title: 'median ms',
    show: milliseconds,
    better: 'less',
    combine: 'median',
  },
  { key: 'worst', title: 'worst ms', show: milliseconds, combine: 'most' },
  { key: 'failed', title: 'failed', show: String, combine: 'sum' },
  { key: 'stale', title: `stale after ${grace} ms`, show: String, combine: 'sum' },
]

const marker = number => `number = ${number}\n`

/** A Django site whose /number tells what is in a module that nothing else needs. */
async function makeNumberedSite(place) {
  const site = await makeDjangoSite(
    place,
    `
from django.http import HttpResponse

from mysite.numbered import number

urlpatterns.append(path("number", lambda request: HttpResponse(str(number))))
`,
  )
  await writeFile(join(place.folder, 'mysite/numbered.py'), marker(0))
  return { ...site, path: '/number', isRight: body => /^\d+$/.test(body.toString()) }
}

/**
 * Saves, and asks until the new code answers; meanwhile and between the saves others ask as well.
 *
 * @param {number} rate requests a second of the others
 * @returns {import('./scenario.mjs').Scenario['measure']}
 */
function measureSaves(rate) {
  return async ({ launch, path, folder }) => {
    const server = await launch({ reloads: true })
    const traffic = new Traffic(server.port, path)
    try {
      if (rate > 0) traffic.keepGoing(1000 / rate)
      const times = []
      for (let at = 0; at < saves; at++) {
        await pause(betweenSaves)
        times.push(await traffic.save(join(folder, 'mysite/numbered.py')))
      }
      await traffic.end()
      const { failed, stale } = traffic
      return { median: median(times), worst: Math.max(...times), failed, stale }
    } finally {
      await traffic.end()
      await server.stop()
    }
  }
}

/**
 * A scenario for each rate of other requests.
 *
 * @param {string} name
 * @param {string} title
 * @param {number} rate requests a second of the others
 * @returns {import('./scenario.mjs').Scenario}
 */
export function scenarioOfSaves(name, title, rate) {
  return {
    name,
    title: `${title}: 1 process x 5 threads`,
    processes: 1,
    threads: 5,
    reloads: true,
    rounds: 1,
    makeSite: makeNumberedSite,
    columns: saveColumns,
    measure: measureSaves(rate),
  }
}

/** The number that is served has to grow from run to run: servers with the same site are measured in turn. */
let lastNumber = 0

class Traffic {
  failed = 0
  stale = 0
  #saved = { number: 0, at: Number.POSITIVE_INFINITY }
  #timer
  #open = new Set()

  constructor(port, path) {
    this.options = { host: '127.0.0.1', port, path, agent: false, timeout: longestReload }
  }

  keepGoing(interval) {
    this.#timer = setInterval(() => void this.ask(), interval)
  }

  /** Gives the milliseconds until the new code answers. */
  async save(file) {
    const number = ++lastNumber
    await writeFile(file, marker(number))
    const at = performance.now()
    this.#saved = { number, at }
    while (performance.now() - at < longestReload) {
      if ((await this.ask()) === number) return performance.now() - at
      await pause(askAgain)
    }
    throw new Error(`a save was not served within ${longestReload / 1000} s`)
  }

  /** One request on a connection of its own; gives the number in its answer, null: it failed. */
  ask() {
    const { at, number } = this.#saved
    const late = performance.now() - at > grace
    const answer = new Promise(resolve => {
      const request = get(this.options, response => {
        let text = ''
        response.setEncoding('utf8').on('data', chunk => {
          text += chunk
        })
        response.on('error', () => resolve(null))
        response.on('end', () => resolve(response.statusCode === 200 ? Number(text) : null))
      })
      request.on('timeout', () => request.destroy(new Error('no response')))
      request.on('error', () => resolve(null))
    })
    this.#open.add(answer)
    return answer.then(seen => {
      this.#open.delete(answer)
      if (seen === null) this.failed++
      else if (late && seen < number) this.stale++
      return seen
    })
  }

  async end() {
    clearInterval(this.#timer)
    await Promise.all(this.#open)
  }
}

function milliseconds(value) {
  return value.toFixed(0)
}
