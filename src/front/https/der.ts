/** Reads DER (X.690), as far as certificates and sessions of TLS need it where Node tells nothing. */

export interface DerValue {
  readonly tag: number
  readonly body: Buffer
}

/** The values one after the other, such as those of a sequence. Throws on what is no DER. */
export function derValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]!
    const { length, start } = lengthAt(bytes, at + 1)
    if (start + length > bytes.length) throw new Error('Internal error: DER that is cut off')
    values.push({ tag, body: bytes.subarray(start, start + length) })
    at = start + length
  }
  return values
}

function lengthAt(bytes: Buffer, at: number): { length: number; start: number } {
  const first = bytes[at]
  if (first === undefined) throw new Error('Internal error: DER that is cut off')
  if (first < 0x80) return { length: first, start: at + 1 }
  const count = first & 0x7f
  return { length: bytes.readUIntBE(at + 1, count), start: at + 1 + count }
}

/** `1.2.840.113549.1.1.11`, out of the body of an object identifier. */
export function derObjectId(body: Buffer): string {
  const numbers: number[] = []
  let number = 0
  for (const byte of body) {
    number = number * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      numbers.push(number)
      number = 0
    }
  }
  const [first = 0, ...others] = numbers
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - 40 * root, ...others].join('.')
}
