/**
 * The first start of many workers: some start from nothing, one for each core, and the others wait for the template, where
 * forking them is sooner done than having each import everything.
 */
import type { Clock } from '../base/clock.js'

export interface FirstStartOptions {
  /** Number of workers wanted. */
  readonly wanted: number
  readonly cores: number
  readonly clock: Clock
  /** Nobody has to wait any more. */
  readonly over: () => void
}

/** Loads that a template takes: it imports twice, since the first time tells what must not be in it. */
const loadsOfTemplate = 2.3

/** Seconds that a template takes besides. */
const secondsOfTemplate = 0.5

export class FirstStart {
  readonly #options: FirstStartOptions
  #isOver: boolean
  #cancel: () => void = () => {}

  constructor(options: FirstStartOptions) {
    this.#options = options
    // A load of no time at all would not make it worth while; what is left is never more than this.
    this.#isOver = this.#rounds <= loadsOfTemplate
  }

  /** How many workers there may be so far. */
  get most(): number {
    return this.#isOver ? Number.POSITIVE_INFINITY : this.#options.cores
  }

  /** One was started from nothing, and took so long to load; null: it could not. */
  loaded(seconds: number | null): void {
    if (this.#isOver) return
    const others = this.#rounds * (seconds ?? 0)
    if (others <= loadsOfTemplate * (seconds ?? 0) + secondsOfTemplate) return this.end()
    this.#cancel()
    // They would all be there by then.
    this.#cancel = this.#options.clock.after(others * 1000, () => this.end())
  }

  /** The template is there, or there will be none. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cancel()
    this.#options.over()
  }

  /** Loads one after the other that the workers beyond the first ones need. */
  get #rounds(): number {
    const { wanted, cores } = this.#options
    return (wanted - cores) / cores
  }
}
