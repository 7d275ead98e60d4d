/** Mistakes on the command line: one sentence that names the option and the value, and nothing left running. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { allOptions } from '../../src/settings/options.js'
import { runCommand, startServer } from '../rig/server.js'

const kitchen = fileURLToPath(new URL('../fixtures/apps/kitchen.py', import.meta.url))

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

async function refusal(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const command = runCommand(['start-server', ...args], { env })
  const { code } = await command.exited
  expect(command.family()).toEqual([])
  return { code, said: command.stderr, printed: command.stdout }
}

describe('start-server refuses', () => {
  const rows: readonly [string, readonly string[], number, RegExp][] = [
    ['a script that is not there', ['/no/such.py'], 2, /the script \/no\/such\.py does not exist/],
    ['a word for a number', [kitchen, '--processes', 'many'], 2, /--processes.*"many"/],
    ['a number out of range', [kitchen, '--threads', '-1'], 2, /--threads.*-1/],
    ['an unknown option', [kitchen, '--proceses', '2'], 2, /--proceses.*--processes/],
    ['a missing value', [kitchen, '--processes'], 2, /--processes/],
    [
      'a Python that is not there',
      [kitchen, '--python', '/no/python'],
      2,
      /--python \/no\/python does not exist/,
    ],
    [
      'a working directory that is not there',
      [kitchen, '--working-directory', '/no/dir'],
      2,
      /--working-directory.*\/no\/dir/,
    ],
    [
      'an address of another machine',
      [kitchen, '--host', '203.0.113.1'],
      4,
      /--host 203\.0\.113\.1 is not an address of this machine/,
    ],
  ]
  for (const [what, args, code, sentence] of rows) {
    test(what, async () => {
      const refused = await refusal(args)
      expect(refused.code).toBe(code)
      expect(refused.said).toMatch(sentence)
      expect(refused.said).toMatch(/^modwsgi-dev: [^\n]+\n$/)
      expect(refused.printed).toBe('')
    })
  }

  test('a port that is taken', async () => {
    const holder = createServer()
    await new Promise<void>(resolve => holder.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void holder.close())
    const { port } = holder.address() as { port: number }
    const command = runCommand(['start-server', kitchen, '--port', String(port)], {
      isolated: false,
    })
    expect(await command.exited).toEqual({ code: 4, signal: null })
    expect(command.stderr).toMatch(
      new RegExp(`^modwsgi-dev: --port ${port} is taken on 127\\.0\\.0\\.1: [^\\n]+\\n$`),
    )
    expect(command.family()).toEqual([])
  })

  test('a script without the callable', async () => {
    const folder = folderWith({ 'app.py': 'x = 1\n' })
    const refused = await refusal([join(folder, 'app.py'), '--callable-object', 'wsgi_app'])
    expect(refused.code).toBe(3)
    expect(refused.said).toMatch(
      /modwsgi-dev: --callable-object wsgi_app: \S+app\.py does not define it\n$/,
    )
    expect(refused.said).not.toMatch(/\.ts:|\.js:/)
  })

  test('a Python that is too old', async () => {
    const folder = folderWith({ python: '#!/bin/sh\nprintf 3.7.16\n' })
    chmodSync(join(folder, 'python'), 0o755)
    const refused = await refusal([kitchen, '--python', join(folder, 'python')])
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.said).toMatch(/Python 3\.7\.16 .* is too old: 3\.8 or newer/)
  })

  test('a machine without Python', async () => {
    const refused = await refusal([kitchen], { PATH: '/no/folder' })
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.said).toMatch(/No python3 was found on PATH/)
  })
})

describe('start-server goes on', () => {
  test('without the callable when changes are watched, and picks up the repair', async () => {
    const folder = folderWith({ 'app.py': 'x = 1\n' })
    const server = await startServer([
      join(folder, 'app.py'),
      '--reload-on-changes',
      '--log-level',
      'notice',
    ])
    await server.logged(/could not load the application/)
    const answer = await fetch(server.url())
    expect(answer.status).toBe(500)
    writeFileSync(
      join(folder, 'app.py'),
      'def application(e, s):\n    s("200 OK", [("Content-Type", "text/plain")])\n    return [b"repaired"]\n',
    )
    await server.logged(/reloaded \S*app\.py in/)
    expect(await (await fetch(server.url())).text()).toBe('repaired')
  })

  test('with an alias to nothing, which it names in one line and serves as soon as it is there', async () => {
    const folder = folderWith({})
    const later = join(folder, 'later')
    const server = await startServer([kitchen, '--url-alias', '/later', later])
    await server.logged(/^--url-alias/m)
    expect(server.stderr.match(/^--url-alias .*$/gm)).toEqual([
      `--url-alias /later leads to ${later}, which does not exist: requests below it are refused for as long`,
    ])
    expect((await fetch(server.url('/later/a.txt'))).status).toBe(403)
    mkdirSync(later)
    writeFileSync(join(later, 'a.txt'), 'at last')
    expect(await (await fetch(server.url('/later/a.txt'))).text()).toBe('at last')
  })

  test('with the pages of the tool where no application is named', async () => {
    const server = await startServer([])
    const answer = await fetch(server.url('/any/path'))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html'])
  })
})

test('the banner names URL, capacity, Python and why, the log, and how to stop', async () => {
  const server = await startServer([kitchen, '--processes', '2', '--threads', '3'])
  expect(server.stdout).toMatch(/^Server URL {9}: http:\/\/localhost:\d+\/$/m)
  expect(server.stdout).toMatch(/^Request Capacity {3}: 6 \(2 processes \* 3 threads\)$/m)
  expect(server.stdout).toMatch(/^Python {13}: python3 \(3\.\d+\.\d+, python3 on PATH\)$/m)
  expect(server.stdout).toMatch(/^Error Log File {5}: terminal \(warn\)$/m)
  expect(server.stdout).toMatch(/^Stop {15}: Ctrl-C/m)
})

test('root without --user runs, with one warning line', async () => {
  const server = await startServer([kitchen])
  await server.stop()
  const warnings = server.stderr.match(/running as root without --user/g) ?? []
  expect(warnings).toHaveLength(process.getuid?.() === 0 ? 1 : 0)
})

const notYet = allOptions.filter(row => row.parity === 'not-yet' && row.type === 'flag')

test.runIf(notYet.length > 1)('options that have no effect yet are named in one line', async () => {
  const names = notYet.slice(0, 2).map(({ name }) => name)
  const server = await startServer([kitchen, ...names])
  expect(server.stderr).toMatch(new RegExp(`^not yet: ${names.join(', ')}$`, 'm'))
})

test('options that can have no effect are named in one line', async () => {
  const server = await startServer([kitchen, '--server-status', '--server-mpm', 'event'])
  expect(server.stderr).toMatch(/^without effect: --server-mpm$/m)
})
