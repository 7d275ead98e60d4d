/** What the processes and sockets of a server are like, as the machine shows them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const isLinux = process.platform === 'linux'

/** Tells the buffers of every socket of its process. */
const app = `
import json, os, socket, stat, sys

def buffers():
    for name in os.listdir("/dev/fd"):
        try:
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                with socket.socket(fileno=os.dup(int(name))) as found:
                    yield [found.getsockopt(socket.SOL_SOCKET, option) for option in (socket.SO_SNDBUF, socket.SO_RCVBUF)]
        except OSError:
            pass

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"buffers": list(buffers()), "interval": sys.getswitchinterval()}).encode()]
`

async function start(...args: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  const server = await startServer(['app.py', ...args], { cwd })
  return { server, cwd }
}

test('--pid-file has the number of the started process while it runs', async () => {
  const { server, cwd } = await start('--pid-file', 'server.pid')
  const file = join(cwd, 'server.pid')
  expect(readFileSync(file, 'utf8')).toBe(`${server.pid}\n`)
  await server.stop()
  expect(existsSync(file)).toBe(false)
})

test.runIf(isLinux)('--process-name is what listings show for the started process', async () => {
  const { server } = await start('--process-name', 'my-site')
  await vi.waitFor(() =>
    expect(readFileSync(`/proc/${server.pid}/cmdline`, 'latin1')).toMatch(/^my-site\0*$/),
  )
})

test('--switch-interval is that of the application', async () => {
  const { server } = await start('--switch-interval', '0.25')
  expect(JSON.parse((await ask(server.url())).body).interval).toBe(0.25)
})

test.runIf(isLinux)(
  '--send-buffer-size and --receive-buffer-size are those of the sockets of a worker',
  async () => {
    const { server } = await start('--send-buffer-size', '20000', '--receive-buffer-size', '30000')
    const { buffers } = JSON.parse((await ask(server.url())).body)
    // Linux doubles what it is told.
    expect(buffers).toContainEqual([40_000, 60_000])
    const { server: other } = await start()
    expect(JSON.parse((await ask(other.url())).body).buffers).not.toContainEqual([40_000, 60_000])
  },
)

test.runIf(isLinux)('--server-backlog is how many connections wait to be accepted', async () => {
  const { server } = await start('--server-backlog', '3')
  const sockets: Socket[] = []
  onTestFinished(() => sockets.forEach(socket => void socket.destroy()))
  let connected = 0
  server.signal('SIGSTOP')
  onTestFinished(() => server.signal('SIGCONT'))
  for (let at = 0; at < 10; at++) {
    const socket = connect({ port: server.port, host: '127.0.0.1' })
    socket.on('connect', () => connected++)
    socket.on('error', () => {})
    sockets.push(socket)
  }
  // Linux takes one more than it is told.
  await vi.waitFor(() => expect(connected).toBe(4))
  await pause(300)
  expect(connected).toBe(4)
  server.signal('SIGCONT')
  await vi.waitFor(() => expect(connected).toBe(10), 10_000)
})
