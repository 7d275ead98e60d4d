/**
 * Settings from the table `[tool.modwsgi-dev]` of the nearest pyproject.toml. Keys are the option names
 * without the dashes in front; paths in it are relative to the file.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type * as SmolToml from 'smol-toml'
import { UserError } from '../base/errors.js'
import { loadLater } from '../base/load-later.js'
import { didYouMean } from './closest.js'
import type { Given, GivenSettings } from './given.js'
import type { OptionRow } from './option-row.js'
import type { Origin } from './origin.js'
import { type SettingKey, settingKey, settingOptions } from './settings.js'
import { readTomlValue } from './toml-value.js'

const smolToml = loadLater<typeof SmolToml>('smol-toml')

/** What a pyproject.toml says, and the directory that paths in it start at. */
export interface ProjectFile {
  readonly directory: string
  readonly given: GivenSettings
}

/**
 * Reads the nearest pyproject.toml from `directory` upwards; null when there is none.
 *
 * @param mayBeClosed folders that may not be entered have none: nobody knows of one there
 * @throws UserError when the file is no TOML, or names an unknown option or a value of the wrong type
 */
export function readProjectFile(directory: string, mayBeClosed = false): ProjectFile | null {
  const found = nearestFile(directory, mayBeClosed)
  if (found === null) return null
  return { directory: dirname(found.path), given: readProjectText(found.path, found.text) }
}

/** What the text of a pyproject.toml says; `path` is for messages. */
export function readProjectText(path: string, text: string): GivenSettings {
  const table = toolTable(path, parseToml(path, text))
  const given = new Map<SettingKey, Given>()
  const rows = rowsByKey()
  for (const [key, value] of Object.entries(table)) {
    const origin: Origin = { source: 'pyproject.toml', detail: place(path, text, key) }
    const row = rows.get(key)
    if (row === undefined) throw unknownKey(key, origin, [...rows.keys()])
    given.set(settingKey(row.name), { value: readTomlValue(row, value, origin), origin })
  }
  return given
}

function nearestFile(
  directory: string,
  mayBeClosed: boolean,
): { path: string; text: string } | null {
  const path = join(directory, 'pyproject.toml')
  try {
    return { path, text: readFileSync(path, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isClosed = mayBeClosed && code === 'EACCES' && !existsSync(path)
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && !isClosed) {
      throw new UserError(`Cannot read ${path}: ${(error as Error).message}`, undefined, {
        cause: error,
      })
    }
  }
  const parent = dirname(directory)
  return parent === directory ? null : nearestFile(parent, mayBeClosed)
}

function parseToml(path: string, text: string): unknown {
  try {
    // Other tools keep their settings in this file too: their large numbers are no fault.
    return smolToml().parse(text, { integersAsBigInt: 'asNeeded' })
  } catch (error) {
    if (!(error instanceof smolToml().TomlError)) throw error
    const reason = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '')
    throw new UserError(`${path}:${error.line} is not valid TOML: ${reason}`, undefined, {
      cause: error,
    })
  }
}

function toolTable(path: string, document: unknown): Readonly<Record<string, unknown>> {
  const tool = isTable(document) ? document.tool : undefined
  const table = isTable(tool) ? tool['modwsgi-dev'] : undefined
  if (table === undefined) return {}
  if (isTable(table)) return table
  throw new UserError(`tool.modwsgi-dev in ${path} has to be a table of options`)
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function rowsByKey(): Map<string, OptionRow> {
  return new Map(
    settingOptions.flatMap(row =>
      [row.name, ...(row.aliases ?? [])].map(name => [name.replace(/^--/, ''), row] as const),
    ),
  )
}

function unknownKey(key: string, origin: Origin, known: readonly string[]): UserError {
  return new UserError(
    `The key ${JSON.stringify(key)} in ${origin.detail} belongs to no option${didYouMean(key, known)}`,
  )
}

/** `path:line` of a key, or the path alone when it is not written in the usual place. */
function place(path: string, text: string, key: string): string {
  const lines = text.split('\n')
  const header = lines.findIndex(line => /^\s*\[\s*tool\s*\.\s*"?modwsgi-dev"?\s*\]/.test(line))
  if (header < 0) return path
  const line = lines.findIndex(
    (line, index) => index > header && /^\s*"?([\w-]+)"?\s*=/.exec(line)?.[1] === key,
  )
  return line < 0 ? path : `${path}:${line + 1}`
}
