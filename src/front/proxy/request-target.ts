/** The target of a request to an upstream: a path that is encoded anew, and the query as it came. */

/**
 * Encodes a decoded path, as Apache's ap_proxy_canonenc does.
 *
 * @example
 * canonicalPath('/a b/caf\u00c3\u00a9;x') // '/a%20b/caf%C3%A9;x'
 */
function canonicalPath(path: string): string {
  return path.replace(escaped, character => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

const escaped = /[^A-Za-z0-9$\-_.+!*'(),:;@&=/~]/g

/** @param sent the target that the client sent, whose query is passed on; an empty one stays */
export function upstreamTarget(path: string, sent: string): string {
  const mark = sent.indexOf('?')
  return canonicalPath(path) + (mark < 0 ? '' : sent.slice(mark))
}
