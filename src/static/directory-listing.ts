/** The page that shows what a directory holds, in the plain form of Apache's mod_autoindex. */
import { readdirSync, statSync } from 'node:fs'
import { fileSystemPath } from './raw-path.js'
import type { DirectoryToList } from './resolution.js'
import { escapePath } from './url-escape.js'

/** The page as bytes, or null if the directory may not be read. */
export function listDirectory(directory: DirectoryToList): Buffer | null {
  const entries = readEntries(directory.path)
  return entries === null
    ? null
    : Buffer.from(listingPage(directory.urlPath, entries.sort()), 'latin1')
}

/**
 * The HTML of a listing. Names are latin-1 characters of raw bytes, those of directories end with a slash.
 * They stay as they are in the text: what encoding they have nobody knows.
 *
 * @example
 * listingPage('/sub/', ['a b.txt', 'deep/'])
 * // '...<h1>Index of /sub</h1>\n<ul><li><a href="/"> Parent Directory</a></li>\n
 * //  <li><a href="a%20b.txt"> a b.txt</a></li>\n<li><a href="deep/"> deep/</a></li>\n</ul>...'
 */
export function listingPage(urlPath: string, names: readonly string[]): string {
  const title = `Index of ${escapeHtml(urlPath.replace(/(.)\/+$/s, '$1'))}`
  const parent = urlPath.slice(0, urlPath.lastIndexOf('/', urlPath.length - 2) + 1)
  const items = names.map(name => listItem(relativeReference(name), name))
  if (urlPath !== '/') items.unshift(listItem(parent, 'Parent Directory'))
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">
<html>
 <head>
  <title>${title}</title>
 </head>
 <body>
<h1>${title}</h1>
<ul>${items.join('')}</ul>
</body></html>
`
}

/** A name before whose colon there is no slash would read as a scheme. */
function relativeReference(name: string): string {
  return /^[^/]*:/.test(name) ? `./${name}` : name
}

function listItem(reference: string, text: string): string {
  return `<li><a href="${escapeHtml(escapePath(reference))}"> ${escapeHtml(text)}</a></li>\n`
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

/** Files and directories, hidden ones too; what is neither, or a link to nowhere, is left out. */
function readEntries(path: string): string[] | null {
  let names: string[]
  try {
    names = readdirSync(fileSystemPath(path), 'latin1')
  } catch {
    return null
  }
  return names.flatMap(name => entryName(path, name) ?? [])
}

function entryName(directory: string, name: string): string | null {
  try {
    const stats = statSync(fileSystemPath(directory + name))
    if (stats.isDirectory()) return `${name}/`
    return stats.isFile() ? name : null
  } catch {
    return null
  }
}
