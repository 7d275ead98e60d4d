import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findAccount, findServiceAccounts } from '../../src/cli/privileges.js'
import { defaultSettings, type Settings } from '../../src/settings/settings.js'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'
import { temporaryProject } from '../settings/temporary-project.js'

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

  test('takes a number without its sign for a name, as the original', () => {
    expect(() => findAccount('0', null, 0)).toThrow('--user 0: there is no such user')
    expect(() => findAccount('#1', '33', 0)).toThrow('--group 33: there is no such group')
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

describe('findServiceAccounts()', () => {
  const settings = {
    ...defaultSettings,
    user: '#65534',
    group: '#65534',
    serviceScript: [
      ['jobs', '/jobs.py'],
      ['mail', '/mail.py'],
    ],
  } as const
  const server = { user: '65534', uid: 65534, gid: 65534 }
  const find = (values: Partial<Settings>, startedBy = 0) =>
    Object.fromEntries(findServiceAccounts({ ...settings, ...values }, server, startedBy))

  test('gives those that differ from the one of the server; the last option counts', () => {
    const jobs = ['jobs', '#3'] as const
    expect(find({ serviceUser: [['jobs', '#2'], jobs] })).toEqual({
      jobs: { user: '3', uid: 3, gid: 65534 },
    })
    expect(find({ serviceGroup: [jobs] })).toEqual({
      jobs: { user: '65534', uid: 65534, gid: 3 },
    })
    expect(find({ serviceUser: [['mail', '#65534']] })).toEqual({})
    expect(find({})).toEqual({})
  })

  test("ignores options for services that do not exist, and all in a server that is not root's", () => {
    expect(find({ serviceUser: [['other', 'no-such-user']] })).toEqual({})
    expect(find({ serviceUser: [['jobs', 'no-such-user']] }, 1000)).toEqual({})
  })

  test.each<[Partial<Settings>, string]>([
    [
      { serviceUser: [['jobs', 'no-such-user']] },
      '--service-user jobs no-such-user: there is no such user',
    ],
    [
      { serviceUser: [['jobs', '33']] },
      '--service-user jobs 33: there is no such user (a number is written #33)',
    ],
    [
      { serviceGroup: [['jobs', 'no-such-group']] },
      '--service-group jobs no-such-group: there is no such group',
    ],
    [{ serviceUser: [['jobs', '#0']] }, '--service-user jobs #0: a service does not run as root'],
  ])('refuses %j', (values, message) => {
    expect(() => find(values)).toThrow(
      expect.objectContaining({ name: 'UserError', code: 2, message }),
    )
  })
})

describe.runIf(isRoot)('--service-user as root', () => {
  test('the service runs as that user beside the server of another, and leaves with it', async () => {
    const folder = temporaryProject({
      'job.py':
        'import os, signal\nprint("JOB", os.getuid(), os.getgid(), os.getgroups())\nsignal.pause()\n',
    })
    // The user of the service has to reach its script.
    chmodSync(folder, 0o755)
    const server = await startServer([
      pidApp,
      ...['--user', '#65534', '--group', '#65534'],
      ...['--service-script', 'job', join(folder, 'job.py')],
      ...['--service-user', 'job', '#2', '--service-group', 'job', '#3'],
    ])
    await server.logged(/JOB 2 3 \[3\]/)
    const owners = server.family().map(pid => statSync(`/proc/${pid}`).uid)
    expect(new Set(owners)).toEqual(new Set([65534, 2]))
    server.signal('SIGKILL')
    await server.exited
    await expect.poll(() => server.family(), { timeout: 10_000 }).toEqual([])
  })
})

describe.runIf(isRoot)('--user as root', () => {
  test('server and workers run as a number without a name', async () => {
    const server = await startServer([pidApp, '--user', '#99999'])
    const seen = JSON.parse((await ask(server.url())).body)
    expect(seen).toEqual({ uid: 99999, gid: 99999, groups: [99999] })
  })

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
