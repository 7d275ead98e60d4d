/** What a fleet is to become: how many workers, of which generation, and by which rules they live. */
import type { FleetRules } from './fleet-options.js'

export class Target {
  #rules: FleetRules
  #workers: number
  #generation = 0
  #oldest = 0
  #renewing = false
  /** By what the workers live that stay when new ones, which follow other rules, are no use. */
  #former: { readonly rules: FleetRules; readonly workers: number } | null = null

  constructor(rules: FleetRules) {
    this.#rules = rules
    this.#workers = rules.processes
  }

  get rules(): FleetRules {
    return this.#rules
  }

  /** Number of workers. */
  get workers(): number {
    return this.#workers
  }

  /** Of the workers that are started. */
  get generation(): number {
    return this.#generation
  }

  /** Workers from this generation on are as good as new ones: these were no use, and the older ones stayed. */
  get oldest(): number {
    return this.#oldest
  }

  /** Workers of older generations serve until one of the present generation is ready in their place. */
  get renewing(): boolean {
    return this.#renewing
  }

  /** Whether workers of this generation stay. */
  counts({ generation }: { readonly generation: number }): boolean {
    return generation >= this.#oldest && generation <= this.#generation
  }

  /** Also if the present generation is no use. */
  resize(workers: number): void {
    this.#workers = workers
    if (this.#former) this.#former = { ...this.#former, workers }
  }

  /**
   * Another generation.
   * @param rules by which it lives; default: the present ones
   */
  next(renewing: boolean, rules: FleetRules = this.#rules): void {
    if (!renewing) this.#former = null
    else this.#former ??= { rules: this.#rules, workers: this.#workers }
    if (rules.processes !== this.#rules.processes) this.#workers = rules.processes
    this.#rules = rules
    this.#renewing = renewing
    this.#generation++
    this.#oldest = this.#generation
  }

  /** Every worker of an older generation is replaced. False: that was known. */
  renewed(): boolean {
    const isNew = this.#renewing
    this.#renewing = false
    this.#former = null
    return isNew
  }

  /** A worker of the present generation is no use: those that serve stay, whatever theirs, and live by the former rules. */
  giveUp(serving: readonly { readonly generation: number }[]): void {
    const generations = serving.map(({ generation }) => generation)
    if (!generations.includes(this.#generation)) this.#generation--
    this.#oldest = Math.min(this.#generation, ...generations)
    if (this.#former) {
      this.#rules = this.#former.rules
      this.#workers = this.#former.workers
    }
    this.renewed()
  }
}
