/**
 * The command line of a CGI script: the words of a query without `=` (RFC 3875, 4.4), as Apache passes them on, with a
 * backslash before what a shell would take for its own (ap_escape_shell_cmd).
 */

/** Most words: Apache's APACHE_ARG_MAX, less room of its own. */
const mostWords = 131072 - 5

const meaningToShells = /[&;`'"|*?~<>^()[\]{}$\\\n]/g

/**
 * @param query latin-1, as sent
 * @example
 * scriptArguments('a+b%26c') // ['a', 'b\\&c']
 * scriptArguments('a=1') // []
 */
export function scriptArguments(query: string): string[] {
  if (query === '' || query.includes('=')) return []
  const words = query.split('+').slice(0, mostWords)
  return words.map(word => unescapeWord(word).replace(meaningToShells, '\\$&'))
}

/** What follows a NUL does not reach the program. */
function unescapeWord(word: string): string {
  const text = word.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}
