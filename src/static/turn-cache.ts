/** What was found out in the present turn of the event loop; forgotten when it ends. */
export class TurnCache<Value> {
  readonly #values = new Map<string, Value>()

  /** The value of the turn, found out by `find` if nobody has asked for it yet. */
  get(key: string, find: (key: string) => Value): Value {
    const known = this.#values.get(key)
    if (known !== undefined) return known
    const found = find(key)
    // The phase that follows all reading: with the next turn something else may be true.
    if (this.#values.size === 0) setImmediate(() => this.#values.clear())
    this.#values.set(key, found)
    return found
  }
}
