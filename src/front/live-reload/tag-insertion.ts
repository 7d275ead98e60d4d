/** Puts a tag into a page on its way, piece by piece: no piece waits for another. */
import type { BodyInsertion } from '../../http/response.js'

/**
 * `end`: behind the last byte, where every parser of HTML takes it for a part of the body, so that nothing has to be
 * looked for. `inside`: in XHTML nothing may follow the root, so it goes before the first end tag of head or body that
 * lies whole in one piece.
 */
export type TagPlace = 'end' | 'inside'

const endTags = ['</head>', '</body>']

export class TagInsertion implements BodyInsertion {
  readonly length: number
  readonly #tag: Buffer
  readonly #place: TagPlace
  /** The first two bytes of the body, which may be a byte order mark. */
  #begin = nothing
  #placed = false

  constructor(tag: Buffer, place: TagPlace) {
    this.#tag = tag
    this.#place = place
    this.length = tag.length
  }

  pass(piece: Buffer): Buffer {
    const missing = 2 - this.#begin.length
    if (missing > 0) this.#begin = Buffer.concat([this.#begin, piece.subarray(0, missing)])
    if (this.#place === 'end' || this.#placed) return piece
    const found = endTags.map(tag => piece.indexOf(tag)).filter(at => at >= 0)
    if (found.length === 0) return piece
    this.#placed = true
    const at = Math.min(...found)
    return Buffer.concat([piece.subarray(0, at), this.#tag, piece.subarray(at)])
  }

  /** A page that cannot have the tag gets blanks, since its length was told. */
  rest(): Buffer {
    // An empty body is no page.
    if (this.#placed || this.#begin.length === 0) return nothing
    const blank = wideBlank(this.#begin)
    if (this.#place === 'end' && blank === null) return this.#tag
    return Buffer.alloc(this.length, blank ?? ' ', 'latin1')
  }
}

const nothing: Buffer = Buffer.alloc(0)

/** A blank of UTF-16, if a body begins with the mark of that. */
function wideBlank(begin: Buffer): string | null {
  if (begin[0] === 0xff && begin[1] === 0xfe) return ' \0'
  return begin[0] === 0xfe && begin[1] === 0xff ? '\0 ' : null
}
