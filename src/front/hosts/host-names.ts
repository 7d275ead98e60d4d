/** The names of a virtual host, as Apache compares them: ServerName and ServerAlias. */

/** Whether a host is meant: in lower case, without port and without a dot at the end. */
export type NameTest = (host: string) => boolean

/**
 * @param name compared as it is
 * @param aliases with the wildcards `*` (any text, dots too, perhaps none) and `?` (one character)
 * @example
 * hostNames('example.com', ['*.example.org'])('a.b.example.org') // true
 */
export function hostNames(name: string, aliases: readonly string[] = []): NameTest {
  const exact = new Set([name, ...aliases.filter(alias => !hasWildcard(alias))].map(lower))
  const patterns = aliases.filter(hasWildcard).map(alias => wildcard(lower(alias)))
  return host => exact.has(host) || patterns.some(matches => matches(host))
}

function hasWildcard(alias: string): boolean {
  return /[*?]/.test(alias)
}

function lower(name: string): string {
  return name.toLowerCase()
}

/**
 * The hosts that a name with such wildcards stands for. Greedy from the left: a host comes from anybody, so the time it
 * takes must not explode.
 */
export function wildcard(pattern: string): NameTest {
  return host => {
    let at = 0
    let star = -1
    let resume = 0
    let index = 0
    while (index < host.length) {
      const sign = pattern[at]
      if (sign === '*') {
        star = at++
        resume = index
      } else if (sign === '?' || sign === host[index]) {
        at++
        index++
      } else if (star >= 0) {
        at = star + 1
        index = ++resume
      } else return false
    }
    while (pattern[at] === '*') at++
    return at === pattern.length
  }
}
