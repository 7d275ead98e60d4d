import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findAccount } from '../../src/cli/privileges.js'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const isRoot = process.getuid?.() === 0
const pidApp = fileURLToPath(new URL('../fixtures/apps/who.py', import.meta.url))

describe('findAccount()', () => {
  test('gives nothing up when it was not started by root, or without options', () => {
    expect(findAccount('nobody', null, 1000)).toBeNull()
    expect(findAccount(null, null, 0)).toBeNull()
  })

  test('takes names and numbers', () => {
    expect(findAccount('#65534', '#65534', 0)).toEqual({ user: '65534', uid: 65534, gid: 65534 })
    expect(findAccount('nobody', null, 0)).toMatchObject({ user: 'nobody', uid: 65534 })
  })

  test('names the option and the value of an account that does not exist', () => {
    expect(() => findAccount('no-such-user', null, 0)).toThrow(
      '--user no-such-user: there is no such user',
    )
    expect(() => findAccount('#1', 'no-such-group', 0)).toThrow(
      '--group no-such-group: there is no such group',
    )
  })
})

describe.runIf(isRoot)('--user as root', () => {
  test('server and workers run as that user, and no supplementary group of root stays', async () => {
    const server = await startServer([pidApp, '--user', '#65534', '--group', '#65534'])
    const seen = JSON.parse((await ask(server.url())).body)
    expect(seen).toEqual({ uid: 65534, gid: 65534, groups: [65534] })
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m)
    expect(statSync(server.serverRoot).uid).toBe(65534)
    expect(await server.stop()).toEqual({ code: 0, signal: null })
  })
})
