/** What a Connection field asks for (RFC 9112, 9.3). */

export interface ConnectionWish {
  readonly close: boolean
  readonly keepAlive: boolean
}

/** Whatever is no character of a token (RFC 9110, 5.6.2). */
const betweenWords = /[^!#$%&'*+\-.^_`|~0-9a-z]+/

/** Most requests say the same as the one before. */
let lastValue = ''
let lastWish: ConnectionWish = { close: false, keepAlive: false }

/**
 * Reads the value of a Connection field as Apache does: as words in any case, of which the beginning is enough.
 *
 * @example
 * connectionWish('Keep-Alive, x') // { close: false, keepAlive: true }
 * connectionWish('x-close') // { close: false, keepAlive: false }
 * connectionWish('k') // { close: false, keepAlive: true }
 */
export function connectionWish(value: string): ConnectionWish {
  if (value === lastValue) return lastWish
  const words = value.toLowerCase().split(betweenWords).filter(Boolean)
  const asksFor = (wish: string) => words.some(word => wish.startsWith(word))
  lastValue = value
  lastWish = { close: asksFor('close'), keepAlive: asksFor('keep-alive') }
  return lastWish
}
