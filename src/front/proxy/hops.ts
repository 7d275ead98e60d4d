/** Max-Forwards: how many servers a request may pass (RFC 9110, 7.6.2). */

/** `here`: this is the last one. */
export type Hops =
  | { readonly kind: 'forward'; readonly left: number | null }
  | { readonly kind: 'here' }
  | { readonly kind: 'refused'; readonly words: string }

/** @param value of the field; null: there is none, and any number of servers may be passed */
export function readHops(value: string | null, method: string): Hops {
  if (value === null) return { kind: 'forward', left: null }
  if (!/^[ \t]*\d+$/.test(value)) {
    return { kind: 'refused', words: 'Max-Forwards request header could not be parsed' }
  }
  const hops = Number(value)
  if (hops > 0) return { kind: 'forward', left: hops - 1 }
  if (method === 'TRACE' || method === 'OPTIONS') return { kind: 'here' }
  return { kind: 'refused', words: 'Max-Forwards has reached zero - proxy loop?' }
}
