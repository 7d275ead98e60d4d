/** Applications, clients and machines that misbehave: nothing hangs, and the server goes on. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask, RawConnection } from '../rig/http.js'
import { runCommand, startServer } from '../rig/server.js'

const app = `
import os, time

def application(environ, start_response):
    path = environ["PATH_INFO"]
    plain = [("Content-Type", "text/plain")]
    heads = {
        "/control": ("200 OK", plain + [("X-A", "a\\x01b")]),
        "/token": ("200 OK", plain + [("X(Y)", "a")]),
        "/trailer": ("200 OK", plain + [("Trailer", "X-Foo"), ("Content-Length", "2")]),
        "/loop": ("200 OK", plain + [("Location", "/loop")]),
    }
    if path == "/die-reading":
        environ["wsgi.input"].read(10)
        os._exit(3)
    if path == "/short":
        start_response("200 OK", plain + [("Content-Length", "100")])
        with open("file.txt", "wb") as file:
            file.write(b"of a file")
        return environ["wsgi.file_wrapper"](open("file.txt", "rb"))
    if path == "/early":
        start_response("200 OK", plain)
        return (b"x" * 65536 for _ in range(4))
    start_response(*heads.get(path, ("200 OK", plain)))
    return [b"ok"]
`

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function start(...args: string[]) {
  const cwd = folder()
  writeFileSync(join(cwd, 'app.py'), app)
  return startServer(['app.py', ...args], { cwd })
}

describe('an application', () => {
  for (const path of ['/control', '/token']) {
    test(`whose response head cannot be sent gets 500: ${path}`, async () => {
      const server = await start()
      expect((await ask(server.url(path))).status).toBe(500)
      expect((await ask(server.url('/'))).body).toBe('ok')
    })
  }

  test('that names trailers is served as it is', async () => {
    const server = await start()
    const answer = await ask(server.url('/trailer'))
    expect([answer.status, answer.body, answer.headers.trailer]).toEqual([200, 'ok', 'X-Foo'])
  })

  test('that announces more than its file has is cut off, so that nothing can complete it', async () => {
    const server = await start('--keep-alive-timeout', '60')
    const client = await RawConnection.open(server.port)
    client.send('GET /short HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.end()
    expect(client.received).toMatch(/Content-Length: 100\r\n(.+\r\n)*\r\nof a file$/)
  })

  test('that redirects to itself internally gets 500 in the end', async () => {
    const server = await start()
    expect((await ask(server.url('/loop'))).status).toBe(500)
    expect(server.stderr).not.toContain('Warning')
  })
})

describe('a client', () => {
  test('with a malformed chunk gets 400 and holds no thread', async () => {
    const server = await start('--chunked-request', '--threads', '1')
    const bad = await RawConnection.open(server.port)
    bad.send(
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZZ\r\n',
    )
    await bad.end()
    expect((await ask(server.url('/'))).body).toBe('ok')
  })

  test('that sends all before it reads gets its answer, whatever becomes of the worker', async () => {
    const server = await start('--limit-request-body', '0')
    const body = Buffer.alloc(20 * 1024 ** 2)
    expect((await ask(server.url('/die-reading'), { method: 'POST', body })).status).toBe(502)
    const early = await ask(server.url('/early'), { method: 'POST', body })
    expect([early.status, early.body.length]).toEqual([200, 4 * 65536])
  })

  test('that sends more than 100 fields gets 400', async () => {
    const server = await start()
    const fields = Array.from({ length: 101 }, (_, at) => [`X-${at}`, 'x'])
    const answer = await ask(server.url('/'), { headers: Object.fromEntries(fields) })
    expect(answer.status).toBe(400)
  })

  test('that only connects, or never reads, does not delay the end', async () => {
    const server = await start('--shutdown-timeout', '600')
    const silent = await RawConnection.open(server.port)
    expect((await ask(server.url('/'))).status).toBe(200)
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    await silent.end()
  })
})

describe('a machine', () => {
  test('whose document root has any characters serves the application', async () => {
    const cwd = folder()
    const root = join(cwd, '日本')
    mkdirSync(root)
    writeFileSync(join(cwd, 'app.py'), app)
    const server = await startServer(['app.py', '--document-root', root], { cwd })
    expect((await ask(server.url('/x'))).body).toBe('ok')
  })

  test('where a loaded module becomes something else keeps its server', async () => {
    const cwd = folder()
    mkdirSync(join(cwd, 'pkg'))
    writeFileSync(join(cwd, 'pkg/__init__.py'), '')
    writeFileSync(join(cwd, 'app.py'), `import pkg\n${app}`)
    const server = await startServer(['app.py', '--reload-on-changes'], { cwd })
    expect((await ask(server.url('/'))).body).toBe('ok')
    rmSync(join(cwd, 'pkg'), { recursive: true })
    writeFileSync(join(cwd, 'pkg'), 'no folder any more')
    await server.logged(/ModuleNotFoundError/)
    rmSync(join(cwd, 'pkg'))
    symlinkSync(join(cwd, 'pkg.py'), join(cwd, 'pkg.py'))
    expect((await ask(server.url('/'))).status).toBe(500)
  })

  test('whose temporary folder is of no use is told so in one sentence', async () => {
    for (const TMPDIR of ['/no/such/folder', join('/tmp', 'x'.repeat(120))]) {
      const cwd = folder()
      writeFileSync(join(cwd, 'app.py'), app)
      const command = runCommand(['start-server', 'app.py'], { cwd, env: { TMPDIR } })
      expect((await command.exited).code).toBe(2)
      expect(command.stderr).toMatch(/^modwsgi-dev: TMPDIR \S+ cannot hold a socket: [^\n]+\n$/)
    }
  })
})
