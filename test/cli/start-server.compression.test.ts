/** --compress-responses together with what else becomes of a response; the parity scenarios have the rest. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { ask, RawConnection } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const app = `
import os, threading

CLOSED = threading.Event()
BLOCKS = 0
# Does not become shorter, and says so at once.
BLOCK = os.urandom(64 * 1024)

class Blocks:
    def __init__(self, number):
        self.left = number

    def __iter__(self):
        return self

    def __next__(self):
        global BLOCKS
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        BLOCKS += 1
        return BLOCK

    def close(self):
        if self.left > 0:
            CLOSED.set()

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/page":
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "11")])
        return [b"<p>page</p>"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/blocks":
        return Blocks(int(environ["QUERY_STRING"]))
    if path == "/closed":
        return [str(CLOSED.wait(20)).encode()]
    return [str(BLOCKS).encode()]
`

async function serve(...args: string[]) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'compression-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'app.py'), app)
  mkdirSync(join(folder, 'st'))
  writeFileSync(join(folder, 'st/page.html'), '<p>file</p>'.repeat(20))
  return startServer(
    ['app.py', '--compress-responses', '--url-alias', '/st', join(folder, 'st'), ...args],
    { cwd: folder },
  )
}

/** Gives the text of a response, and how it was coded. */
async function read(url: string) {
  const headers = { 'Accept-Encoding': 'gzip' }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject)
  })
  const coding = response.headers['content-encoding']
  let text = ''
  let bytes = 0
  for await (const piece of coding === 'gzip' ? response.pipe(createGunzip()) : response) {
    bytes += piece.length
    if (bytes < 10_000) text += piece.toString()
  }
  return { coding, text, bytes }
}

test('pages have their script with --live-reload, those of the application and those of files', async () => {
  const server = await serve('--live-reload')
  for (const [path, body] of [
    ['/page', '<p>page</p>'],
    ['/st/page.html', '<p>file</p>'.repeat(20)],
  ] as const) {
    const { coding, text } = await read(server.url(path))
    expect(coding).toBe('gzip')
    expect(text.startsWith(`${body}<script`)).toBe(true)
  }
})

test('the application waits for a client that takes nothing, and others are served', async () => {
  const server = await serve('--threads', '3')
  const connection = await RawConnection.open(server.port)
  connection.send('GET /blocks?10000 HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n')
  await connection.until(/Content-Encoding: gzip/)
  connection.socket.pause()
  // As much time as others take for what no two sockets hold.
  const { bytes } = await read(server.url('/blocks?500'))
  expect(bytes).toBe(500 * 64 * 1024)
  const { body } = await ask(server.url('/count'))
  expect(Number(body)).toBeLessThan(500 + 300)

  connection.socket.destroy()
  expect((await ask(server.url('/closed'))).body).toBe('True')
})
