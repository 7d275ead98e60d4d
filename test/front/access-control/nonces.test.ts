import { expect, test } from 'vitest'
import {
  looksLikeNonce,
  makeNonce,
  stateOfNonce,
} from '../../../src/front/access-control/nonces.js'

const made = 1_700_000_000.123456
const nonce = makeNonce('realm', made)

test.each([
  [0, 'good'],
  [269, 'good'],
  [271, 'ending'],
  [299, 'ending'],
  [301, 'stale'],
  [-1, 'stale'],
] as const)('a nonce of %i seconds is %s', (age, state) => {
  expect(stateOfNonce(nonce, 'realm', made + age)).toBe(state)
})

test('a nonce that was changed, or made for another realm, is stale', () => {
  const [first, last] = [nonce[0], nonce.at(-1)]
  const other = (character: string | undefined) => (character === '0' ? '1' : '0')
  expect(stateOfNonce(other(first) + nonce.slice(1), 'realm', made)).toBe('stale')
  expect(stateOfNonce(nonce.slice(0, -1) + other(last), 'realm', made)).toBe('stale')
  expect(stateOfNonce(nonce, 'elsewhere', made)).toBe('stale')
})

test('a nonce has the form of those of Apache: a time, and the digest that goes with it', () => {
  expect(looksLikeNonce(nonce)).toBe(true)
  expect(nonce).toMatch(/^[A-Za-z0-9+/]{11}=[0-9a-f]{40}$/)
  expect(looksLikeNonce('A'.repeat(52))).toBe(false)
  expect(makeNonce('realm', made + 1)).not.toBe(nonce)
})
