/** What of a configuration that was read again a running server takes over. */
import { operatingMode, settingsOfMode } from './modes.js'
import { type SettingKey, type Settings, settingKey, settingOptions } from './settings.js'

/** Names of options, as `--url-alias`. */
export interface ChangedSettings {
  /** The new values, but for those that only count at the start. */
  readonly settings: Settings
  readonly changed: readonly string[]
  /** Options that have another value now and keep the one of the start. */
  readonly kept: readonly string[]
}

/** Compares what a server runs with and what was read again. */
export function changedSettings(running: Settings, read: Settings): ChangedSettings {
  const other = settingOptions.filter(row => differ(running, read, settingKey(row.name)))
  const ofMode = operatingMode(running) === operatingMode(read) ? [] : settingsOfMode
  const kept = other.filter(row => row.onlyAtStart || ofMode.includes(settingKey(row.name)))
  const values = kept.map(row => [settingKey(row.name), running[settingKey(row.name)]])
  return {
    settings: Object.freeze({ ...read, ...Object.fromEntries(values) }),
    changed: other
      .filter(row => row.parity === 'works' && !kept.includes(row))
      .map(row => row.name),
    kept: kept.map(row => row.name),
  }
}

/** The values that count at the start only, as a text that is the same for the same values. */
export function settingsOfStart(settings: Settings): string {
  const fixed = settingOptions.filter(row => row.onlyAtStart).map(row => settingKey(row.name))
  return JSON.stringify(fixed.map(key => [key, settings[key]]))
}

function differ(one: Settings, other: Settings, key: SettingKey): boolean {
  return JSON.stringify(one[key]) !== JSON.stringify(other[key])
}
