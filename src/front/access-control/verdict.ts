/** What the scripts have decided about a request, as it comes over the channel. */

export type Verdict =
  /** All that was asked is in order; `user` counts, in place of the one that was asked about. */
  | { readonly kind: 'granted'; readonly user: string }
  /** The MD5 of user, realm and password. */
  | { readonly kind: 'hash'; readonly hash: string }
  /** The host may not come; the password is another one; there is no such user; he is not in the group. */
  | { readonly kind: 'forbidden' | 'mismatch' | 'unknown' | 'outside' }
  /** The script has failed, or the process did, or it did not answer in time. */
  | { readonly kind: 'failed' }
  /** The server stops. */
  | { readonly kind: 'stopping' }

const plain = ['forbidden', 'mismatch', 'unknown', 'outside'] as const

/** Reads `WORD` or `WORD NUL VALUE`; whatever else it is grants nothing. Text is latin-1: a character for each byte. */
export function readVerdict(body: Buffer): Verdict {
  const text = body.toString('latin1')
  const mark = text.indexOf('\0')
  const word = mark < 0 ? text : text.slice(0, mark)
  const value = mark < 0 ? null : text.slice(mark + 1)
  if (value !== null) {
    if (word === 'granted') return { kind: 'granted', user: value }
    if (word === 'hash') return { kind: 'hash', hash: value }
  }
  const kind = plain.find(one => one === word && value === null)
  return kind === undefined ? { kind: 'failed' } : { kind }
}
