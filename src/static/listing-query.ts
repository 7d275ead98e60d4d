/** What a query asks of a listing, in the words of mod_autoindex: `?C=N;O=D;F=1;V=1;P=*.txt`. */
import { namePattern } from './name-pattern.js'
import { escapePath } from './url-escape.js'

/** By what entries are ordered: name, time of modification, size, or description, of which there is none. */
export type SortKey = 'N' | 'M' | 'S' | 'D'

export interface ListingQuery {
  readonly key: SortKey
  readonly descending: boolean
  readonly form: 'plain' | 'text' | 'table'
  /** Numbers in names count as numbers. */
  readonly byVersion: boolean
  /** Which names are shown. */
  readonly shows: (name: string) => boolean
  /** The part of it that the links of the columns repeat. */
  readonly repeated: string
}

const forms = ['plain', 'text', 'table'] as const

/** One word and what ends it. */
const word =
  /^(?:C=(?<key>[NMSD])|O=(?<order>[AD])|F=(?<form>[012])|V=(?<version>[01]))(?:[&;]|$)|^P=(?<pattern>[^&;]*)(?:[&;]|$)/

/** Reads a query; a later word counts, and what follows one that is none does not. */
export function parseListingQuery(query: string): ListingQuery {
  let rest = query
  let key: SortKey = 'N'
  let descending = false
  let form = ''
  let version = ''
  let pattern = ''
  let shows = (_name: string) => true
  for (let match = word.exec(rest); rest !== '' && match !== null; match = word.exec(rest)) {
    const found = match.groups!
    rest = rest.slice(match[0].length)
    if (found['key'] !== undefined) key = found['key'] as SortKey
    else if (found['order'] !== undefined) descending = found['order'] === 'D'
    else if (found['form'] !== undefined) form = found['form']
    else if (found['version'] !== undefined) version = found['version']
    else {
      const decoded = decodePattern(found['pattern']!)
      shows = decoded === null ? () => true : namePattern(decoded)
      if (decoded !== null) pattern = `;P=${escapePath(decoded)}`
    }
  }
  return {
    key,
    descending,
    form: forms[Number(form)]!,
    byVersion: version === '1',
    shows,
    repeated: `${form && `;F=${form}`}${version && `;V=${version}`}${pattern}`,
  }
}

/** Null for one that is empty or wrong: it does not count. Bytes become latin-1 characters. */
function decodePattern(pattern: string): string | null {
  if (pattern === '' || /%(?![0-9a-f]{2})|%2f|%00/i.test(pattern)) return null
  return pattern.replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
