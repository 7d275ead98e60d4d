import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { TurnOfReading } from '../../src/http/turn-of-reading.js'

const some = Buffer.from('GET / HTTP/1.1\r\n\r\n')

function open({ secure = false, size = 500 } = {}) {
  const socket = new Socket()
  return { socket, turn: new TurnOfReading(socket, secure, { size }) }
}

describe('a request came with the turn', () => {
  test('whose first byte was read in it, but none that follows in the same bytes', () => {
    const { turn } = open()
    expect(turn.take()).toBe(false)
    turn.received(some, true)
    expect([turn.take(), turn.take()]).toEqual([true, false])
    turn.received(some, true)
    expect(turn.take()).toBe(true)
  })

  test('but not one that has begun before', () => {
    const { turn } = open()
    turn.received(some.subarray(0, 5), true)
    turn.received(some.subarray(5), false)
    expect(turn.take()).toBe(false)
  })

  test('but not from a socket that was paused: bytes may have waited in it', () => {
    const { socket, turn } = open()
    socket.pause()
    socket.resume()
    turn.received(some, true)
    expect(turn.take()).toBe(false)
  })

  test('but not over TLS: several pieces may be read at once', () => {
    const { turn } = open({ secure: true })
    turn.received(some, true)
    expect(turn.take()).toBe(false)
  })

  test('but not behind a read of all that libuv takes at a time', () => {
    const { turn } = open()
    turn.received(Buffer.alloc(65536), true)
    turn.received(some, true)
    expect(turn.take()).toBe(false)
    turn.received(some, true)
    expect(turn.take()).toBe(true)
  })

  test('but not among so many connections that the kernel may be asked twice', () => {
    const { turn } = open({ size: 501 })
    turn.received(some, true)
    expect(turn.take()).toBe(false)
  })
})
