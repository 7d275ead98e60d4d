/**
 * The modes of mod_wsgi-express and what they force on other settings: in debug mode one process serves one
 * request at a time, with no reloading and no time limit.
 */
import type { SettingKey, Settings } from './settings.js'

/** Where the application runs in the original: what the banner, the environ and the log say follows from it. */
export type OperatingMode = 'daemon' | 'embedded' | 'debug'

type Draft = { -readonly [Key in SettingKey]: Settings[Key] }

/** Seconds that no timer of Node can exceed (2^31 milliseconds), about 24 days: no limit to speak of. */
export const unlimited = 2_147_000

/** Each tool of debug mode implies it, and debug mode wins over --embedded-mode. */
export function operatingMode(settings: Settings): OperatingMode {
  const tools = [
    settings.enableDebugger,
    settings.enableCoverage,
    settings.enableProfiler,
    settings.enableRecorder,
    settings.enableGdb,
  ]
  if (settings.debugMode || tools.includes(true)) return 'debug'
  return settings.embeddedMode ? 'embedded' : 'daemon'
}

/** What {@link settleMode} may override. */
export const settingsOfMode: readonly SettingKey[] = [
  'disableReloading',
  'maximumRequests',
  'queueTimeout',
  'shutdownTimeout',
]

/** Overrides what the mode leaves no choice about. */
export function settleMode(draft: Draft): void {
  const mode = operatingMode(draft)
  if (mode !== 'daemon') draft.disableReloading = true
  if (mode !== 'debug') return
  draft.maximumRequests = 0
  draft.queueTimeout = 0
  draft.shutdownTimeout = unlimited
}
