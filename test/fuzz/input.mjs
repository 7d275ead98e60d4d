/** One input of the fuzzer: bytes for one connection, and how they are sent. The seed and a number make it. */
import { Dice } from './dice.mjs'
import { mutated, spliced } from './mutation.mjs'
import {
  binary,
  oddFieldLines,
  oldRequest,
  oversized,
  requestLine,
  truncated,
} from './shapes/heads.mjs'
import { aroundLimit, conflict, oddChunks } from './shapes/lengths.mjs'
import { flood, pipeline, plainRequest, request } from './shapes/requests.mjs'

/** Bytes of the longest body that the server takes (--limit-request-body): more than it takes in one piece. */
export const bodyLimit = 100_000

/**
 * @typedef {object} Input
 * @property {number} number
 * @property {string} shape
 * @property {boolean} inOrder every request in it has to be answered
 * @property {Buffer} bytes
 * @property {readonly number[]} cuts where one write ends and the next begins
 * @property {boolean} pauses between the writes
 * @property {'end' | 'late end' | 'reset' | 'close' | 'deaf'} ending what the client does behind the last byte: ends
 *   its side at once, or when nothing has come for a moment; goes; or goes without having read
 */

/** How often a shape comes. */
const shapes = [
  [12, 'in order', pipeline],
  [1, 'flood', flood],
  [12, 'request line', requestLine],
  [3, 'HTTP/0.9', oldRequest],
  [14, 'fields', oddFieldLines],
  [28, 'conflict', conflict],
  [18, 'chunks', oddChunks],
  [3, 'oversized', oversized],
  [1, 'around the limit', maker => aroundLimit(maker, bodyLimit)],
  [3, 'binary', binary],
  [6, 'truncated', truncated],
]
const sum = shapes.reduce((total, [weight]) => total + weight, 0)

function pickShape(dice) {
  let left = dice.below(sum)
  for (const shape of shapes) {
    left -= shape[0]
    if (left < 0) return shape
  }
  throw new Error('no shape')
}

/**
 * @param {number} seed
 * @param {number} number
 * @param {{ whole?: boolean }} [options] whole: sent in one piece, and the client stays until the server has answered
 * @returns {Input}
 */
export function makeInput(seed, number, { whole = false } = {}) {
  const dice = new Dice(seed, number)
  let paths = 0
  const maker = { dice, path: (what = '') => `/i${number}-${++paths}-${what}` }
  const [, shape, make] = pickShape(dice)
  const text = make(maker)
  const isMutated = dice.chance(0.3)
  let bytes = Buffer.from(text, 'latin1')
  if (isMutated) {
    const other = dice.chance(0.2) && Buffer.from(pickShape(dice)[2](maker), 'latin1')
    bytes = other ? spliced(bytes, other, dice) : mutated(bytes, dice)
  }
  const before = dice.chance(0.15) ? request(maker) : ''
  const behind = dice.repeat(0, 2, () => plainRequest(maker))
  bytes = Buffer.concat([Buffer.from(before, 'latin1'), bytes, Buffer.from(behind, 'latin1')])
  const way = whole ? wholeWay : pickWay(dice, bytes.length)
  // Who goes in the middle has sent only the beginning.
  if (way.breaksOff) bytes = bytes.subarray(0, dice.below(bytes.length + 1))
  const isGood = shape === 'in order' || shape === 'flood'
  const inOrder = isGood && !isMutated && !text.includes('Connection: close')
  return { number, shape: isMutated ? `${shape}, mutated` : shape, inOrder, bytes, ...way }
}

const wholeWay = { cuts: [], pauses: false, ending: 'late end', breaksOff: false }

function pickWay(dice, length) {
  const count = dice.chance(0.5) ? 0 : dice.between(1, 6)
  const cuts = Array.from({ length: count }, () => dice.below(length + 1)).sort((a, b) => a - b)
  // A large share stays: the end of the input is where most of it becomes visible.
  const stays = dice.chance(0.8)
  const ending = stays ? dice.pick(['end', 'late end']) : dice.pick(['reset', 'close', 'deaf'])
  return { cuts, pauses: dice.chance(0.3), ending, breaksOff: !stays && dice.chance(0.5) }
}
