import { userInfo } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AccountHost, openAccountHost } from '../../src/workers/account-host.js'
import type { StartedProcess } from '../../src/workers/started-process.js'

/** A host of the account that runs the tests; only root could take another. */
function openHost(): AccountHost {
  const { username, uid, gid } = userInfo()
  const host = openAccountHost({ user: username, uid, gid })
  onTestFinished(() => host.close())
  return host
}

function run(host: AccountHost, script: string): StartedProcess {
  return host.start({
    program: '/bin/sh',
    args: ['-c', script],
    folder: '/',
    env: { PATH: process.env['PATH'], NAME: 'given' },
    onTerminal: false,
  })
}

/** All that a process said, and how it ended. */
async function wholeRun(started: StartedProcess) {
  const said = { stdout: '', stderr: '' }
  started.stdout?.on('data', chunk => (said.stdout += chunk))
  started.stderr?.on('data', chunk => (said.stderr += chunk))
  const end = await new Promise(resolve => {
    started.once('close', (code, signal) => resolve({ code, signal }))
  })
  return { ...said, end }
}

function firstWords(started: StartedProcess): Promise<string> {
  return new Promise(resolve => started.stdout?.once('data', chunk => resolve(String(chunk))))
}

describe('a host of another account', () => {
  test('starts processes, each with its output, environment, folder and end', async () => {
    const host = openHost()
    const [one, other] = await Promise.all([
      wholeRun(run(host, 'echo $NAME; pwd; echo bad >&2; exit 3')),
      wholeRun(run(host, 'kill -9 $$')),
    ])
    expect(one).toEqual({ stdout: 'given\n/\n', stderr: 'bad\n', end: { code: 3, signal: null } })
    expect(other).toMatchObject({ stdout: '', end: { code: null, signal: 'SIGKILL' } })
  })

  test('delivers signals, and knows when the process is gone', async () => {
    const started = run(
      openHost(),
      'trap "echo trapped; exit 0" TERM; echo up; while :; do sleep 0.01; done',
    )
    expect(await firstWords(started)).toBe('up\n')
    expect(started.pid).toBeGreaterThan(0)
    expect(started.signal('SIGTERM')).toBe(true)
    expect(await wholeRun(started)).toMatchObject({ stdout: 'trapped\n', end: { code: 0 } })
    expect(started.signal('SIGTERM')).toBe(false)
  })

  test('ends a process with all that it has started', async () => {
    const started = run(openHost(), 'sleep 1000 & echo up; while :; do wait; done')
    const whole = wholeRun(started)
    await firstWords(started)
    started.kill()
    // The other process has the same output, so that this comes when both are gone.
    expect(await whole).toMatchObject({ end: { code: null, signal: 'SIGKILL' } })
  })

  test('ends what a process leaves behind in its group', async () => {
    // The one that is left holds the output open.
    expect(await wholeRun(run(openHost(), 'sleep 1000 & echo up'))).toEqual({
      stdout: 'up\n',
      stderr: '',
      end: { code: 0, signal: null },
    })
  })

  test('says why a process cannot be started', async () => {
    const host = openHost()
    const command = {
      program: '/no/such/program',
      args: [],
      folder: '/',
      env: {},
      onTerminal: false,
    }
    const error = await new Promise<Error>(resolve => host.start(command).once('error', resolve))
    expect(error.message).toContain('ENOENT')
  })

  test('tells the end of its processes when it is gone itself, and starts none', async () => {
    const host = openHost()
    const started = run(host, 'echo $PPID; sleep 1000')
    const failed = new Promise<Error>(resolve => started.once('error', resolve))
    const whole = wholeRun(started)
    process.kill(Number(await firstWords(started)), 'SIGKILL')
    expect((await failed).message).toContain('is gone')
    expect(await whole).toMatchObject({ end: { code: null, signal: 'SIGKILL' } })
    process.kill(-started.pid!, 'SIGKILL')
    const late = run(host, 'echo never')
    expect(await new Promise<Error>(resolve => late.once('error', resolve))).toBeInstanceOf(Error)
  })

  test('ends what it has started when the server closes it', async () => {
    const host = openHost()
    const started = run(host, 'echo up; sleep 1000')
    const whole = wholeRun(started)
    await firstWords(started)
    host.close()
    expect(await whole).toMatchObject({ end: { code: null, signal: 'SIGKILL' } })
    expect(() => process.kill(started.pid!, 0)).toThrow('ESRCH')
  })
})
