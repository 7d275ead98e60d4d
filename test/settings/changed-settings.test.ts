import { describe, expect, test } from 'vitest'
import { changedSettings, settingsOfStart } from '../../src/settings/changed-settings.js'
import { defaultSettings } from '../../src/settings/settings.js'

describe('changedSettings()', () => {
  test('takes over what has changed, but for what counts at the start only', () => {
    const read = {
      ...defaultSettings,
      processes: 3,
      setenv: [['a', 'b']] as const,
      port: 9000,
      serverBacklog: 9,
    }
    const { settings, changed, kept } = changedSettings(defaultSettings, read)
    expect(changed).toEqual(['--processes', '--setenv'])
    expect(kept.toSorted()).toEqual(['--port', '--server-backlog'])
    expect(settings).toEqual({ ...defaultSettings, processes: 3, setenv: [['a', 'b']] })
  })

  test('finds nothing where the values are the same', () => {
    const read = { ...defaultSettings, urlAlias: [...defaultSettings.urlAlias] }
    expect(changedSettings(defaultSettings, read)).toEqual({
      settings: defaultSettings,
      changed: [],
      kept: [],
    })
  })
})

test('changedSettings() keeps what debug mode overrides when another mode is read', () => {
  const read = { ...defaultSettings, debugMode: true, shutdownTimeout: 99, queueTimeout: 0 }
  const { settings, kept } = changedSettings(defaultSettings, read)
  expect(settings).toEqual(defaultSettings)
  expect(kept).toContain('--debug-mode')
})

test('changedSettings() does not speak of options without effect', () => {
  const read = { ...defaultSettings, enableSendfile: true, sendBufferSize: 512 }
  expect(changedSettings(defaultSettings, read).changed).toEqual(['--send-buffer-size'])
})

test('settingsOfStart() changes with what counts at the start only', () => {
  const text = settingsOfStart(defaultSettings)
  expect(settingsOfStart({ ...defaultSettings, processes: 3 })).toBe(text)
  expect(settingsOfStart({ ...defaultSettings, port: 9000 })).not.toBe(text)
})
