/** An item of a list in a field (Apache's ap_get_token). */

export interface Token {
  readonly token: string
  /** Where what follows it begins. */
  readonly next: number
}

/**
 * Reads up to a comma or semicolon that is not in quotes, from `at` on, without the white space before. A word ends at
 * white space, too.
 *
 * @example
 * readToken(' br ; q=1', 0, 'word') // { token: 'br', next: 4 }
 */
export function readToken(list: string, at: number, kind: 'word' | 'parameter'): Token {
  const pattern = kind === 'word' ? word : parameter
  pattern.lastIndex = at
  // It matches anywhere, if only nothing.
  const [, token] = pattern.exec(list)!
  return { token: token!, next: pattern.lastIndex }
}

const word = /[ \t\n\v\f\r]*((?:"[^"]*(?:"|$)|[^ \t\n\v\f\r;,"])*)[ \t\n\v\f\r]*/y
const parameter = /[ \t\n\v\f\r]*((?:"[^"]*(?:"|$)|[^;,"])*)[ \t\n\v\f\r]*/y
