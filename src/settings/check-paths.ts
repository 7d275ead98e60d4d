/**
 * Paths that have to exist. mod_wsgi-express starts without them and then never answers, or ends with a message of
 * Apache; here the command says so and ends. What the site can do without for a while, as the target of an alias,
 * is no mistake: `cli/start-warnings.ts` tells it.
 */
import { type Stats, statSync } from 'node:fs'
import { UserError } from '../base/errors.js'
import { fromDefault, type Origin, originNote } from './origin.js'
import type { SettingKey, Settings } from './settings.js'

/**
 * Looks for the directories and files that the server cannot do without. Those of --python-path need not
 * exist, as in Python itself.
 *
 * @throws UserError for the first one that is missing or of the wrong kind
 */
export function checkPaths(settings: Settings, origins: ReadonlyMap<SettingKey, Origin>): void {
  const note = (key: SettingKey) => originNote(origins.get(key) ?? fromDefault)
  expectDirectory('--working-directory', settings.workingDirectory, note('workingDirectory'))
  expectDirectory('--document-root', settings.documentRoot, note('documentRoot'))
  expectFile('--mime-types', settings.mimeTypes, note('mimeTypes'))
}

function expectDirectory(option: string, path: string | null, note: string): void {
  if (path === null || find(path)?.isDirectory()) return
  throw new UserError(
    `${option} expects a directory that exists, got ${JSON.stringify(path)}${note}`,
  )
}

/** The null device is no regular file and yet what the original falls back to. */
function expectFile(option: string, path: string | null, note: string): void {
  if (path === null) return
  const found = find(path)
  if (found !== null && !found.isDirectory()) return
  throw new UserError(`${option} expects a file that exists, got ${JSON.stringify(path)}${note}`)
}

/** Null when there is nothing, or nothing that this user may see. */
function find(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}
