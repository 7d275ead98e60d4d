/**
 * The requests that are with the application or wait for it.
 *
 * An array with swapped removal, not a Set: V8 chains the tables that a Set outgrows, and once one of them is
 * in the old generation every request that was ever in the chain stays there until the next full collection.
 * Measured under load with a Set: two thirds of each young collection survived.
 */
export interface Listed {
  /** Its place in the list, -1 while it is in none; only the list writes it. */
  place: number
}

export class InProgress<Member extends Listed> {
  readonly #members: Member[] = []

  get size(): number {
    return this.#members.length
  }

  add(member: Member): void {
    member.place = this.#members.length
    this.#members.push(member)
  }

  /** Does nothing for a member that is not in the list. */
  delete(member: Member): void {
    const { place } = member
    if (place < 0) return
    const last = this.#members.pop()!
    if (last !== member) {
      this.#members[place] = last
      last.place = place
    }
    member.place = -1
  }

  /** The members now, in no particular order. */
  list(): Member[] {
    return [...this.#members]
  }
}
