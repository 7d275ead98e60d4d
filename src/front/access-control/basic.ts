/** `Authorization: Basic`, as mod_auth_basic reads it: leniently. */

export interface BasicCredentials {
  /** Latin-1: a character for each byte. */
  readonly user: string
  readonly password: string
}

/**
 * User and password; null for another scheme. What is no base64 ends the text, as a NUL in it does, and where there is
 * no colon the password is empty.
 *
 * @example
 * readBasic('basic YTpiOmM=') // { user: 'a', password: 'b:c' }
 */
export function readBasic(field: string): BasicCredentials | null {
  const [, scheme, rest] = /^[ \t]*([^ ]*)[ \t]*(.*)$/s.exec(field)!
  if (scheme!.toLowerCase() !== 'basic') return null
  const encoded = /^[A-Za-z0-9+/]*/.exec(rest!)![0]
  const decoded = Buffer.from(encoded, 'base64').toString('latin1').split('\0', 1)[0]!
  const colon = decoded.indexOf(':')
  if (colon < 0) return { user: decoded, password: '' }
  return { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}
