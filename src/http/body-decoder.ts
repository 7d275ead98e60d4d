/**
 * The body of a request out of the bytes of a connection: by its length, or chunked (RFC 9112, 6 and 7.1).
 */

/** How the body of a request is delimited. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }

/** What a decoder made of some bytes. */
export interface Decoded {
  /** Bytes that were used up. */
  readonly used: number
  /** Pieces of the body, in order. */
  readonly pieces: readonly Buffer[]
  /** The body is complete. */
  readonly complete: boolean
  /** The bytes are no body in this framing; nothing more can be read. */
  readonly malformed: boolean
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
    return { used, pieces, complete: this.#left === 0, malformed: false }
  }
}

/** Longest line of a chunk size with its extensions, or of a trailer. */
const longestChunkLine = 8190

/** Largest chunk: more hexadecimal digits than this make no number that counts. */
const mostDigits = 12

class ChunkDecoder implements BodyDecoder {
  /** Bytes left of the chunk; its line break is read apart. */
  #left = 0
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
      if (lineEnd < 0) {
        const malformed = bytes.length - used > longestChunkLine
        return { used, pieces, complete: false, malformed }
      }
      const line = bytes.toString('latin1', used, lineEnd)
      if (!line.endsWith('\r') || !this.#takeLine(line.slice(0, -1))) {
        return { used, pieces, complete: false, malformed: true }
      }
      used = lineEnd + 1
    }
    return { used, pieces, complete: this.#at === 'end', malformed: false }
  }

  /** False: the line is not what has to stand here. */
  #takeLine(line: string): boolean {
    if (this.#at === 'break') {
      this.#at = 'size'
      return line === ''
    }
    if (this.#at === 'trailers') {
      if (line === '') this.#at = 'end'
      return line.length <= longestChunkLine
    }
    const size = /^([0-9A-Fa-f]+)[ \t]*(?:;.*)?$/.exec(line)
    if (size === null || size[1]!.replace(/^0+/, '').length > mostDigits) return false
    this.#left = Number.parseInt(size[1]!, 16)
    this.#at = this.#left === 0 ? 'trailers' : 'data'
    return true
  }
}
