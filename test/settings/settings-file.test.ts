import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { OptionRow } from '../../src/settings/option-row.js'
import { readCommandLine } from '../../src/settings/parse.js'
import {
  defaultSettings,
  type Settings,
  settingKey,
  settingOptions,
} from '../../src/settings/settings.js'
import {
  readSettingsFile,
  readSettingsText,
  settingsText,
} from '../../src/settings/settings-file.js'

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Writes the settings and reads them again, in another folder than the one they were given in. */
const reread = (settings: Settings): Settings =>
  readSettingsText('/other/settings.toml', settingsText(settings)).settings

function settingsOf(args: readonly string[], cwd: string): Settings {
  const request = readCommandLine(['start-server', ...args], { cwd, env: {} })
  if (request.kind !== 'command') throw new Error(request.kind)
  return request.settings
}

/** A text that every way of quoting has to be right for. */
const oddText = 'a "b" \'c\' \\n # ü \t € \u{1F600}'

function sampleValue(row: OptionRow): unknown {
  if (row.type === 'flag') return true
  if (row.type === 'int') return Math.max(row.min ?? 0, row.minUnlessZero ?? 0) + 7
  if (row.type !== 'string') return 0.625
  const text =
    row.choices?.at(-1) ?? (row.name === '--log-level' ? 'info wsgi:debug' : `/${oddText}`)
  if (row.arity === 2) return [['one', text] as const, [oddText, text] as const]
  return row.repeatable ? [text, '/two'] : text
}

describe('a file of settings', () => {
  test('holds nothing of the defaults', () => {
    expect(settingsText(defaultSettings)).toBe('[tool.modwsgi-dev]\n')
    expect(reread(defaultSettings)).toEqual(defaultSettings)
  })

  test.each(settingOptions.map(row => [row.name, row] as const))('keeps %s', (name, row) => {
    const value = sampleValue(row)

    const settings: Settings = { ...defaultSettings, [settingKey(name)]: value }
    const again = reread(settings)
    expect(again[settingKey(name)]).toEqual(value)
  })

  test.each([
    ['debug mode', ['--debug-mode', '--enable-debugger', '--debugger-startup']],
    ['embedded mode', ['--embedded-mode', '--threads', '2']],
    ['a certificate', ['--https-port', '8443', '--ssl-certificate', 'cert']],
    ['aliases', ['--url-alias', '/static', 'static/', '--url-alias', '/x y', 'static']],
    ['no processes', ['--processes', '0']],
    ['a mount point', ['--mount-point', 'app/']],
    ['logs', ['--log-directory', 'static', '--log-to-terminal', '--rotate-logs']],
    ['folders', ['--working-directory', 'static', '--document-root', 'static']],
    ['telemetry', ['--telemetry-service', 'unix:/x', '--telemetry-interval', '2.5']],
    ['a locale', ['--lang', 'de_DE.UTF-8']],
  ])('keeps the settings of a command line with %s', (_what, args) => {
    const folder = makeFolder()

    mkdirSync(join(folder, 'static'))
    const settings = settingsOf(args, folder)
    expect(settings).not.toEqual(defaultSettings)
    expect(reread(settings)).toEqual(settings)
  })

  test('is checked like a command line, and the message names the line', () => {
    const path = join(makeFolder(), 'settings.toml')
    writeFileSync(path, '[tool.modwsgi-dev]\nhost = "::1"\nport = 70000\n')
    expect(() => readSettingsFile(path)).toThrow(
      `--port has to be from 0 to 65535, got 70000 (from ${path}:3)`,
    )
    writeFileSync(path, '[tool.modwsgi-dev]\nthread = 2\n')
    expect(() => readSettingsFile(path)).toThrow(
      `The key "thread" in ${path}:2 belongs to no option, did you mean threads`,
    )
  })

  test('that is not there is named', () => {
    const path = join(makeFolder(), 'settings.toml')
    expect(() => readSettingsFile(path)).toThrow(`the settings ${path} cannot be read: ENOENT`)
  })
})
