/**
 * What --embedded-mode and --debug-mode force on other settings, as in mod_wsgi-express: debug mode is one
 * process that serves one request at a time, with no reloading and no time limit.
 */
import type { SettingKey, Settings } from './settings.js'

type Draft = { -readonly [Key in SettingKey]: Settings[Key] }

/** Seconds that no timer of Node can exceed (2^31 milliseconds), about 24 days: no limit to speak of. */
const unlimited = 2_147_000

/** @param cwd directory of the command */
export function settleMode(draft: Draft, cwd: string): void {
  // Before a debugging tool implies debug mode: the original adds the directory for the option itself only.
  if (draft.debugMode || draft.embeddedMode) addWorkingDirectory(draft, cwd)
  if (draft.embeddedMode) draft.disableReloading = true
  if (draft.enableDebugger || draft.enableCoverage || draft.enableProfiler) draft.debugMode = true
  if (draft.enableRecorder || draft.enableGdb) draft.debugMode = true
  if (!draft.debugMode) return
  draft.disableReloading = true
  draft.maximumRequests = 0
  draft.queueTimeout = 0
  draft.shutdownTimeout = unlimited
}

function addWorkingDirectory(draft: Draft, cwd: string): void {
  const folder = draft.workingDirectory ?? cwd
  if (!draft.pythonPath.includes(folder)) draft.pythonPath = [folder, ...draft.pythonPath]
}
