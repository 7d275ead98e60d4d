/** A server root that was set up, as its control script sees it. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { UserError } from '../base/errors.js'
import { settingsOfStart } from '../settings/changed-settings.js'
import type { Settings } from '../settings/settings.js'
import { readSettingsFile } from '../settings/settings-file.js'
import { findServer, type ServerState } from './run-record.js'
import { pidFilePath, serverRootFiles } from './server-root.js'

/** The settings as they are now, checked. Throws {@link UserError}. */
export function readSettings(serverRoot: string): Settings {
  return readSettingsFile(settingsPath(serverRoot))
}

/** Tells whether the settings that count at the start are still those that a server was started with. */
export function settingsDigest(serverRoot: string): string {
  const text = settingsOfStart(readSettings(serverRoot))
  return createHash('sha256').update(text).digest('hex')
}

/** Whether the server runs, and how. */
export function look(serverRoot: string): ServerState {
  return findServer(serverRoot, pidFileOf(serverRoot))
}

/** Where its pid file is. A server can be stopped also when its settings have become wrong. */
export function pidFileOf(serverRoot: string): string {
  try {
    return pidFilePath(readSettings(serverRoot), serverRoot)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return pidFilePath({ pidFile: null }, serverRoot)
  }
}

function settingsPath(serverRoot: string): string {
  return join(serverRoot, serverRootFiles.settings)
}
