/**
 * Patterns of file names as in a shell: apr_fnmatch without escapes. A pattern comes from anybody, so it takes
 * no more than the length of the name times its own.
 */

/** What one character of a name has to be. */
type Part = { readonly kind: 'any' } | { readonly kind: 'one'; has(character: string): boolean }

const anyNumber: Part = { kind: 'any' }
const anyOne: Part = { kind: 'one', has: () => true }

/**
 * Makes a test of names: `*` is any number of characters, `?` one, `[a-c]` and `[!a-c]` one of some. A dot
 * at the beginning has to be named.
 *
 * @example
 * namePattern('*.t?t')('a.txt') // true
 * namePattern('*')('.hidden') // false
 */
export function namePattern(pattern: string): (name: string) => boolean {
  const parts = partsOf(pattern)
  return name => {
    if (name.startsWith('.') && !pattern.startsWith('.')) return false
    return isMatch(name, parts)
  }
}

function partsOf(pattern: string): Part[] {
  const parts: Part[] = []
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!
    const set = character === '[' ? setAt(pattern, at) : null
    if (set !== null) {
      parts.push(set.part)
      at = set.last
    } else if (character === '*') parts.push(anyNumber)
    else if (character === '?') parts.push(anyOne)
    else parts.push({ kind: 'one', has: other => other === character })
  }
  return parts
}

/** `[...]` from here; null where it does not end. A `]` that comes first is one of its characters. */
function setAt(pattern: string, start: number): { part: Part; last: number } | null {
  const excludes = pattern[start + 1] === '!' || pattern[start + 1] === '^'
  const first = start + (excludes ? 2 : 1)
  const last = pattern.indexOf(']', first + 1)
  if (last < 0) return null
  const ranges: [string, string][] = []
  for (let at = first; at < last; at++) {
    const from = pattern[at]!
    const isRange = pattern[at + 1] === '-' && at + 2 < last
    ranges.push([from, isRange ? pattern[at + 2]! : from])
    if (isRange) at += 2
  }
  const has = (character: string) =>
    ranges.some(([from, to]) => from <= character && character <= to) !== excludes
  return { part: { kind: 'one', has }, last }
}

/** Only the last `*` is ever tried again: what stands before it has matched as early as can be. */
function isMatch(name: string, parts: readonly Part[]): boolean {
  let at = 0
  let part = 0
  let star = -1
  let resume = 0
  while (at < name.length) {
    const next = parts[part]
    if (next?.kind === 'any') {
      star = part++
      resume = at
    } else if (next?.has(name[at]!)) {
      at++
      part++
    } else if (star >= 0) {
      part = star + 1
      at = ++resume
    } else return false
  }
  return parts.slice(part).every(({ kind }) => kind === 'any')
}
