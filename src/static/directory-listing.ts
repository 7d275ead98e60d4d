/** The page that shows what a directory holds, in the forms of Apache's mod_autoindex without any configuration. */
import { type DirectoryEntry, readEntries } from './directory-entries.js'
import { type ListingQuery, parseListingQuery, type SortKey } from './listing-query.js'
import type { DirectoryToList } from './resolution.js'
import { escapePath } from './url-escape.js'

/**
 * The page as bytes, or null if the directory may not be read.
 *
 * @param query that of the request, without the question mark
 */
export function listDirectory(directory: DirectoryToList, query: string): Buffer | null {
  const asked = parseListingQuery(query)
  const entries = readEntries(directory, asked)
  if (entries === null) return null
  return Buffer.from(listingPage(directory.urlPath, entries, asked), 'latin1')
}

/**
 * The HTML of a listing. Names stay as they are in the text: what encoding they have nobody knows.
 *
 * @example
 * listingPage('/sub/', [{ name: 'a b.txt', ... }, { name: 'deep/', ... }], parseListingQuery(''))
 * // '...<h1>Index of /sub</h1>\n<ul><li><a href="/"> Parent Directory</a></li>\n
 * //  <li><a href="a%20b.txt"> a b.txt</a></li>\n<li><a href="deep/"> deep/</a></li>\n</ul>...'
 */
export function listingPage(
  urlPath: string,
  entries: readonly DirectoryEntry[],
  query: ListingQuery,
): string {
  const title = `Index of ${escapeHtml(urlPath.replace(/(.)\/+$/s, '$1'))}`
  const rows = entries.map(rowOf)
  if (urlPath !== '/') rows.unshift(parentOf(urlPath))
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">
<html>
 <head>
  <title>${title}</title>
 </head>
 <body>
<h1>${title}</h1>
${bodies[query.form](rows, query)}
</body></html>
`
}

/** A line of a listing. */
interface Row {
  /** What the link leads to, and what it says; not escaped. */
  readonly reference: string
  readonly text: string
  /** Null for the directory above. */
  readonly modified: Date | null
  readonly size: number
}

function rowOf({ name, size, modified }: DirectoryEntry): Row {
  // A name before whose colon there is no slash would read as a scheme.
  const reference = /^[^/]*:/.test(name) ? `./${name}` : name
  return { reference, text: name, modified, size }
}

function parentOf(urlPath: string): Row {
  const reference = urlPath.slice(0, urlPath.lastIndexOf('/', urlPath.length - 2) + 1)
  return { reference, text: 'Parent Directory', modified: null, size: -1 }
}

const bodies: Readonly<
  Record<ListingQuery['form'], (rows: readonly Row[], query: ListingQuery) => string>
> = {
  plain: rows => `<ul>${rows.map(plainItem).join('')}</ul>`,
  text: (rows, query) => `<pre>${textHead(query)}<hr>${rows.map(textLine).join('')}<hr></pre>`,
  table: (rows, query) => {
    const rule = '   <tr><th colspan="5"><hr></th></tr>\n'
    return `  <table>\n   <tr>${tableHead(query)}</tr>\n${rule}${rows.map(tableRow).join('')}${rule}</table>`
  },
}

function plainItem({ reference, text }: Row): string {
  return `<li><a href="${escapeReference(reference)}"> ${escapeHtml(text)}</a></li>\n`
}

function textHead(query: ListingQuery): string {
  const name = `      ${columnLink('Name', 'N', query)}${' '.repeat(widthOfNames - 4)} `
  const modified = `${columnLink('Last modified', 'M', query)}      `
  const size = `${columnLink('Size', 'S', query)}  `
  return name + modified + size + columnLink('Description', 'D', query)
}

function textLine(row: Row): string {
  const date = row.modified === null ? ' '.repeat(19) : `${localTime(row.modified)}  `
  return `      ${nameLink(row)} ${date}${sizeText(row.size)}  \n`
}

function tableHead(query: ListingQuery): string {
  const columns = [
    columnLink('Name', 'N', query),
    columnLink('Last modified', 'M', query),
    columnLink('Size', 'S', query),
    columnLink('Description', 'D', query),
  ]
  return `<th valign="top">&nbsp;</th>${columns.map(column => `<th>${column}</th>`).join('')}`
}

function tableRow(row: Row): string {
  const date =
    row.modified === null
      ? '<td>&nbsp;</td>'
      : `<td align="right">${localTime(row.modified)}  </td>`
  const size = `<td align="right">${sizeText(row.size)}</td>`
  return `<tr><td valign="top">&nbsp;</td><td>${nameLink(row)}</td>${date}${size}<td>&nbsp;</td></tr>\n`
}

/** The head of a column: orders by it, the other way round where it is that already. */
function columnLink(text: string, key: SortKey, query: ListingQuery): string {
  const order = key === query.key && !query.descending ? 'D' : 'A'
  return `<a href="?C=${key};O=${order}${query.repeated}">${text}</a>`
}

/** Characters of a name that are shown. */
const widthOfNames = 23

function nameLink({ reference, text }: Row): string {
  const shown = text.length > widthOfNames ? `${text.slice(0, widthOfNames - 3)}..>` : text
  const link = `<a href="${escapeReference(reference)}">${escapeHtml(shown)}</a>`
  return link + ' '.repeat(widthOfNames - shown.length)
}

/** `2020-01-02 03:04`, in the time zone of the server. */
function localTime(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/**
 * A size in four characters (apr_strfsize).
 *
 * @example
 * sizeText(5) // '  5 '
 * sizeText(1500) // '1.5K'
 * sizeText(-1) // '  - '
 */
export function sizeText(bytes: number): string {
  if (bytes < 0) return '  - '
  if (bytes < 973) return `${String(bytes).padStart(3)} `
  let size = bytes
  for (const unit of 'KMGTPE') {
    const rest = size % 1024
    size = Math.floor(size / 1024)
    if (size >= 973) continue
    if (size < 9 || (size === 9 && rest < 973)) {
      const tenths = Math.floor((rest * 5 + 256) / 512)
      return tenths < 10 ? `${size}.${tenths}${unit}` : `${size + 1}.0${unit}`
    }
    return `${String(rest >= 512 ? size + 1 : size).padStart(3)}${unit}`
  }
  return '****'
}

function escapeReference(reference: string): string {
  return escapeHtml(escapePath(reference))
}

function escapeHtml(text: string): string {
  return text.replace(/[<>&"]/g, character => htmlEscapes[character] ?? character)
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
}
