/** Looks at paths one after the other, again and again, and tells of those that are not as they are known. */
import { type BigIntStats, stat } from 'node:fs'
import type { Clock } from '../base/clock.js'
import type { Differs, SignHearer, SignSource } from './signs.js'

/** How often. */
export interface Pace {
  /** Milliseconds between two rounds. */
  readonly pause: number
  /** Milliseconds of pause for each path, where that is more: a look takes about 0.004 ms of a core. */
  readonly forEach: number
}

/** Looks under way at once: as many as Node has threads for them. */
const atOnce = 4

export class StatRounds implements SignSource {
  readonly #clock: Clock
  readonly #pace: Pace
  readonly #differs: Differs
  readonly #hearer: SignHearer
  readonly #paths = new Set<string>()
  #cancel: (() => void) | null = null
  #underWay = false
  #closed = false

  constructor(clock: Clock, pace: Pace, differs: Differs, hearer: SignHearer) {
    this.#clock = clock
    this.#pace = pace
    this.#differs = differs
    this.#hearer = hearer
  }

  add(paths: readonly string[]): void {
    for (const path of paths) this.#paths.add(path)
    if (this.#cancel === null && !this.#underWay) this.#order()
  }

  remove(path: string): void {
    this.#paths.delete(path)
  }

  close(): Promise<void> {
    this.#closed = true
    this.#cancel?.()
    return Promise.resolve()
  }

  #order(): void {
    this.#cancel = null
    if (this.#closed || this.#paths.size === 0) return
    const pause = Math.max(this.#pace.pause, this.#pace.forEach * this.#paths.size)
    this.#cancel = this.#clock.after(pause, () => void this.#round())
  }

  async #round(): Promise<void> {
    this.#cancel = null
    this.#underWay = true
    const paths = [...this.#paths].values()
    // Each of them takes the next path when its look is over: no crowd of looks, and the server goes on between them.
    await Promise.all(Array.from({ length: atOnce }, () => this.#walk(paths)))
    this.#underWay = false
    this.#order()
  }

  #walk(paths: Iterator<string>): Promise<void> {
    return new Promise(resolve => {
      const next = () => {
        const step = this.#closed ? null : paths.next()
        if (step === null || step.done) return resolve()
        stat(step.value, { bigint: true }, (error, stats) => {
          this.#look(step.value, error ? null : stats)
          next()
        })
      }
      next()
    })
  }

  #look(path: string, found: BigIntStats | null): void {
    if (this.#closed || !this.#paths.has(path)) return
    if (this.#differs(path, found)) this.#hearer.sign(path)
  }
}
