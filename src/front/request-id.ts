/**
 * Identities of requests, as `mod_wsgi.request_id` shows them: 11 characters, unique on this machine for
 * all practical purposes.
 */
import { randomBytes } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Gives a function that makes a new identity with each call: 5 random characters, then a counter. */
export function createRequestIds(): () => string {
  const start = [...randomBytes(5)].map(byte => alphabet[byte & 63]).join('')
  let count = 0
  return () => {
    count++
    let text = ''
    let rest = count
    for (let at = 0; at < 6; at++) {
      text = alphabet[rest & 63] + text
      rest = Math.floor(rest / 64)
    }
    return start + text
  }
}
