/** Requests to a numbered site: which number they see, and what goes wrong. */
import { get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { saveNumber } from './numbered-site.mjs'

/** Milliseconds after a save in which old code may still answer: an editor has not let go of the key by then. */
export const grace = 50

/** Milliseconds between two questions whether the new code answers. */
const askAgain = 2

/** Milliseconds until a save that has no effect counts as failed. */
const longestReload = 20_000

/** The number that is served has to grow from run to run: servers with the same site are measured in turn. */
let lastNumber = 0

export class Traffic {
  /** Requests that were refused, reset, not answered or not answered with 200. */
  failed = 0
  /** Requests that old code answered, though they began later than `grace` after the save. */
  stale = 0
  #saved = { number: 0, at: Number.POSITIVE_INFINITY }
  #timer
  #open = new Set()

  /**
   * @param {number} port
   * @param {string} path
   */
  constructor(port, path) {
    this.options = { host: '127.0.0.1', port, path, agent: false, timeout: longestReload }
  }

  /** @param {number} rate requests a second, from now to the end */
  keepGoing(rate) {
    if (rate > 0) this.#timer = setInterval(() => void this.ask(), 1000 / rate)
  }

  /**
   * Saves, and asks until the new code answers.
   *
   * @param {string} folder of the site
   * @returns {Promise<number>} the milliseconds that it took
   */
  async save(folder) {
    const number = ++lastNumber
    await saveNumber(folder, number)
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
