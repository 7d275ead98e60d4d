/**
 * Text that came as bytes and can become the same bytes again. As in Python's `surrogateescape`, a byte that is
 * no UTF-8 is a lone surrogate: U+DC80 for 0x80 up to U+DCFF for 0xff.
 */

/** The text of these bytes. */
export function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd')) return text
  let decoded = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    decoded +=
      length === 0
        ? String.fromCharCode(0xdc00 + bytes[at]!)
        : bytes.toString('utf8', at, at + length)
    at += length || 1
  }
  return decoded
}

/** The bytes of this text. */
export function encodeUtf8(text: string): Buffer {
  // With the flag u these are lone surrogates only, never half of a pair.
  if (!/[\udc80-\udcff]/u.test(text)) return Buffer.from(text, 'utf8')
  const pieces = text.match(/[\udc80-\udcff]+|[^\udc80-\udcff]+/gu) ?? []
  return Buffer.concat(pieces.map(piece => encodePiece(piece)))
}

function encodePiece(piece: string): Buffer {
  const code = piece.charCodeAt(0)
  if (code < 0xdc80 || code > 0xdcff) return Buffer.from(piece, 'utf8')
  return Buffer.from([...piece].map(character => character.charCodeAt(0) - 0xdc00))
}

/** Bytes of the character that begins here, 0 if there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (length === 0 || first > 0xf4) return 0
  const sequence = bytes.subarray(at, at + length)
  return Buffer.from(sequence.toString('utf8'), 'utf8').equals(sequence) ? length : 0
}
