import type { Origin } from './origin.js'
import type { SettingKey } from './settings.js'

/** A value that one source gives for a setting, and where exactly it stood. */
export interface Given {
  readonly value: unknown
  readonly origin: Origin
}

/** What one source gives. */
export type GivenSettings = ReadonlyMap<SettingKey, Given>
