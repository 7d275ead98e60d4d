import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import type { Exchange } from '../../src/workers/exchange.js'
import {
  abortReason,
  encodeFrame,
  endOutcome,
  FrameReader,
  frameType,
} from '../../src/workers/protocol.js'
import { ThreadConnection } from '../../src/workers/thread-connection.js'

const number = Buffer.from([0, 0, 0, 7])
const continues = encodeFrame(frameType.continue, number)
const ends = encodeFrame(frameType.end, Buffer.concat([number, Buffer.of(endOutcome.brokenOff)]))

/** A connection whose thread has not spoken yet, with the types of the frames that were sent to the thread. */
function connectionOf(exchange: Partial<Exchange>) {
  const sent: number[] = []
  const reader = new FrameReader()
  const socket = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      reader.push(bytes, type => sent.push(type))
      done()
    },
  })
  const nobody: Exchange = {
    describe: () => ({ method: '', target: '', client: '', scriptFilename: '', seconds: 0 }),
    taken() {},
    accepted() {},
    responded() {},
    data() {},
    ended() {},
    retry() {},
    lost() {},
    drained() {},
  }
  const connection = new ThreadConnection(1, socket as Socket, {
    taken: () => ({ ...nobody, ...exchange }),
    finished() {},
    outdated() {},
    closed() {},
  })
  return { connection, sent }
}

test('ThreadConnection sends the body that a thread asks for, and its end', () => {
  const { connection, sent } = connectionOf({
    accepted: () => {
      connection.sendBody(Buffer.from('abc'))
      connection.endBody()
    },
  })
  connection.push(continues)
  connection.push(ends)
  expect(sent).toEqual([frameType.body, frameType.bodyEnd])
})

test('ThreadConnection sends nothing of a body behind ABORT, where it would belong to the next request', () => {
  const { connection, sent } = connectionOf({
    // The client was gone before it was known which thread has the request.
    taken: connection => connection.abort(abortReason.bodyBroken),
    accepted: () => connection.sendBody(Buffer.from('abc')),
  })
  connection.push(continues)
  connection.push(ends)
  expect(sent).toEqual([frameType.abort])
})
