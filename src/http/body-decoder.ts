/**
 * The body of a request out of the bytes of a connection: by its length, or chunked (RFC 9112, 6 and 7.1).
 */

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

/** Longest line of a chunk size with its extensions, or of a trailer: Apache's LimitRequestLine. */
const longestChunkLine = 8190

/** Most trailers: Apache's LimitRequestFields. */
const mostTrailers = 100

/** Hexadecimal digits of the largest size that is believed. */
const mostDigits = 12

const sizeLine = /^([0-9A-Fa-f]+)[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?$/
const trailerLine = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0a-\x1f\x7f]*$/

class ChunkDecoder implements BodyDecoder {
  /** Bytes left of the chunk; its line break is read apart. */
  #left = 0
  #trailers = 0
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
      const length = (lineEnd < 0 ? bytes.length : lineEnd) - used
      if (length > longestChunkLine) return { used, pieces, complete: false, fault: this.#tooLong }
      if (lineEnd < 0) break
      const fault = this.#takeLine(bytes.toString('latin1', used, lineEnd))
      if (fault !== null) return { used, pieces, complete: false, fault }
      used = lineEnd + 1
    }
    return { used, pieces, complete: this.#at === 'end', fault: null }
  }

  get #tooLong(): Fault {
    return this.#at === 'trailers' ? 500 : 413
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
        return line === null ? 400 : this.#takeSize(line)
    }
  }

  #takeSize(line: string): Fault | null {
    const size = sizeLine.exec(line)
    if (size === null) return 400
    if (size[1]!.replace(/^0+/, '').length > mostDigits) return 413
    this.#left = Number.parseInt(size[1]!, 16)
    this.#at = this.#left === 0 ? 'trailers' : 'data'
    return null
  }

  #takeTrailer(line: string | null): Fault | null {
    if (line === '') {
      this.#at = 'end'
      return null
    }
    const isTrailer = line !== null && (trailerLine.test(line) || /^[ \t]/.test(line))
    return isTrailer && ++this.#trailers <= mostTrailers ? null : 500
  }
}
