import { expect, test } from 'vitest'
import { connectionWords } from '../../src/http/connection-words.js'

test('connectionWords() finds words, and takes the beginning of one for it', () => {
  const closing = ['close', 'CLOSE', 'c', 'clo', 'x, close', 'x;close', 'close x', '"close"']
  for (const value of closing) expect([value, connectionWords(value).close]).toEqual([value, true])
  const others = ['', ',', 'closed', 'not-close', 'close-not', 'x']
  for (const value of others) {
    expect([value, connectionWords(value)]).toEqual([value, { close: false, keepAlive: false }])
  }
  for (const value of ['Keep-Alive', 'keep', 'x,keep-alive']) {
    expect(connectionWords(value)).toEqual({ close: false, keepAlive: true })
  }
})
