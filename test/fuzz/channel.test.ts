/**
 * The codec of the channel and the reader of a worker's output under random bytes. FUZZ_INPUTS and FUZZ_SEED are set
 * by `npm run fuzz -- channel`.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutputReader } from '../../src/workers/output-reader.js'
import {
  decodeAbort,
  decodeEnd,
  decodeJson,
  decodeMessage,
  decodeRequest,
  decodeResponse,
  encodeAbort,
  encodeFrame,
  encodeJson,
  encodeRequest,
  expectEmpty,
  expectNumberOnly,
  FrameReader,
  type FrameType,
  frameType,
  numberRequest,
  ProtocolError,
} from '../../src/workers/protocol.js'
import { testPython } from '../rig/python-environment.js'

const numRuns = Number(process.env['FUZZ_INPUTS'] ?? 2000)
const seed = Number(process.env['FUZZ_SEED'] ?? 1)
const rules = { numRuns, seed }
/** For `npm run fuzz`; by default it takes a second. */
const patience = 600_000

const types = Object.values(frameType)
const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map(array => Buffer.from(array))
const number = fc.integer({ min: 0, max: 2 ** 32 - 1 })

/** Characters of latin-1, without the one that separates texts. */
const latin1 = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength })
    .map(codes => String.fromCharCode(...codes))
/** Any text, halves of surrogate pairs included. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0x22, 0x5c, 0xd83d, 0xde00)))
  .map(codes => String.fromCharCode(...codes))
const jsonValue: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    anyText,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 3 }),
  ),
})).value
const message = fc
  .tuple(anyText, fc.dictionary(anyText, jsonValue, { maxKeys: 4 }))
  .map(([type, fields]) => ({ ...fields, type }))

const pairs = fc.array(fc.tuple(latin1(8), latin1(20)), { maxLength: 5 })
const request = fc
  .tuple(number, fc.constantFrom(0 as const, 1 as const, 2 as const), pairs, bytes(60))
  .map(([number, kind, environ, body]) => {
    const frame = encodeRequest(environ.flat().join('\0'), kind, kind === 1 ? body : undefined)
    numberRequest(frame, number)
    return frame
  })
const response = fc
  .tuple(number, fc.constantFrom(0, 1, 3), latin1(12), pairs, bytes(60))
  .map(([number, flags, status, fields, body]) => {
    const head = Buffer.from([`2${status}`, ...fields.flat()].join('\0'), 'latin1')
    const start = Buffer.alloc(9)
    start.writeUInt32BE(number, 0)
    start[4] = flags
    start.writeUInt32BE(head.length, 5)
    return encodeFrame(frameType.response, Buffer.concat([start, head, body]))
  })
const numbered = (type: FrameType, last: fc.Arbitrary<number[]>) =>
  fc.tuple(number, last).map(([number, more]) => {
    const payload = Buffer.alloc(4)
    payload.writeUInt32BE(number)
    return encodeFrame(type, Buffer.concat([payload, Buffer.from(more)]))
  })
const nothing = fc.constant<number[]>([])

/** Frames as either side sends them. */
const goodFrame = fc.oneof(
  message.map(value => encodeJson(frameType.message, value)),
  message.map(value => encodeJson(frameType.hello, value)),
  request,
  response,
  bytes(80).map(body => encodeFrame(frameType.body, body)),
  bytes(80).map(data => encodeFrame(frameType.data, data)),
  fc.constant(encodeFrame(frameType.bodyEnd, Buffer.alloc(0))),
  fc.tuple(number, fc.constantFrom(1 as const, 2 as const)).map(args => encodeAbort(...args)),
  numbered(frameType.continue, nothing),
  numbered(frameType.retry, nothing),
  numbered(
    frameType.end,
    fc.integer({ min: 0, max: 4 }).map(outcome => [outcome]),
  ),
)
const jsonLike = fc
  .tuple(
    fc.constantFrom('', ' ', '\ufeff', '['),
    fc.json(),
    fc.constantFrom('', ' ', '\n', 'x', ','),
  )
  .map(parts => Buffer.from(parts.join('')))
/** Nearly a REQUEST or a RESPONSE: kind and flags, the number of texts and their length are only nearly right. */
const section = fc
  .tuple(
    number,
    fc.integer({ min: 0, max: 4 }),
    fc.array(latin1(3)),
    fc.constantFrom(-1, 0, 0, 0, 1),
  )
  .map(([number, first, texts, more]) => {
    const text = Buffer.from(texts.join('\0'), 'latin1')
    const start = Buffer.alloc(9)
    start.writeUInt32BE(number, 0)
    start[4] = first
    start.writeUInt32BE(Math.max(0, text.length + more), 5)
    return Buffer.concat([start, text])
  })
/** A header in order, and anything behind it. */
const oddFrame = fc
  .oneof(
    fc.tuple(fc.constantFrom(frameType.request, frameType.response), section),
    fc.tuple(fc.constantFrom(...types), bytes(40)),
    fc.tuple(fc.constantFrom(frameType.hello, frameType.message), jsonLike),
  )
  .map(([type, payload]) => encodeFrame(type, payload))
const goodStream = fc.array(goodFrame, { maxLength: 6 }).map(frames => Buffer.concat(frames))
/** Most of what can be wrong stands in the first bytes of a frame, and is wrong by little. */
const change = fc.tuple(
  fc.oneof(fc.nat(), fc.nat(14)),
  fc.oneof(fc.nat(255), fc.constantFrom(1, 2, 254, 255)),
)
const changedStream = fc
  .tuple(goodStream, fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([stream, changes]) => {
    const changed = Buffer.from(stream)
    for (const [place, more] of changes) {
      const at = place % Math.max(1, changed.length)
      if (changed.length > 0) changed[at] = changed[at]! + more
    }
    return changed
  })
const anyStream = fc.oneof(
  bytes(60),
  changedStream,
  fc.array(fc.oneof(goodFrame, oddFrame), { maxLength: 4 }).map(frames => Buffer.concat(frames)),
)
/** Where a stream is cut, as shares of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })

function cut(stream: Buffer, shares: readonly number[]): Buffer[] {
  const ends = shares.map(share => Math.floor(share * stream.length)).sort((a, b) => a - b)
  return [...ends, stream.length].map((end, at) =>
    stream.subarray(at === 0 ? 0 : ends[at - 1], end),
  )
}

/** Takes a frame apart as its receiver does, whoever that is. */
function takeApart(type: number, payload: Buffer): unknown {
  switch (type) {
    case frameType.hello:
      return decodeJson(payload)
    case frameType.message:
      return decodeMessage(payload)
    case frameType.request:
      return decodeRequest(payload)
    case frameType.response:
      return decodeResponse(payload)
    case frameType.end:
      return decodeEnd(payload)
    case frameType.abort:
      return decodeAbort(payload)
    case frameType.bodyEnd:
      return expectEmpty(payload)
    case frameType.continue:
    case frameType.retry:
      return expectNumberOnly(payload)
    default:
      return payload.toString('hex')
  }
}

/** The frames up to the first that is refused, and why it is. Anything but a ProtocolError is thrown on. */
function outcomeOf(pieces: readonly Buffer[]) {
  const frames: [type: number, hex: string, taken: unknown][] = []
  const reader = new FrameReader()
  try {
    for (const piece of pieces) {
      reader.push(piece, (type, payload) => {
        const taken = takeApart(type, payload)
        frames.push([type, encodeFrame(type as FrameType, payload).toString('hex'), taken])
      })
    }
    return { frames, refused: null }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { frames, refused: error.message }
  }
}

test(
  'any bytes raise nothing but ProtocolError, and where they are cut makes no difference',
  () => {
    fc.assert(
      fc.property(anyStream, cuts, (stream, shares) => {
        expect(outcomeOf(cut(stream, shares))).toEqual(outcomeOf([stream]))
      }),
      rules,
    )
  },
  patience,
)

test(
  'frames come out as they went in, in any pieces',
  () => {
    fc.assert(
      fc.property(fc.array(goodFrame, { maxLength: 6 }), cuts, (sent, shares) => {
        const { frames, refused } = outcomeOf(cut(Buffer.concat(sent), shares))
        expect(refused).toBe(null)
        expect(frames.map(([, hex]) => hex)).toEqual(sent.map(frame => frame.toString('hex')))
      }),
      rules,
    )
  },
  patience,
)

test(
  'decodeMessage() gives what encodeJson() was given',
  () => {
    fc.assert(
      fc.property(message, value => {
        const decoded = decodeMessage(encodeJson(frameType.message, value).subarray(5))
        expect(JSON.stringify(decoded)).toBe(JSON.stringify(value))
      }),
      rules,
    )
  },
  patience,
)

test(
  'both languages take the same streams apart in the same way, and refuse the same',
  () => {
    const streams = fc.sample(fc.tuple(fc.oneof(goodStream, anyStream), cuts), rules)
    const lines = streams.map(([stream, shares]) =>
      cut(stream, shares)
        .map(piece => piece.toString('hex'))
        .join(' '),
    )
    const answers = askPython(lines)
    expect(answers).toHaveLength(streams.length)
    for (const [at, [stream]] of streams.entries()) {
      const { frames, refused } = outcomeOf([stream])
      const own = { refused: refused !== null, frames: frames.map(([type, hex]) => [type, hex]) }
      const { refused: isRefused = false, frames: theirs = [] } = answers[at]!
      const context = stream.toString('latin1')
      expect([context, isRefused]).toEqual([context, own.refused])
      if (!isRefused) expect(theirs.map(plain)).toEqual(own.frames.map(plain))
    }
  },
  patience,
)

interface Answer {
  readonly refused?: boolean
  readonly frames?: [type: number, hex: string][]
}

function askPython(lines: readonly string[]): Answer[] {
  const peer = fileURLToPath(new URL('channel-peer.py', import.meta.url))
  const { stdout, stderr } = spawnSync(testPython(), [peer], {
    input: lines.map(line => `${line}\n`).join(''),
    env: { PYTHONPATH: fileURLToPath(new URL('../../python', import.meta.url)) },
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Answer)
}

/** JSON has more than one spelling. */
function plain(frame: readonly unknown[]): unknown {
  const [type, hex] = frame as [number, string]
  if (type !== frameType.hello && type !== frameType.message) return [type, hex]
  return [type, decodeJson(Buffer.from(hex, 'hex').subarray(5))]
}

const secret = 'key'
const record = fc
  .record({
    t: fc.double({ noNaN: true, noDefaultInfinity: true }),
    i: fc.nat(3),
    l: fc.constantFrom('error', 'info'),
    s: fc.nat(4),
    x: anyText,
    m: fc.constantFrom(0, 1),
    r: anyText,
  })
  .map(fields => `\x1e${secret}\x1f${JSON.stringify(fields)}\n`)
const output = fc
  .array(
    fc.oneof(
      record,
      fc.string(),
      fc.constantFrom('\n', '\x1e', `\x1e${secret}\x1f`, '\x1eke', '\x1f', '\x1ekey\x1fnull\n'),
      fc.json().map(json => `\x1e${secret}\x1f${json}\n`),
      fc.nat(9000).map(length => 'x'.repeat(length)),
    ),
    { maxLength: 8 },
  )
  .map(parts => Buffer.from(parts.join('')))

test(
  'OutputReader takes any output, and where it is cut makes no difference',
  () => {
    const read = (pieces: readonly Buffer[]) => {
      const seen: unknown[] = []
      const reader = new OutputReader(secret, {
        line: line => seen.push(line),
        raw: text => seen.push(text),
      })
      for (const piece of pieces) reader.push(piece)
      reader.end()
      return seen
    }
    fc.assert(
      fc.property(fc.oneof(output, bytes(60)), cuts, (stream, shares) => {
        expect(read(cut(stream, shares))).toEqual(read([stream]))
      }),
      rules,
    )
  },
  patience,
)
