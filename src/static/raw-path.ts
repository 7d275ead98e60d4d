/**
 * File names as bytes. Inside this folder a file name is a string of latin-1 characters, one for each
 * byte, because names on disk need not be UTF-8 and because a URL path arrives in that form.
 */
import { posix } from 'node:path'

/**
 * An option's text as a file name: absolute, without empty, `.` and `..` segments; a slash at the end stays.
 *
 * @example
 * rawPath('/srv/./caf\u00e9//x/') // '/srv/caf\u00c3\u00a9/x/'
 */
export function rawPath(text: string): string {
  return posix.normalize(rawText(text))
}

/** Text as the latin-1 characters of its UTF-8 bytes. */
export function rawText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** A file name in the form that `node:fs` takes. */
export function fileSystemPath(path: string): string | Buffer {
  return beyondAscii.test(path) ? Buffer.from(path, 'latin1') : path
}

const beyondAscii = /[\x80-\xff]/
