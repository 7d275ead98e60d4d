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

test('settingsOfStart() changes with what counts at the start only', () => {
  const text = settingsOfStart(defaultSettings)
  expect(settingsOfStart({ ...defaultSettings, processes: 3 })).toBe(text)
  expect(settingsOfStart({ ...defaultSettings, port: 9000 })).not.toBe(text)
})
