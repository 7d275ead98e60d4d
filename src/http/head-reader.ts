/** Takes the heads of a connection off its bytes, however many reads each comes in. */
import { findHeadEnd, type Head, parseHead, type Refusal } from './head.js'

export class HeadReader {
  /** Some bytes of a head are here. */
  hasBegun = false
  /** So many bytes of its lines were looked at. */
  #judged = 0

  /**
   * @param bytes all that have come and belong to no head or body before
   * @returns the head and what follows it; what refuses it; or that more bytes are needed
   */
  read(bytes: Buffer): { readonly head: Head; readonly rest: Buffer } | 'incomplete' | Refusal {
    const found = findHeadEnd(bytes, this.#judged)
    if (found === 'incomplete') {
      this.#judged = bytes.lastIndexOf('\n', undefined, 'latin1') + 1
      this.hasBegun = true
      return found
    }
    if (typeof found !== 'object') return found
    const head = parseHead(bytes.toString('latin1', found.start, found.end))
    if (typeof head !== 'object') return head
    this.hasBegun = false
    this.#judged = 0
    return { head, rest: bytes.subarray(found.next) }
  }
}
