import { expect, test } from 'vitest'
import { devNames } from '../../../src/cli/https-dev/dev-names.js'
import { defaultSettings } from '../../../src/settings/settings.js'

test('devNames() has this machine and the names of the site, without what no certificate can have', () => {
  const own = ['localhost', '127.0.0.1', '::1']
  expect(devNames(defaultSettings)).toEqual(own)
  const settings = {
    ...defaultSettings,
    serverName: 'https://Example.test:8443',
    serverAlias: ['a.test *.b.test', 'c?.test', 'localhost'],
    host: '192.0.2.1',
  }
  expect(devNames(settings)).toEqual([...own, 'example.test', 'a.test', '*.b.test', '192.0.2.1'])
  expect(devNames({ ...defaultSettings, host: '0.0.0.0' })).toEqual(own)
})
