/** How a server ends, and that nothing of it is left. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ask } from '../rig/http.js'
import { type RunningCommand, startServer } from '../rig/server.js'

const kitchen = fileURLToPath(new URL('../fixtures/apps/kitchen.py', import.meta.url))

/** Waits until no process of the run is left, and gives the milliseconds that took. */
async function emptied(server: RunningCommand): Promise<number> {
  const start = performance.now()
  while (server.family().length > 0) {
    if (performance.now() - start > 10_000) throw new Error(`left: ${server.family()}`)
    await new Promise(setImmediate)
  }
  return performance.now() - start
}

function start(...args: string[]): Promise<RunningCommand> {
  return startServer([kitchen, '--log-level', 'notice', ...args])
}

describe('SIGINT and SIGTERM', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} ends an idle server with exit code 0`, async () => {
      const server = await start('--processes', '2')
      expect((await ask(server.url('/pid'))).status).toBe(200)
      expect(await server.stop(signal)).toEqual({ code: 0, signal: null })
      expect(server.family()).toEqual([])
    })
  }

  test('requests in progress and in the queue finish, new connections are refused', async () => {
    const server = await start('--threads', '1')
    const running = ask(server.url('/slow-log?1'))
    await server.logged(/sleeping/)
    const queued = ask(server.url('/slow-log?0'))
    // Answered by the front, after it has read the request before it.
    expect((await ask(server.url('/%2F'))).status).toBe(404)
    server.signal('SIGTERM')
    await server.logged(/SIGTERM: stopping, 2 requests in progress/)
    await expect(ask(server.url('/pid'))).rejects.toThrow('ECONNREFUSED')
    expect((await running).status).toBe(200)
    expect((await queued).status).toBe(200)
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(server.family()).toEqual([])
  })

  test('a request that does not finish in time is cut, and the log names it', async () => {
    const server = await start('--shutdown-timeout', '1')
    const running = ask(server.url('/slow-log?600'))
    await server.logged(/sleeping/)
    server.signal('SIGTERM')
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect((await running).status).toBe(502)
    expect(server.stderr).toMatch(/ended by force: .*still running: GET \/slow-log\?600/)
    expect(server.family()).toEqual([])
  })

  test('with --shutdown-timeout 0 a request has as long as it takes', async () => {
    const server = await start('--shutdown-timeout', '0')
    const running = ask(server.url('/slow-log?1'))
    await server.logged(/sleeping/)
    server.signal('SIGTERM')
    expect((await running).status).toBe(200)
    expect(await server.exited).toEqual({ code: 0, signal: null })
  })

  test('a worker stuck in C code is ended within the timeout', async () => {
    const server = await start('--shutdown-timeout', '1')
    const stuck = ask(server.url('/stuck'))
    await server.logged(/stuck now/)
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    expect((await stuck).status).toBe(502)
    expect(server.family()).toEqual([])
  })

  test('child processes of a worker end with it', async () => {
    const server = await start()
    const [near] = (await ask(server.url('/children'))).body.split(' ').map(Number)
    await server.stop()
    expect(server.family()).not.toContain(near)
  })

  test('a second signal ends everything at once, also what has left the process group', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const server = await start('--shutdown-timeout', '600')
      await ask(server.url('/children'))
      const stuck = ask(server.url('/stuck'))
      await server.logged(/stuck now/)
      server.signal(signal)
      await server.logged(/: stopping/)
      // Closer together they would be one keystroke.
      await new Promise(resolve => setTimeout(resolve, 400))
      server.signal(signal)
      expect(await server.exited).toEqual({ code, signal: null })
      expect((await stuck).status).toBe(502)
      await emptied(server)
    }
  })

  test('exit functions of the application run', async () => {
    const server = await start()
    await ask(server.url('/at-exit'))
    await server.stop()
    expect(server.stderr).toContain('exit function ran')
  })
})

describe('SIGKILL of the server', () => {
  for (const path of ['/pid', '/stuck'] as const) {
    test(`leaves no worker and no child in its group behind after ${path}`, async () => {
      const server = await start('--processes', '2')
      await ask(server.url('/near-child'))
      if (path === '/stuck') {
        ask(server.url(path)).catch(() => {})
        await server.logged(/stuck now/)
      }
      expect(server.family().length).toBeGreaterThan(3)
      server.signal('SIGKILL')
      await server.exited
      expect(await emptied(server)).toBeLessThan(2000)
    })
  }
})
