/** Writes DER (X.690), as far as certificates need it. */

/** One value: its tag, and what is in it. */
export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

export const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)
export const setOf = (...parts: readonly Buffer[]) => der(0x31, ...parts)
export const utf8Text = (text: string) => der(0x0c, Buffer.from(text, 'utf8'))
export const octets = (bytes: Buffer) => der(0x04, bytes)
export const isTrue = der(0x01, Buffer.from([0xff]))

/** Bits of which none are left over in the last byte. */
export const bits = (bytes: Buffer) => der(0x03, Buffer.from([0]), bytes)

/** Tags that say by their number what a value is for. */
export const tagged = (number: number, ...parts: readonly Buffer[]) => der(0xa0 + number, ...parts)

/** A whole number that is not negative, the most significant byte first. */
export function whole(bytes: Buffer): Buffer {
  return der(0x02, bytes[0]! < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]))
}

/** @param text such as `2.5.29.17` */
export function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...others] = text.split('.').map(Number)
  return der(0x06, Buffer.from([40 * first + second, ...others.flatMap(inSevenBits)]))
}

/** To the second, until 2050 in the older form, as RFC 5280 (4.1.2.5) wants it. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits))
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff)
  return Buffer.from([0x80 + bytes.length, ...bytes])
}

function inSevenBits(number: number): number[] {
  const groups = [number & 0x7f]
  for (let rest = number >> 7; rest > 0; rest >>= 7) groups.unshift(0x80 | (rest & 0x7f))
  return groups
}
