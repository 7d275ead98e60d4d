/**
 * Looks at paths one after the other, again and again, and tells of those that are not as they are known. A look at a
 * disk of this machine is made here and now, which takes some 0.003 ms; a file system that may keep one waiting is asked
 * beside the server, at 0.007 ms of a core. The server goes on between any few of them.
 */
import { type BigIntStats, stat } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../base/clock.js'
import { lookAt } from './look-at.js'
import type { Differs, SignHearer, SignSource } from './signs.js'

/** How often. */
export interface Pace {
  /** Milliseconds between two rounds. */
  readonly pause: number
  /** Milliseconds of pause for each path, where that is more. */
  readonly forEach: number
}

export interface StatRoundsOptions {
  readonly clock: Clock
  readonly pace: Pace
  readonly differs: Differs
  /** True for a path on a file system that may keep one waiting. */
  readonly isFar: (path: string) => boolean
}

/** Looks in one go. */
const atOnce = 64

/** Such a path costs as much as so many others. */
const costOfFar = 3

export class StatRounds implements SignSource {
  readonly #options: StatRoundsOptions
  readonly #hearer: SignHearer
  readonly #near = new Set<string>()
  readonly #far = new Set<string>()
  #cancel: (() => void) | null = null
  #underWay = false
  #closed = false

  constructor(options: StatRoundsOptions, hearer: SignHearer) {
    this.#options = options
    this.#hearer = hearer
  }

  add(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.#options.isFar(path)) this.#far.add(path)
      else this.#near.add(path)
    }
    if (this.#cancel === null && !this.#underWay) this.#order()
  }

  remove(path: string): void {
    this.#near.delete(path)
    this.#far.delete(path)
  }

  close(): Promise<void> {
    this.#closed = true
    this.#cancel?.()
    return Promise.resolve()
  }

  #order(): void {
    this.#cancel = null
    const cost = this.#near.size + costOfFar * this.#far.size
    if (this.#closed || cost === 0) return
    const { clock, pace } = this.#options
    const pause = Math.max(pace.pause, pace.forEach * cost)
    this.#cancel = clock.after(pause, () => void this.#round())
  }

  async #round(): Promise<void> {
    this.#cancel = null
    this.#underWay = true
    for (const paths of cut(this.#near)) {
      if (this.#closed) return
      for (const path of paths) this.#found(path, lookAt(path))
      await setImmediate()
    }
    for (const paths of cut(this.#far)) {
      if (this.#closed) return
      const finds = await Promise.all(paths.map(lookBeside))
      for (const [at, path] of paths.entries()) this.#found(path, finds[at]!)
    }
    this.#underWay = false
    this.#order()
  }

  #found(path: string, found: BigIntStats | null): void {
    if (this.#closed || !(this.#near.has(path) || this.#far.has(path))) return
    if (this.#options.differs(path, found)) this.#hearer.sign(path)
  }
}

/** Pieces of what is in the set now. */
function cut(set: ReadonlySet<string>): string[][] {
  const paths = [...set]
  return Array.from({ length: Math.ceil(paths.length / atOnce) }, (_, at) =>
    paths.slice(at * atOnce, (at + 1) * atOnce),
  )
}

function lookBeside(path: string): Promise<BigIntStats | null> {
  return new Promise(resolve => {
    stat(path, { bigint: true }, (error, stats) => resolve(error ? null : stats))
  })
}
