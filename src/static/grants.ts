/**
 * Which places on the disk may be served at all. Apache's generated configuration denies everything and
 * then grants the document root and the target of each alias; what an alias leads to outside of these,
 * for instance a target that does not exist, is 403. Where users have to log in, that decides in place of it.
 */
import type { Found } from './disk.js'

/** A granted directory, with its slash; `file` narrows the grant to files of that name in it. */
export interface Grant {
  readonly directory: string
  readonly file: string | null
}

/**
 * The grant that comes with a directory, or with a target that was `isFile` when the server started.
 *
 * @example
 * grantOf('/srv/static', false) // { directory: '/srv/static/', file: null }
 * grantOf('/srv/favicon.ico', true) // { directory: '/srv/', file: 'favicon.ico' }
 */
export function grantOf(target: string, isFile: boolean): Grant {
  const end = target.lastIndexOf('/') + 1
  if (isFile) return { directory: target.slice(0, end), file: target.slice(end) }
  return { directory: target.endsWith('/') ? target : `${target}/`, file: null }
}

/** Whether what was found lies in a granted place, by its name, not by where symbolic links lead. */
export function isGranted(
  grants: readonly Grant[],
  found: Exclude<Found, { type: 'denied' }>,
): boolean {
  // A file that is there counts as a directory of itself, so a target that became a file later is granted.
  const whole = found.type === 'file' && found.pathInfo === ''
  const place = whole ? `${found.filename}/` : found.directory
  return grants.some(
    ({ directory, file }) =>
      place.startsWith(directory) && (file === null || found.filename.endsWith(`/${file}`)),
  )
}
