/** `--document-root`: the directory whose files are served at the root of the site. */
import { mkdirSync } from 'node:fs'
import { UserError } from '../base/errors.js'

/**
 * Makes the directory when it is missing, one level as mod_wsgi-express does, and gives whether it did. Throws
 * {@link UserError} when it cannot be made.
 */
export function prepareDocumentRoot(path: string | null): boolean {
  if (path === null) return false
  try {
    mkdirSync(path)
    return true
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new UserError(`--document-root ${path} cannot be made: ${message}`, 2, { cause })
  }
}
