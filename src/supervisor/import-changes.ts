/**
 * What the application changes of os.environ and sys.path before it is loaded: the template has imported its modules
 * under the same conditions. When a change of the code changes that, it is of no more use.
 */
import type { ImportConditions } from '../workers/load-result.js'

export class ImportChanges {
  /** As the last worker that was started from nothing had them. */
  #present: ImportConditions | undefined
  /** As a forked one had them that did not fit. */
  #other: ImportConditions | undefined
  /** Variables that are another one each time, a time of the start for example: no template can have them. */
  readonly #fickle = new Set<string>()

  /** Whether those of a forked worker are the present ones. */
  fit(conditions: ImportConditions | undefined): boolean {
    if (this.#differing(this.#present, conditions).length === 0) return true
    this.#other = conditions
    return false
  }

  /** Those of one that was started from nothing. */
  are(conditions: ImportConditions | undefined): void {
    // The same code has just had others: it is not the code that makes the difference.
    for (const name of this.#differing(this.#other, conditions)) this.#fickle.add(name)
    this.#other = undefined
    this.#present = conditions
  }

  /** From now on they may be others. */
  codeChanged(): void {
    this.#other = undefined
  }

  #differing(one: ImportConditions | undefined, another: ImportConditions | undefined): string[] {
    if (one === undefined || another === undefined) return []
    const names = new Set([...Object.keys(one.environ), ...Object.keys(another.environ)])
    const differing = [...names].filter(name => one.environ[name] !== another.environ[name])
    if (one.path?.join('\0') !== another.path?.join('\0')) differing.push('sys.path')
    return differing.filter(name => !this.#fickle.has(name))
  }
}
