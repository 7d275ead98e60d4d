/** Signals to the started process, but for those that stop it (start-server.stop.test.ts). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const app = `
import os, time

print("loaded")

def application(environ, start_response):
    if environ["PATH_INFO"] == "/wait":
        print("waiting")
        while not os.path.exists("go-on"):
            time.sleep(0.01)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`

async function start(...args: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  const server = await startServer(['app.py', '--log-level', 'notice', ...args], { cwd })
  const write = (name: string, text: string) => writeFileSync(join(cwd, name), text)
  return { server, write, goOn: () => write('go-on', '') }
}

test('WINCH finishes what is in progress, beyond --shutdown-timeout, and ends with 0', async () => {
  const { server, goOn } = await start('--shutdown-timeout', '1')
  const pid = (await ask(server.url())).body
  const answer = ask(server.url('/wait'))
  await server.logged(/waiting/)
  server.signal('SIGWINCH')
  await server.logged(/SIGWINCH: stopping, 1 request in progress/)
  const early = await Promise.race([
    server.exited,
    new Promise(resolve => setTimeout(resolve, 1500, 'still there')),
  ])
  expect(early).toBe('still there')
  goOn()
  expect((await answer).body).toBe(pid)
  expect(await server.exited).toEqual({ code: 0, signal: null })
})

test('USR2 writes the stacks of all threads of all workers', async () => {
  const { server, goOn } = await start('--processes', '2')
  const answer = ask(server.url('/wait'))
  await server.logged(/waiting/)
  server.signal('SIGUSR2')
  await server.logged(/Stack of GET \/wait in thread \d+:/)
  await server.logged(/app\.py", line \d+, in application/)
  goOn()
  expect((await answer).status).toBe(200)
})

test('TTIN wants one worker more, TTOU one less, but never none', async () => {
  const { server } = await start('--processes', '1', '--threads', '1')
  const pid = (await ask(server.url())).body
  server.signal('SIGTTIN')
  await server.logged(/2 workers wanted from now on/)
  await server.until(() => server.stderr.match(/loaded/g)?.length === 2, 'a second worker')
  server.signal('SIGTTOU')
  await server.logged(/1 worker wanted from now on/)
  const from = server.stderr.length
  server.signal('SIGTTOU')
  await server.logged(/1 worker wanted from now on/, from)
  expect((await ask(server.url())).body).toBe(pid)
})

test('USR1 says that it does nothing', async () => {
  const { server } = await start()
  server.signal('SIGUSR1')
  await server.logged(/SIGUSR1 does nothing here: it belongs to the inspector of Node/)
  expect((await ask(server.url())).status).toBe(200)
})

describe('HUP', () => {
  test('replaces the workers one after the other, with somebody to serve at any time', async () => {
    const { server } = await start('--processes', '2', '--threads', '1')
    const pids = new Set<string>()
    while (pids.size < 2) {
      const both = await Promise.all([ask(server.url()), ask(server.url())])
      for (const { body } of both) pids.add(body)
    }
    server.signal('SIGHUP')
    await server.logged(/SIGHUP: new workers take over one after the other/)
    for (let old = true; old; ) {
      const both = await Promise.all([ask(server.url()), ask(server.url())])
      expect(both.map(({ status }) => status)).toEqual([200, 200])
      old = both.some(({ body }) => pids.has(body))
    }
    expect(server.stderr.match(/loaded\n/g)).toHaveLength(4)
  })

  test('keeps the workers when a new one cannot load the application', async () => {
    const { server, write } = await start('--disable-reloading')
    const pid = (await ask(server.url())).body
    write('app.py', 'raise RuntimeError("no")\n')
    server.signal('SIGHUP')
    await server.logged(/could not load the application: the present ones stay/)
    expect((await ask(server.url())).body).toBe(pid)
    write('app.py', app)
    server.signal('SIGHUP')
    await server.until(() => server.stderr.match(/loaded\n/g)?.length === 2, 'a new worker')
    let answer = await ask(server.url())
    while (answer.body === pid) answer = await ask(server.url())
    expect(answer.status).toBe(200)
  })
})
