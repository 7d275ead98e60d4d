/** The status page of a running server (--server-status). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ask, RawConnection } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const patience = { timeout: 10_000, interval: 20 }

// Sends a first piece, and the rest when another request comes.
const app = `
import threading
go_on = threading.Event()

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/wait":
        yield b"begun\\n"
        go_on.wait()
    elif environ["PATH_INFO"] == "/go-on":
        go_on.set()
    yield environ["PATH_INFO"].encode()
`

async function start(configuration: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const configure = (text: string) =>
    writeFileSync(
      join(cwd, 'pyproject.toml'),
      `[tool.modwsgi-dev]\nentry-point = "app.py"\nthreads = 3\n${text}\n`,
    )
  writeFileSync(join(cwd, 'app.py'), app)
  configure(configuration)
  const server = await startServer(['--disable-reloading'], { cwd })
  const renew = async () => {
    const from = server.stderr.length
    server.signal('SIGHUP')
    await server.logged(/reloaded in/, from)
  }
  const status = async () => {
    const { body } = await ask(server.url('/server-status?auto'))
    return Object.fromEntries(body.split('\n').map(line => line.split(/: ?/, 2)))
  }
  return { server, configure, renew, status }
}

test('--server-status counts requests, and shows which threads are busy', async () => {
  const { server, status } = await start('server-status = true')
  await server.printed(/Server Status +: http:\/\/localhost:\d+\/server-status/)
  const before = await vi.waitFor(async () => {
    const found = await status()
    expect(found).toMatchObject({ BusyWorkers: '0', IdleWorkers: '3', Processes: '2' })
    return found
  }, patience)
  const waiting = await RawConnection.open(server.port)
  waiting.send('GET /wait HTTP/1.1\r\nHost: h\r\n\r\n')
  await waiting.until(/begun/)
  const during = await status()
  expect(during).toMatchObject({ BusyWorkers: '1', IdleWorkers: '2', ConnsAsyncWriting: '1' })
  expect(during['Scoreboard']).toBe('W__')
  const page = (await ask(server.url('/server-status'))).body
  expect(page).toContain('<td nowrap>GET /wait HTTP/1.1</td>')
  await ask(server.url('/go-on'))
  await waiting.until(/\r\n0\r\n\r\n/)
  const after = await status()
  expect(after).toMatchObject({ BusyWorkers: '0', ConnsAsyncKeepAlive: '1' })
  // Two for the status, the page, and the two for the application.
  expect(Number(after['Total Accesses'])).toBe(Number(before['Total Accesses']) + 5)
  expect(Number(after['Total Duration'])).toBeGreaterThan(0)
})

test('SIGHUP switches the status page on and off', async () => {
  const { server, configure, renew, status } = await start('')
  expect((await ask(server.url('/server-status'))).body).toBe('/server-status')
  configure('server-status = true')
  await renew()
  // The worker before it may still be about to end.
  await vi.waitFor(async () => {
    expect(await status()).toMatchObject({ ParentServerMPMGeneration: '1', Scoreboard: '___' })
  }, patience)
  expect((await ask(server.url('/x/server-status'))).status).toBe(404)
  configure('')
  await renew()
  expect((await ask(server.url('/server-status'))).body).toBe('/server-status')
})
