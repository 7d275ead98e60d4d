/** Limits of a worker, each seen from outside: what the client gets, which process answers, what the log says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { type RunningCommand, startServer } from '../rig/server.js'

const app = `
import ctypes, os, time

import mod_wsgi

mod_wsgi.subscribe_shutdown(lambda name, **event: print("leaves:", event["shutdown_reason"]))

if os.environ.get("BROKEN"):
    raise RuntimeError("not today")

kept = []

def application(environ, start_response):
    path = environ["PATH_INFO"]
    seconds = float(environ["QUERY_STRING"] or 0)
    if path == "/sleep":
        time.sleep(seconds)
    elif path == "/loop":
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.01)
    elif path == "/hold":
        ctypes.PyDLL(None).sleep(int(seconds))
    elif path == "/compute":
        end = time.process_time() + seconds
        while time.process_time() < end:
            sum(range(10000))
    elif path == "/grow":
        kept.append(bytearray(int(seconds) * 2 ** 20))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`

async function start(...args: string[]): Promise<RunningCommand> {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  return startServer(['app.py', '--log-level', 'info', ...args], { cwd })
}

const get = (server: RunningCommand, path: string) => ask(server.url(path))

/** Asks until another process answers; gives its number. */
async function successor(server: RunningCommand, pid: string): Promise<string> {
  return server.until(() => {
    const ready = [...server.stderr.matchAll(/\(pid (\d+)\) loaded the application/g)].at(-1)
    return ready && ready[1] !== pid ? ready[1]! : null
  }, `a process instead of ${pid}`)
}

describe('--request-timeout', () => {
  test('replaces the worker of a request that runs too long, and says what it did', async () => {
    const server = await start(
      ...['--threads', '1', '--request-timeout', '1', '--shutdown-timeout', '1'],
    )
    const pid = (await get(server, '/')).body
    const stuck = get(server, '/sleep?30')
    await server.logged(
      /is replaced: a request runs longer than --request-timeout; running: GET \/sleep\?30/,
    )
    await server.logged(/Stack of GET \/sleep\?30 in thread 1:/)
    await server.logged(/time\.sleep\(seconds\)/)
    expect((await get(server, '/')).body).not.toBe(pid)
    expect((await stuck).status).toBe(502)
    await server.logged(/leaves: request_timeout/)
    await server.logged(/is ended by force: it did not end within 1 seconds \(request_timeout\)/)
  })

  test('lets the other requests of that worker finish', async () => {
    const server = await start(
      ...['--threads', '2', '--request-timeout', '1', '--shutdown-timeout', '1'],
    )
    const stuck = get(server, '/sleep?30')
    while (!server.stderr.includes('is replaced')) {
      expect((await get(server, '/sleep?0.7')).status).toBe(200)
    }
    expect((await stuck).status).toBe(502)
  })
})

test('--interrupt-timeout ends the request with 504 and keeps the process', async () => {
  const server = await start(
    ...['--threads', '1', '--request-timeout', '1', '--interrupt-timeout', '5'],
  )
  const pid = (await get(server, '/')).body
  const answer = await get(server, '/loop?30')
  expect([answer.status, answer.body]).toEqual([504, ''])
  await server.logged(/RequestTimeout is raised in it \(GET \/loop\?30/)
  await server.logged(/Stack of GET \/loop\?30/)
  expect((await get(server, '/')).body).toBe(pid)
})

test('--interrupt-timeout gives a request up that cannot be interrupted', async () => {
  const server = await start(
    ...['--threads', '1', '--request-timeout', '1', '--interrupt-timeout', '1'],
    ...['--shutdown-timeout', '1'],
  )
  expect((await get(server, '/sleep?30')).status).toBe(502)
  await server.logged(/is replaced: a request runs longer than --request-timeout/)
  expect((await get(server, '/')).status).toBe(200)
})

test('--maximum-requests replaces a worker after so many, and loses none', async () => {
  const server = await start('--maximum-requests', '3')
  const pids: string[] = []
  for (let at = 0; at < 9; at++) {
    const { status, body } = await get(server, '/')
    expect(status).toBe(200)
    pids.push(body)
  }
  expect(pids.map(pid => pids.indexOf(pid))).toEqual([0, 0, 0, 3, 3, 3, 6, 6, 6])
  await server.logged(/leaves: maximum_requests/)
})

test('--restart-interval replaces an idle worker, and lets a busy one finish', async () => {
  const server = await start('--restart-interval', '1')
  const pid = (await get(server, '/')).body
  const busy = get(server, '/sleep?2')
  expect(await successor(server, pid)).not.toBe(pid)
  expect((await busy).body).toBe(pid)
  await server.logged(/leaves: restart_interval/)
})

test('--inactivity-timeout replaces a worker without requests, but for those to --ignore-activity', async () => {
  const server = await start('--inactivity-timeout', '1', '--ignore-activity', '/health')
  const pid = (await get(server, '/')).body
  for (let seen = pid; seen === pid; seen = (await get(server, '/health')).body);
  await server.logged(/is replaced: no request came within --inactivity-timeout/)
  await server.logged(/leaves: inactivity_timeout/)
})

test('--cpu-time-limit replaces a worker that has computed so long', async () => {
  const server = await start('--cpu-time-limit', '1', '--graceful-timeout', '10')
  const pid = (await get(server, '/')).body
  expect((await get(server, '/compute?2')).body).toBe(pid)
  await server.logged(/leaves: cpu_time_limit/)
  expect((await get(server, '/')).body).not.toBe(pid)
})

test('--memory-limit replaces a worker that has grown, after what it does', async () => {
  const server = await start('--memory-limit', '120')
  const pid = (await get(server, '/grow?200')).body
  await server.logged(/is replaced: it uses 2\d\d MB of memory, more than --memory-limit/)
  await server.logged(/leaves: memory_limit/)
  expect(await successor(server, pid)).not.toBe(pid)
  expect((await get(server, '/')).body).not.toBe(pid)
})

test('--deadlock-timeout replaces a worker that holds the interpreter lock, with the stacks', async () => {
  const server = await start(
    ...['--deadlock-timeout', '1', '--shutdown-timeout', '1', '--request-timeout', '0'],
  )
  const pid = (await get(server, '/')).body
  const stuck = get(server, '/hold?30')
  await server.logged(/is replaced: no Python code runs in it/)
  await server.logged(/app\.py", line \d+ in application/)
  expect(await successor(server, pid)).not.toBe(pid)
  expect((await stuck).status).toBe(502)
})

test('--startup-timeout replaces a worker whose application cannot be loaded', async () => {
  const server = await start('--startup-timeout', '1', '--setenv', 'X', 'y', '--passenv', 'BROKEN')
  expect((await get(server, '/')).status).toBe(200)
  await server.stop()
  process.env['BROKEN'] = '1'
  onTestFinished(() => void delete process.env['BROKEN'])
  const broken = await start('--startup-timeout', '1')
  expect((await get(broken, '/')).status).toBe(500)
  await broken.logged(/is replaced: the application could not be loaded within --startup-timeout/)
})

describe('SIGUSR1 to a worker', () => {
  test.each([
    ['graceful_signal', '--graceful-timeout'],
    ['eviction_signal', '--eviction-timeout'],
  ])('lets its requests finish: %s within %s', async (reason, option) => {
    const server = await start(option, '20', '--shutdown-timeout', '1')
    const pid = (await get(server, '/')).body
    const busy = get(server, '/sleep?2.5')
    await expect.poll(async () => (await get(server, '/')).body, { interval: 10 }).toBe(pid)
    process.kill(Number(pid), 'SIGUSR1')
    await server.logged(new RegExp(`leaves: ${reason}`))
    expect((await busy).body).toBe(pid)
  })
})
