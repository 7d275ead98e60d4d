/** `--url-alias`: which alias a URL path belongs to. */

/** An alias ready for comparing: `/st` to `/srv/static`. */
export interface Alias {
  readonly urlPath: string
  readonly target: string
}

/**
 * Puts aliases into the order in which they are tried: by URL path, then by target, greatest first, so that
 * `/st/special` comes before `/st`. The order given does not count.
 *
 * @example
 * orderAliases([['/st', '/a'], ['/st/special', '/b']])
 * // [{ urlPath: '/st/special', target: '/b' }, { urlPath: '/st', target: '/a' }]
 */
export function orderAliases(aliases: readonly (readonly [string, string])[]): Alias[] {
  return aliases
    .map(([urlPath, target]) => ({ urlPath: urlPath.replace(/\/+/g, '/'), target }))
    .filter(({ urlPath }) => urlPath !== '')
    .sort((a, b) => descending(a.urlPath, b.urlPath) || descending(a.target, b.target))
}

/**
 * The first alias that `path` belongs to, whole segments only: `/st` owns `/st`, `/st/` and `/st/x`, not
 * `/stuff`. An alias that ends with a slash owns what lies below it, not the directory itself.
 */
export function findAlias(aliases: readonly Alias[], path: string): Alias | undefined {
  for (const alias of aliases) if (ownsPath(alias.urlPath, path)) return alias
  return undefined
}

/**
 * The file name an alias gives to a path that it owns. The pieces are put together as they are: a URL path
 * with a slash at the end needs a target with one.
 *
 * @example
 * aliasedName({ urlPath: '/st', target: '/srv/static' }, '/st/a.css') // '/srv/static/a.css'
 * aliasedName({ urlPath: '/st/', target: '/srv/static' }, '/st/a.css') // '/srv/statica.css'
 */
export function aliasedName(alias: Alias, path: string): string {
  const rest = path.slice(alias.urlPath.length)
  const slashes = alias.target.endsWith('/') && rest.startsWith('/')
  return alias.target + (slashes ? rest.slice(1) : rest)
}

function ownsPath(urlPath: string, path: string): boolean {
  if (!path.startsWith(urlPath)) return false
  if (path.length === urlPath.length || urlPath.endsWith('/')) return true
  return path.charCodeAt(urlPath.length) === 0x2f
}

function descending(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? 1 : -1
}
