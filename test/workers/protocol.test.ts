import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  decodeAbort,
  decodeEnd,
  decodeJson,
  decodeMessage,
  decodeRequest,
  decodeResponse,
  encodeAbort,
  encodeFrame,
  encodeRequest,
  expectEmpty,
  expectNumberOnly,
  FrameReader,
  type FrameType,
  frameType,
  numberRequest,
  ProtocolError,
} from '../../src/workers/protocol.js'

interface Cases {
  frames: { name: string; type: string; payloadHex: string; bytesHex: string }[]
  sequences: { name: string; frames: [string, string][]; bytesHex: string }[]
  incomplete: { name: string; bytesHex: string }[]
  malformed: { name: string; bytesHex: string }[]
  requests: {
    name: string
    number: number
    kind: 0 | 1 | 2
    environ: [string, string][]
    bodyHex: string
    payloadHex: string
  }[]
  responses: {
    name: string
    number: number
    flags: number
    status: string
    headers: [string, string][]
    bodyHex: string
    payloadHex: string
  }[]
}

const cases = JSON.parse(
  readFileSync(new URL('../protocol/frames.json', import.meta.url), 'utf8'),
) as Cases

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

/** The number of a type by its name on the page: `BODY_END`. */
function typeOf(name: string): FrameType {
  const key = name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return frameType[key as keyof typeof frameType]
}

function read(...pieces: Buffer[]): [number, string][] {
  const frames: [number, string][] = []
  const reader = new FrameReader()
  for (const piece of pieces) {
    reader.push(piece, (type, payload) => frames.push([type, payload.toString('hex')]))
  }
  return frames
}

/** Takes a frame apart as its receiver does, whoever that is. */
function takeApart(type: number, payload: Buffer): void {
  switch (type) {
    case frameType.hello:
      return void decodeJson(payload)
    case frameType.message:
      return void decodeMessage(payload)
    case frameType.request:
      return void decodeRequest(payload)
    case frameType.response:
      return void decodeResponse(payload)
    case frameType.end:
      return void decodeEnd(payload)
    case frameType.abort:
      return void decodeAbort(payload)
    case frameType.bodyEnd:
      return expectEmpty(payload)
    case frameType.continue:
    case frameType.retry:
      return expectNumberOnly(payload)
  }
}

describe('frames', () => {
  for (const { name, type, payloadHex, bytesHex } of cases.frames) {
    test(name, () => {
      expect(encodeFrame(typeOf(type), bytes(payloadHex)).toString('hex')).toBe(bytesHex)
      expect(read(bytes(bytesHex))).toEqual([[typeOf(type), payloadHex]])
      takeApart(typeOf(type), bytes(payloadHex))
    })
  }
})

describe('FrameReader', () => {
  for (const { name, frames, bytesHex } of cases.sequences) {
    test(`${name}, cut anywhere`, () => {
      const wanted = frames.map(([type, hex]) => [typeOf(type), hex])
      const all = bytes(bytesHex)
      for (let at = 0; at <= all.length; at++) {
        expect(read(all.subarray(0, at), all.subarray(at))).toEqual(wanted)
      }
      expect(read(...[...all].map(byte => Buffer.from([byte])))).toEqual(wanted)
    })
  }

  for (const { name, bytesHex } of cases.incomplete) {
    test(`waits for more: ${name}`, () => {
      expect(read(bytes(bytesHex))).toEqual([])
    })
  }

  for (const { name, bytesHex } of cases.malformed) {
    test(`refuses: ${name}`, () => {
      const refused = () => new FrameReader().push(bytes(bytesHex), takeApart)
      expect(refused).toThrow(ProtocolError)
    })
  }

  test('random bytes raise nothing but ProtocolError', () => {
    let state = 12345
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648
      return state >> 16
    }
    const known = Object.values(frameType)
    for (let round = 0; round < 5000; round++) {
      const payload = Buffer.from(Array.from({ length: random() % 40 }, () => random() & 255))
      const frame = encodeFrame(known[random() % known.length]!, payload)
      try {
        new FrameReader().push(frame, takeApart)
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError)
      }
    }
  })
})

describe('REQUEST', () => {
  for (const { name, number, kind, environ, bodyHex, payloadHex } of cases.requests) {
    test(name, () => {
      const frame = encodeRequest(environ.flat().join('\0'), kind, bytes(bodyHex))
      numberRequest(frame, number)
      expect(frame.subarray(5).toString('hex')).toBe(payloadHex)
      const decoded = decodeRequest(bytes(payloadHex))
      expect([decoded.number, decoded.kind, decoded.environ, decoded.body.toString('hex')]).toEqual(
        [number, kind, environ.flat(), bodyHex],
      )
    })
  }
})

describe('RESPONSE', () => {
  for (const { name, flags, status, headers, bodyHex, payloadHex } of cases.responses) {
    test(name, () => {
      const decoded = decodeResponse(bytes(payloadHex))
      expect(decoded.head).toEqual([status, ...headers.flat()])
      expect(decoded.body.toString('hex')).toBe(bodyHex)
      expect([decoded.bodyComplete, decoded.threadFree]).toEqual([flags >= 1, flags === 3])
    })
  }
})

test('encodeAbort() names the request and the reason', () => {
  expect(encodeAbort(7, 2).toString('hex')).toBe('13000000050000000702')
  expect(decodeAbort(encodeAbort(7, 2).subarray(5))).toBe(2)
})
