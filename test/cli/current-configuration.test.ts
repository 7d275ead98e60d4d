import { expect, test } from 'vitest'
import type { Configuration } from '../../src/cli/another-configuration.js'
import { CurrentConfiguration } from '../../src/cli/current-configuration.js'
import type { LogEvent } from '../../src/logging/events.js'
import { defaultSettings } from '../../src/settings/settings.js'

test('readAgain() tells of a failure of whoever renews, and never rejects', async () => {
  const logged: LogEvent[] = []
  const first = { settings: defaultSettings, env: {} } as Configuration
  const configuration = new CurrentConfiguration(first, {
    log: { emit: event => void logged.push(event), close() {} },
    readAnother: async running => ({ ...running, changed: [], kept: [] }),
    follow() {},
  })
  const failing = configuration.readAgain(() => {
    throw new Error('as wanted')
  })
  expect(await failing).toMatch(/^a fault of modwsgi-dev: Error: as wanted/)
  expect(logged.map(({ type }) => type)).toEqual(['configurationKept'])
  expect(await configuration.readAgain(() => false)).toBe(null)
})
