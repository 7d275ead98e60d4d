/**
 * `--access-log-format`: a LogFormat of Apache, read once and then applied to each request.
 */
import { type AccessDirective, accessDirectives } from './access-directives.js'
import { FormatError, readDirective, unquoted } from './format-text.js'
import type { ServedRequest } from './served-request.js'
import type { ServerNames } from './server-names.js'

const common = '%h %l %u %t "%r" %>s %b'

/** The formats that have a name. */
const namedFormats: Readonly<Record<string, string>> = {
  common,
  combined: `${common} "%{Referer}i" "%{User-agent}i"`,
}

type Item = string | ((served: ServedRequest) => string)

/**
 * Gives what makes a line of a request.
 *
 * @param format a name, or a text with directives; empty for `common`
 * @throws FormatError for what Apache refuses
 */
export function accessFormat(
  format: string,
  server: ServerNames,
): (served: ServedRequest) => string {
  const text = namedFormats[format || 'common'] ?? unquoted(format)
  const items = readItems(text, server)
  return served => {
    let line = ''
    for (const item of items) line += typeof item === 'string' ? item : item(served)
    return `${line}\n`
  }
}

function readItems(format: string, server: ServerNames): Item[] {
  const items: Item[] = []
  for (let at = 0; at < format.length; ) {
    if (format.startsWith('%%', at)) {
      items.push('%')
      at += 2
    } else if (format[at] === '%') {
      const [item, end] = readItem(format, at, server)
      items.push(item)
      at = end
    } else {
      const end = format.indexOf('%', at)
      const text = format.slice(at, end < 0 ? undefined : end)
      items.push(text.replace(/\\([\\rnt])/g, (_, letter: string) => escapes[letter]!))
      at += text.length
    }
  }
  return items
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\', r: '\r', n: '\n', t: '\t' }

function readItem(format: string, start: number, server: ServerNames): [Item, number] {
  const directive = readDirective(format, start, '!<>,')
  const { argument, flags, numbers } = directive
  let { letter, end } = directive
  const long = format.slice(end - 1, end + 2)
  if (letter === '^' && Object.hasOwn(accessDirectives, long)) {
    letter = long
    end += 2
  }
  const found = Object.hasOwn(accessDirectives, letter) ? accessDirectives[letter]! : null
  // Apache knows them with mod_ssl only.
  const isKnown = found !== null && (server.secure === true || !'xc'.includes(letter))
  if (!isKnown) throw new FormatError(`has an unknown directive %${letter}`)
  const give = typeof found === 'function' ? found : found[sideOf(flags) ?? found.usual]
  return [conditional(give, argument, flags, numbers, server), end]
}

function sideOf(flags: string): 'first' | 'last' | null {
  const side = flags.match(/[<>]/g)?.at(-1)
  return side === undefined ? null : side === '<' ? 'first' : 'last'
}

/** With status numbers the directive is a hyphen for all others; with `!` for just these. */
function conditional(
  give: AccessDirective,
  argument: string,
  flags: string,
  numbers: readonly number[],
  server: ServerNames,
): (served: ServedRequest) => string {
  const text = (served: ServedRequest) => String(give(served, argument, server) ?? '-')
  if (numbers.length === 0) return text
  const negated = flags.replace(/[^!]/g, '').length % 2 === 1
  return served => (numbers.includes(served.status) !== negated ? text(served) : '-')
}
