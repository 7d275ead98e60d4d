/** Small changes of bytes that were in some order. */

/** What parsers trip over. */
const tokens = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\n\n',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '0',
    '-',
    '+',
    '\x7f',
    '\x80',
    '\xff',
    '"',
    '%',
  ],
  ...[
    '%0d%0a',
    '%2f',
    '..',
    '/',
    '?',
    '#',
    '\r\n ',
    '\r\n\t',
    'chunked',
    'Content-Length: 5\r\n',
    'Content-Length: 0\r\n',
  ],
  ...[
    'Transfer-Encoding: chunked\r\n',
    '0\r\n\r\n',
    'HTTP/1.0',
    'Connection: close\r\n',
    'Expect: 100-continue\r\n',
    'Host: x\r\n',
  ],
]

const changes = [
  // One bit.
  (bytes, dice) => {
    const at = dice.below(bytes.length)
    bytes[at] ^= 1 << dice.below(8)
    return bytes
  },
  // Another byte.
  (bytes, dice) => {
    bytes[dice.below(bytes.length)] = dice.pick(tokens).charCodeAt(0)
    return bytes
  },
  // More.
  (bytes, dice) => {
    const at = dice.below(bytes.length + 1)
    const token = Buffer.from(dice.pick(tokens), 'latin1')
    return Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at)])
  },
  // Less.
  (bytes, dice) => {
    const at = dice.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + dice.between(1, 8))])
  },
  // Twice.
  (bytes, dice) => {
    const from = dice.below(bytes.length)
    const to = from + dice.between(1, 60)
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])
  },
]

/**
 * Changes bytes a little.
 *
 * @param {Buffer} bytes
 * @param {import('./dice.mjs').Dice} dice
 */
export function mutated(bytes, dice) {
  let changed = Buffer.from(bytes)
  for (let left = dice.between(1, 3); left > 0 && changed.length > 0; left--) {
    changed = dice.pick(changes)(changed, dice)
  }
  return changed
}

/** The beginning of one and the end of another. */
export function spliced(first, second, dice) {
  return Buffer.concat([
    first.subarray(0, dice.below(first.length + 1)),
    second.subarray(dice.below(second.length + 1)),
  ])
}
