/** Reads the log of a server (JSON lines) as it grows: which workers came and went, which requests were lost. */
import { closeSync, openSync, readSync } from 'node:fs'

/**
 * @typedef {object} Entry
 * @property {string} event
 * @property {number} at milliseconds since the epoch
 * @property {number} worker its slot; NaN for none
 * @property {number} pid that the message names; NaN for none
 * @property {string} text
 */

export class Logbook {
  /** @type {Entry[]} */
  entries = []
  #path
  #offset = 0
  #rest = ''

  /** @param {string} path of a file that need not be there yet */
  constructor(path) {
    this.#path = path
  }

  /** Takes in what was written since the last time. */
  read() {
    const lines = (this.#rest + this.#fresh()).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.entries.push(entryOf(line))
    return this.entries
  }

  /** @param {string} event */
  of(event) {
    return this.read().filter(entry => entry.event === event)
  }

  /** Processes that can take requests now. */
  get serving() {
    /** @type {Map<number, number>} */
    const bySlot = new Map()
    for (const { event, worker, pid } of this.read()) {
      if (event === 'workerReady') bySlot.set(worker, pid)
      if (event === 'workerDied' && bySlot.get(worker) === pid) bySlot.delete(worker)
      if (event === 'limitReached' && bySlot.get(worker) === pid) bySlot.delete(worker)
    }
    return [...bySlot.values()]
  }

  /**
   * Milliseconds from each loss of a worker to the moment at which another one served in its place; null for
   * one that nobody has replaced.
   *
   * @param {ReadonlyMap<number, number>} kills when processes were killed, where that is known from elsewhere
   */
  recoveries(kills = new Map()) {
    const entries = this.read()
    return entries.flatMap(({ event, worker, pid, at }, index) => {
      if (event !== 'workerDied' && event !== 'limitReached') return []
      // Where a limit was told before, another one has taken the place long ago.
      const told = entries.slice(0, index).some(e => e.event === 'limitReached' && e.pid === pid)
      if (event === 'workerDied' && told) return []
      const next = entries
        .slice(index)
        .find(e => e.event === 'workerReady' && e.worker === worker && e.pid !== pid)
      return [next === undefined ? null : next.at - (kills.get(pid) ?? at)]
    })
  }

  #fresh() {
    const pieces = []
    let file
    try {
      file = openSync(this.#path, 'r')
    } catch {
      return ''
    }
    const block = Buffer.allocUnsafe(65536)
    for (;;) {
      const count = readSync(file, block, 0, block.length, this.#offset)
      if (count === 0) break
      this.#offset += count
      pieces.push(block.toString('latin1', 0, count))
    }
    closeSync(file)
    return pieces.join('')
  }
}

/** @returns {Entry} */
function entryOf(line) {
  try {
    const { event, time, worker, msg } = JSON.parse(line)
    const pid = Number(/\(pid (\d+)\)/.exec(msg)?.[1])
    return { event, at: Date.parse(time), worker: Number(worker), pid, text: msg }
  } catch {
    return { event: 'unreadable', at: Number.NaN, worker: Number.NaN, pid: Number.NaN, text: line }
  }
}
