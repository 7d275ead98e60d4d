/**
 * The nonces of Digest authentication: each is the time it was made, and a hash that only this server can make. Nothing
 * is kept of them; as in mod_auth_digest without AuthDigestNcCheck one may be used again until it is too old.
 */
import { createHash, randomBytes } from 'node:crypto'
import { isSameText } from './same-text.js'

/** Seconds that a nonce is good for, and the last ones of them in which a client is given another: Apache's defaults. */
const lifetime = 300
const lastSeconds = 30

const timeLength = 12

/** How a nonce stands. */
export type NonceState = 'good' | 'ending' | 'stale'

/** Of this process: a nonce outlives a configuration that is read again. */
const secret = randomBytes(20)

/** @param now seconds since the epoch */
export function makeNonce(realm: string, now: number): string {
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE(BigInt(Math.round(now * 1e6)))
  const text = time.toString('base64')
  return text + hashOf(text, realm)
}

/** Whether it has the form of one, of whatever server of this kind. */
export function looksLikeNonce(text: string): boolean {
  return nonceForm.test(text)
}

/** Eight bytes in base64, and 20 in hexadecimal digits. */
const nonceForm = /^.{11}=.{40}$/s

/** `stale`: it is none of ours, or too old. @param now seconds since the epoch */
export function stateOfNonce(nonce: string, realm: string, now: number): NonceState {
  const text = nonce.slice(0, timeLength)
  if (!isSameText(nonce, text + hashOf(text, realm))) return 'stale'
  const made = Number(Buffer.from(text, 'base64').readBigUInt64LE()) / 1e6
  const age = now - made
  if (age < 0 || age > lifetime) return 'stale'
  return age > lifetime - lastSeconds ? 'ending' : 'good'
}

function hashOf(time: string, realm: string): string {
  return createHash('sha1').update(secret).update(realm).update('\0').update(time).digest('hex')
}
