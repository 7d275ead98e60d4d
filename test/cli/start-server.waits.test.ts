/** How long is waited for workers and clients, seen from outside. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask, RawConnection } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const app = `
import os, time

def until(name):
    print("waits for", name)
    while not os.path.exists(name):
        time.sleep(0.01)

def big():
    try:
        for _ in range(1000):
            yield b"x" * 65536
    finally:
        print("closed")

def gap():
    yield b"one"
    until("go-on")
    yield b"two"

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/wait":
        until("go-on")
    elif path == "/read":
        environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return {"/gap": gap, "/big": big}.get(path, lambda: [b"ok"])()
`

async function start(...args: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  const server = await startServer(['app.py', ...args], { cwd })
  return { server, goOn: () => writeFileSync(join(cwd, 'go-on'), '') }
}

describe('--socket-timeout', () => {
  test('answers 504 for an application that says nothing', async () => {
    const { server, goOn } = await start('--socket-timeout', '1')
    expect((await ask(server.url('/wait'))).status).toBe(504)
    await server.logged(/the application said nothing for --socket-timeout 1: answered 504/)
    goOn()
    expect((await ask(server.url('/wait'))).status).toBe(200)
  })

  test('ends a response that does not go on', async () => {
    const { server } = await start('--socket-timeout', '1')
    const answer = await ask(server.url('/gap'))
    expect([answer.status, answer.body]).toEqual([200, 'one'])
    await server.logged(/said nothing for --socket-timeout 1: its response ends here/)
  })

  test('has patience with a client that sends its body slowly', async () => {
    const { server } = await start('--socket-timeout', '1')
    const client = await RawConnection.open(server.port)
    client.send('POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\n')
    for (const letter of 'hello') {
      await new Promise(resolve => setTimeout(resolve, 600))
      client.send(letter)
    }
    await client.end()
    expect(client.received).toContain('200 OK')
  })
})

test('--response-socket-timeout ends the connection of a client that takes nothing', async () => {
  const { server } = await start('--response-socket-timeout', '1')
  const client = await RawConnection.open(server.port)
  client.socket.pause()
  client.send('GET /big HTTP/1.1\r\nHost: x\r\n\r\n')
  await server.logged(/closed/)
  client.socket.resume()
  await client.end()
  expect(client.received.length).toBeLessThan(1000 * 65536)
})

test('--connect-timeout answers 503 where --daemon-backlog is full', async () => {
  const { server, goOn } = await start(
    ...['--threads', '1', '--daemon-backlog', '2', '--connect-timeout', '1'],
  )
  const busy = ask(server.url('/wait'))
  await server.logged(/waits for go-on/)
  const answers = [1, 2, 3, 4].map(() => ask(server.url('/')))
  const refused = await Promise.race(answers)
  expect(refused.status).toBe(503)
  await server.logged(/the queue was full \(--daemon-backlog 2\) for --connect-timeout/)
  goOn()
  expect((await busy).status).toBe(200)
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  expect(statuses.toSorted()).toEqual([200, 200, 503, 503])
})

test('--queue-timeout answers 504 for a request that waited too long for a thread', async () => {
  const { server, goOn } = await start('--threads', '1', '--queue-timeout', '1')
  const busy = ask(server.url('/wait'))
  await server.logged(/waits for go-on/)
  const late = ask(server.url('/'))
  await new Promise(resolve => setTimeout(resolve, 1200))
  goOn()
  expect((await busy).status).toBe(200)
  expect((await late).status).toBe(504)
  await server.logged(/--queue-timeout 1/)
  expect((await ask(server.url('/'))).status).toBe(200)
})

test('--queue-timeout answers 504 where no worker ever comes up', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), 'import os\nos._exit(3)\n')
  const server = await startServer(['app.py', '--queue-timeout', '1'], { cwd })
  expect((await ask(server.url('/'))).status).toBe(504)
  await server.logged(/--queue-timeout 1/)
})

test('--max-clients serves no more clients at a time', async () => {
  const { server, goOn } = await start('--max-clients', '2', '--threads', '2')
  const busy = [ask(server.url('/wait')), ask(server.url('/wait'))]
  await server.until(() => server.stderr.match(/waits for/g)?.length === 2, 'two that wait')
  // The server itself would answer.
  const waiting = ask(server.url('/'), { method: 'TRACE' })
  const early = await Promise.race([
    waiting,
    new Promise(resolve => setTimeout(resolve, 300, 'it waits')),
  ])
  expect(early).toBe('it waits')
  goOn()
  for (const answer of [...busy, waiting]) expect((await answer).status).toBe(200)
})

test('--max-clients lets no thread be idle', async () => {
  const { server, goOn } = await start('--max-clients', '1', '--threads', '2')
  const busy = [ask(server.url('/wait')), ask(server.url('/wait'))]
  await server.until(() => server.stderr.match(/waits for/g)?.length === 2, 'two that wait')
  goOn()
  for (const answer of busy) expect((await answer).status).toBe(200)
})

test('--slow-requests names a request while it runs, and when it is over', async () => {
  const { server, goOn } = await start('--slow-requests', '0.5')
  const answer = ask(server.url('/wait'))
  await server.logged(/is slow: GET \/wait after \d/)
  goOn()
  expect((await answer).status).toBe(200)
  await server.logged(/was slow: GET \/wait after \d/)
})
