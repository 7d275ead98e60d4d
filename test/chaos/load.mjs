/**
 * Sends requests at a steady rate, whatever becomes of those before: each has an id, and none is ever sent twice.
 */
import { Client } from './client.mjs'
import { kinds } from './requests.mjs'

/**
 * @typedef {object} Sent
 * @property {number} id
 * @property {string} kind
 * @property {number} at milliseconds since the epoch
 * @property {number} took milliseconds
 * @property {boolean} right it was answered as it should be
 * @property {import('./client.mjs').Outcome} outcome
 */

/** Milliseconds until an answer is given up: longer than any limit of the server. */
const patience = 60_000

/** Milliseconds after which an idle connection is not used again: the server may be about to close it. */
const usualIdle = 2_000

/** Milliseconds between two looks at what is due. */
const beat = 5

export class Load {
  /** @type {Sent[]} */
  sent = []
  #lastId = 0
  /** @type {Client[]} */
  #idle = []
  /** @type {Set<Promise<void>>} */
  #open = new Set()
  #random
  #table

  /**
   * @param {{ port: number, rate: number, mix: Record<string, number>, idle?: number, seed?: number }} plan
   *   rate: requests a second, which may be changed at any time; idle: milliseconds that a connection may have been
   *   idle when it is used again
   */
  constructor({ port, rate, mix, idle = usualIdle, seed = 1 }) {
    this.longestIdle = idle
    this.port = port
    this.rate = rate
    this.#random = randomFrom(seed)
    this.#table = Object.entries(mix).flatMap(([kind, share]) => Array(share).fill(kind))
  }

  /** Ids are counted from here. */
  startAt(id) {
    this.#lastId = id
  }

  /** Requests that are not answered yet. */
  get open() {
    return this.#open.size
  }

  /**
   * Sends for so many milliseconds; settles when each request has its answer, or has none for good.
   *
   * @param {number} milliseconds
   */
  async run(milliseconds) {
    const start = performance.now()
    let before = start
    let due = 0
    await new Promise(resolve => {
      const timer = setInterval(() => {
        const now = performance.now()
        // The rate may have changed in between.
        due += ((now - before) * this.rate) / 1000
        before = now
        for (; due >= 1; due--) void this.send()
        if (now - start < milliseconds) return
        clearInterval(timer)
        resolve(undefined)
      }, beat)
    })
    await this.settled()
  }

  /** Sends one request; settles with what became of it. */
  send(kind = this.#table[Math.floor(this.#random() * this.#table.length)]) {
    const id = ++this.#lastId
    const answered = this.#exchange(id, kind).finally(() => this.#open.delete(answered))
    this.#open.add(answered)
    return answered
  }

  async settled() {
    while (this.#open.size > 0) await Promise.all(this.#open)
  }

  /** Closes the connections that are idle. */
  close() {
    for (const client of this.#idle.splice(0)) client.close()
  }

  async #exchange(id, kind) {
    const message = kinds[kind].message(id, this.#random)
    const client = this.#take()
    const at = Date.now()
    const start = performance.now()
    const outcome = await client.exchange(message)
    const took = performance.now() - start
    const right =
      outcome.status === 200 &&
      outcome.complete &&
      kinds[kind].isRight(outcome.body.toString('latin1'), id, message)
    // Bodies of right answers are of no more use.
    if (right) outcome.body = nothing
    const sent = { id, kind, at, took, right, outcome }
    this.sent.push(sent)
    if (client.isOpen) this.#idle.push(client)
    return sent
  }

  #take() {
    const oldest = performance.now() - this.longestIdle
    for (let client = this.#idle.pop(); client; client = this.#idle.pop()) {
      if (client.isOpen && client.usedAt > oldest) return client
      client.close()
    }
    return new Client(this.port, patience)
  }
}

const nothing = Buffer.alloc(0)

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function randomFrom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
