/** --enable-telemetry: a service of the package mod_wsgi-telemetry beside the workers. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { runCommand, startServer } from '../rig/server.js'

const app = `
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"application"]
`

/** What the package has in its place: listens, and logs how it was called and the kinds of what it gets. */
const server = `
import socket
def main(argv):
    print("called with", argv[2:])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(argv[1][len("unix:"):])
        while True:
            print("got a record of kind", listener.recv(65536)[5])
`

function site(withPackage: boolean): string {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  const folder = join(cwd, 'lib/mod_wsgi/telemetry')
  mkdirSync(folder, { recursive: true })
  if (!withPackage) return cwd
  writeFileSync(join(cwd, 'lib/mod_wsgi/__init__.py'), '')
  writeFileSync(join(folder, '__init__.py'), '')
  writeFileSync(join(folder, 'server.py'), server)
  return cwd
}

test('the package runs as a service, and hears of the workers', async () => {
  const options = [
    '--enable-telemetry',
    '--telemetry-ui-port',
    '8001',
    '--telemetry-interval',
    '0.5',
  ]
  const given = ['app.py', '--python-path', 'lib', ...options]
  const running = await startServer(given, { cwd: site(true) })
  await running.logged(/called with \['--http-host', '127.0.0.1', '--http-port', '8001'/)
  await running.logged(/got a record of kind 2/)
  expect((await ask(running.url())).body).toBe('application')
  expect(await running.stop()).toEqual({ code: 0, signal: null })
})

test('without the package the command says what to install', async () => {
  const running = runCommand(['start-server', 'app.py', '--enable-telemetry'], { cwd: site(false) })
  expect((await running.exited).code).toBe(2)
  expect(running.stderr).toMatch(
    /--enable-telemetry needs the package mod_wsgi-telemetry .*-m pip install mod_wsgi-telemetry/,
  )
})

test('a socket whose path is too long is a mistake', async () => {
  const target = `unix:/tmp/${'x'.repeat(120)}`
  const options = ['start-server', 'app.py', '--telemetry-service', target]
  const running = runCommand(options, { cwd: site(false) })
  expect((await running.exited).code).toBe(2)
  expect(running.stderr).toMatch(/--telemetry-service .*too long/)
})
