/** Content types by extension, as Apache's mod_mime finds them with a `TypesConfig` file. */
import { readFileSync } from 'node:fs'
import type MimeTypes from 'mime-types'
import { UserError } from '../base/errors.js'
import { loadLater } from '../base/load-later.js'

const mimeTypes = loadLater<typeof MimeTypes>('mime-types')

/** The type of an extension, which comes in lower case and without its dot. */
export type TypeOfExtension = (extension: string) => string | undefined

/** What Apache calls the type of a directory. */
export const directoryType = 'httpd/unix-directory'

/** Python's `mimetypes.knownfiles`: where a types file is looked for when none is named. */
const knownFiles = [
  '/etc/mime.types',
  '/etc/httpd/mime.types',
  '/etc/httpd/conf/mime.types',
  '/etc/apache/mime.types',
  '/etc/apache2/mime.types',
  '/usr/local/etc/httpd/conf/mime.types',
  '/usr/local/lib/netscape/mime.types',
  '/usr/local/etc/mime.types',
]

/**
 * Opens the types file of `--mime-types`, or else the first known one that can be read. On a machine that
 * has none the table of the `mime-types` package takes its place, since a stylesheet without a type is
 * of no use to a browser.
 */
export function openMimeTable(
  file: string | null,
  known: readonly string[] = knownFiles,
): TypeOfExtension {
  if (file !== null) return tableOf(readNamedFile(file))
  for (const path of known) {
    const text = readIfThere(path)
    if (text !== null) return tableOf(text)
  }
  return extension => mimeTypes().lookup(extension) || undefined
}

/**
 * Reads a types file: a type, then its extensions, on each line; a later line wins.
 *
 * @example
 * parseMimeTypes('# comment\ntext/html html htm\n') // Map { 'html' => 'text/html', 'htm' => 'text/html' }
 */
export function parseMimeTypes(text: string): Map<string, string> {
  const types = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [type, ...extensions] = line.trim().split(/[ \t]+/)
    if (type === undefined || type.startsWith('#')) continue
    for (const extension of extensions) types.set(extension.toLowerCase(), type)
  }
  return types
}

/**
 * The extensions of a file name in order, in lower case. Leading dots belong to the name proper; empty
 * extensions do not count.
 *
 * @example
 * extensionsOf('/srv/a.tar.GZ') // ['tar', 'gz']
 * extensionsOf('/srv/.html') // []
 */
export function extensionsOf(filename: string): string[] {
  const name = filename.slice(filename.lastIndexOf('/') + 1).replace(/^\.+/, '')
  const [, ...extensions] = name.split('.')
  return extensions.filter(extension => extension !== '').map(asciiLower)
}

/**
 * The type of a file: that of its last extension which has one, so `x.html.bak2` is HTML and `x.html.gz`
 * is what `gz` is. Undefined when none has.
 */
export function typeOfFile(filename: string, typeOf: TypeOfExtension): string | undefined {
  const types = extensionsOf(filename).map(typeOf)
  return types.findLast(type => type !== undefined)
}

function tableOf(text: string): TypeOfExtension {
  const types = parseMimeTypes(text)
  return extension => types.get(extension)
}

function readNamedFile(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    throw new UserError(
      `--mime-types ${file} cannot be read: name a file of MIME types`,
      undefined,
      {
        cause: error,
      },
    )
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return null
  }
}

/** Only A to Z: other letters are bytes of some encoding here. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, letter => letter.toLowerCase())
}
