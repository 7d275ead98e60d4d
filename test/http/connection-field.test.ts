import { expect, test } from 'vitest'
import { connectionWish } from '../../src/http/connection-field.js'

test.each([
  ['', []],
  ['close', ['close']],
  ['CLOSE', ['close']],
  ['Keep-Alive', ['keepAlive']],
  ['keep-alive, close', ['close', 'keepAlive']],
  ['x, "close"', ['close']],
  ['x=close', ['close']],
  ['c', ['close']],
  ['keep alive', ['keepAlive']],
  ['closed', []],
  ['x-close', []],
  ['x-keep-alive', []],
  ['keep_alive', []],
  [', ,', []],
])('connectionWish(%j) has %j', (value, wanted) => {
  const wish = connectionWish(value)
  const seen = (['close', 'keepAlive'] as const).filter(name => wish[name])
  expect(seen).toEqual(wanted)
})
