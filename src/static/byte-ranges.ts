/** Bodies of 206 responses, RFC 9110 sections 14.4 and 14.6. */
import type { Representation } from './file-store.js'
import type { ByteRange } from './range-header.js'
import type { Piece } from './send-file.js'

/** What a 206 response says and sends. */
export interface PartialContent {
  readonly length: number
  readonly contentType: string | undefined
  /** `Content-Range`, for a single range only. */
  readonly contentRange: string | undefined
  readonly pieces: readonly Piece[]
}

/**
 * Lays out the ranges of a file: one as it is, several as `multipart/byteranges` with Apache's spelling of
 * the part headers.
 *
 * @example
 * partialContent({ size: 36, contentType: 'text/plain', ... }, [{ start: 0, end: 4 }], 'x')
 * // { length: 5, contentType: 'text/plain', contentRange: 'bytes 0-4/36', pieces: [{ start: 0, end: 4 }] }
 */
export function partialContent(
  file: Pick<Representation, 'size' | 'contentType'>,
  ranges: readonly ByteRange[],
  boundary: string,
): PartialContent {
  const [range] = ranges
  if (range !== undefined && ranges.length === 1) {
    return {
      length: lengthOf(range),
      contentType: file.contentType,
      contentRange: contentRange(range, file.size),
      pieces: [range],
    }
  }
  const pieces = ranges.flatMap((part): Piece[] => [partHead(file, part, boundary), part])
  pieces.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'))
  return {
    length: pieces.reduce((sum, piece) => sum + lengthOf(piece), 0),
    contentType: `multipart/byteranges; boundary=${boundary}`,
    contentRange: undefined,
    pieces,
  }
}

/** The bytes of `pieces`, of a file that is in memory. */
export function assemble(pieces: readonly Piece[], body: Buffer): Buffer {
  const buffers = pieces.map(piece =>
    Buffer.isBuffer(piece) ? piece : body.subarray(piece.start, piece.end + 1),
  )
  const [first] = buffers
  return first !== undefined && buffers.length === 1 ? first : Buffer.concat(buffers)
}

function partHead(
  { size, contentType }: Pick<Representation, 'size' | 'contentType'>,
  range: ByteRange,
  boundary: string,
): Buffer {
  const type = contentType === undefined ? '' : `Content-type: ${contentType}\r\n`
  const head = `\r\n--${boundary}\r\n${type}Content-range: ${contentRange(range, size)}\r\n\r\n`
  return Buffer.from(head, 'latin1')
}

function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end}/${size}`
}

function lengthOf(piece: Piece): number {
  return Buffer.isBuffer(piece) ? piece.length : piece.end - piece.start + 1
}
