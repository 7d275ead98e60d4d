/** Percent-encoding of paths in `Location` and in listings. */

/**
 * Encodes a path of latin-1 characters as Apache does: letters, digits and `$-_.+!*'(),:;@&=/~` stay, hex
 * digits are lower case.
 *
 * @example
 * escapePath('/sp ace/caf\u00c3\u00a9/') // '/sp%20ace/caf%c3%a9/'
 */
export function escapePath(path: string): string {
  return path.replace(escaped, character => {
    return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

const escaped = /[^A-Za-z0-9$\-_.+!*'(),:;@&=/~]/g
