/**
 * Settings as a file, in the words of pyproject.toml: what set-up writes for the server that starts later. Reading it
 * asks nothing else: no variable and no pyproject.toml of the day of the start has a say.
 */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type * as SmolToml from 'smol-toml'
import { UserError } from '../base/errors.js'
import { loadLater } from '../base/load-later.js'
import { checkSettings } from './check.js'
import { readProjectText } from './pyproject.js'
import { defaultSettings, type Settings, settingKey, settingOptions } from './settings.js'
import { type Settled, settle } from './settle.js'

const smolToml = loadLater<typeof SmolToml>('smol-toml')

/** The text of a file with the settings that are not the defaults. Paths in them have to be absolute. */
export function settingsText(settings: Settings): string {
  const table: Record<string, unknown> = {}
  for (const { name } of settingOptions) {
    const key = settingKey(name)
    const value = settings[key]
    // An option with a default cannot be taken back to null, and none ever is.
    if (value === null || isDeepStrictEqual(value, defaultSettings[key])) continue
    table[name.replace(/^--/, '')] = value
  }
  return smolToml().stringify({ tool: { 'modwsgi-dev': table } })
}

/**
 * The settings that a file holds, checked.
 *
 * @throws UserError when it cannot be read, and for every mistake in it
 */
export function readSettingsFile(path: string): Settings {
  const { settings, origins } = readSettingsText(path, readText(path))
  checkSettings(settings, origins)
  return settings
}

/**
 * The settings that a text holds, as far as they are of the right type; `path` is where it was found.
 *
 * @throws UserError for an unknown option and a value of a wrong type
 */
export function readSettingsText(path: string, text: string): Settled {
  const directory = dirname(path)
  return settle({
    commandLine: new Map(),
    environment: new Map(),
    project: { directory, given: readProjectText(path, text) },
    cwd: directory,
  })
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UserError(`the settings ${path} cannot be read: ${(cause as Error).message}`, 2, {
      cause,
    })
  }
}
