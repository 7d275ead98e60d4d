/**
 * The body of a request out of the bytes of a connection: by its length, or chunked (RFC 9112, 6 and 7.1).
 */

import { joinsTooLong, longestUnended, parseFields, refusedSoFar } from './field-lines.js'

/** How the body of a request is delimited. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }

/** 413: a size, or a line, beyond all limits; 500: a trailer that is none. */
export type Fault = 400 | 413 | 500

/** What a decoder made of some bytes. */
export interface Decoded {
  /** Bytes that were used up. */
  readonly used: number
  /** Pieces of the body, in order. */
  readonly pieces: readonly Buffer[]
  /** The body is complete. */
  readonly complete: boolean
  /** The status that refuses what is no body in this framing; null while it is one. */
  readonly fault: Fault | null
}

/** Takes bytes as they arrive. */
export interface BodyDecoder {
  decode(bytes: Buffer): Decoded
}

/** The decoder for a framing; none for a request without a body. */
export function decoderFor(framing: Framing): BodyDecoder | null {
  switch (framing.kind) {
    case 'none':
      return null
    case 'length':
      return new LengthDecoder(framing.length)
    case 'chunked':
      return new ChunkDecoder()
  }
}

class LengthDecoder implements BodyDecoder {
  #left: number

  constructor(length: number) {
    this.#left = length
  }

  decode(bytes: Buffer): Decoded {
    const used = Math.min(this.#left, bytes.length)
    this.#left -= used
    const pieces = used > 0 ? [bytes.subarray(0, used)] : []
    return { used, pieces, complete: this.#left === 0, fault: null }
  }
}

/** Longest line of a chunk size with its extensions and its end: Apache's LimitRequestFieldSize. */
const longestSizeLine = 8190

/** A size that no chunk has: Apache counts to 2 ** 63 - 1. */
const tooLarge = 2n ** 63n

/** Blanks behind the size: Apache's BODY_CHUNK_BWS, at most 10. */
const sizeText = '([0-9A-Fa-f]+)[ \\t]{0,10}(?:;[^\\x00-\\x08\\x0a-\\x1f\\x7f]*)?'
const sizeLine = new RegExp(`^${sizeText}\\r$`)
const sizeBegun = new RegExp(`^${sizeText}\\r?$`)

class ChunkDecoder implements BodyDecoder {
  /** Bytes left of the chunk; its line break is read apart. */
  #left = 0
  readonly #trailers: string[] = []
  #at: 'size' | 'data' | 'break' | 'trailers' | 'end' = 'size'

  decode(bytes: Buffer): Decoded {
    const pieces: Buffer[] = []
    let used = 0
    while (this.#at !== 'end') {
      if (this.#at === 'data') {
        const size = Math.min(this.#left, bytes.length - used)
        if (size > 0) pieces.push(bytes.subarray(used, used + size))
        used += size
        this.#left -= size
        if (this.#left > 0) break
        this.#at = 'break'
        continue
      }
      const lineEnd = bytes.indexOf('\n', used, 'latin1')
      if (lineEnd < 0 && bytes.length - used > this.#longestUnended) {
        const fault = this.#neverEnds(bytes.toString('latin1', used, used + 2 * longestSizeLine))
        return { used, pieces, complete: false, fault }
      }
      if (lineEnd < 0) break
      const fault = this.#takeLine(bytes.toString('latin1', used, lineEnd))
      if (fault !== null) return { used, pieces, complete: false, fault }
      used = lineEnd + 1
    }
    return { used, pieces, complete: this.#at === 'end', fault: null }
  }

  /** Bytes of a line that are waited for. */
  get #longestUnended(): number {
    return this.#at === 'trailers' ? longestUnended : longestSizeLine - 1
  }

  /** What is wrong with a line that goes on and on. */
  #neverEnds(beginning: string): Fault {
    if (this.#at === 'trailers') return 500
    return this.#at === 'size' && sizeBegun.test(beginning) ? 413 : 400
  }

  /** What is wrong with a line, its carriage return included; null for nothing. */
  #takeLine(text: string): Fault | null {
    const line = text.endsWith('\r') ? text.slice(0, -1) : null
    switch (this.#at) {
      case 'break':
        this.#at = 'size'
        return line === '' ? null : 400
      case 'trailers':
        return this.#takeTrailer(line)
      default:
        return this.#takeSize(text)
    }
  }

  #takeSize(text: string): Fault | null {
    const size = sizeLine.exec(text)
    // Digits that are too many are seen before what is wrong behind them.
    const digits = size?.[1] ?? /^[0-9A-Fa-f]*/.exec(text)![0]
    if (digits.length > 12 && BigInt(`0x${digits}`) >= tooLarge) return 413
    if (size === null) return 400
    if (text.length + 1 > longestSizeLine) return 413
    this.#left = Number.parseInt(digits, 16)
    this.#at = this.#left === 0 ? 'trailers' : 'data'
    return null
  }

  #takeTrailer(line: string | null): Fault | null {
    if (line === null) return 500
    if (line !== '') {
      this.#trailers.push(line)
      return refusedSoFar(this.#trailers, 0) ? 500 : null
    }
    const fields = parseFields(this.#trailers, 0)
    if (fields === null || joinsTooLong(fields)) return 500
    this.#at = 'end'
    return null
  }
}
