import { describe, expect, test } from 'vitest'
import { hostWarnings } from '../../src/cli/host-warnings.js'
import { defaultSettings, type Settings } from '../../src/settings/settings.js'

describe('hostWarnings()', () => {
  test.each<[Partial<Settings>, string[]]>([
    [{}, []],
    [{ serverAlias: ['x'] }, ['--server-alias has no effect without --server-name']],
    [{ allowLocalhost: true }, ['--allow-localhost has no effect without --server-name']],
    [{ serverName: 'a.example', serverAlias: ['x'], allowLocalhost: true }, []],
    [{ trustProxy: ['::1'] }, ['--trust-proxy has no effect without --trust-proxy-header']],
    [{ trustProxy: ['::1'], trustProxyHeader: ['x-forwarded-for X-Scheme'] }, []],
    [
      { trustProxyHeader: ['X-Real-IP', 'X-Reel-IP'] },
      ['--trust-proxy-header X-Reel-IP has no effect: nothing is learnt from that header'],
    ],
  ])('%j', (given, warnings) => {
    expect(hostWarnings({ ...defaultSettings, ...given })).toEqual(warnings)
  })
})
