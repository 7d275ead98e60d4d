/** HTTP/2 from end to end: the command, workers, and clients of Node and of the machine. */
import { createHash } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Http2Client, wholeOf } from '../rig/http2-client.js'
import { startServer } from '../rig/server.js'

/** /digest: of the body; /large: a megabyte; /until-gone: on and on, and says when the client has gone. */
const app = `
import hashlib, sys, time

def endless():
    try:
        while True:
            yield b"x" * 1000
            time.sleep(0.01)
    finally:
        print("closed", file=sys.stderr, flush=True)

def waiting():
    yield b"first"
    print("began", file=sys.stderr, flush=True)
    time.sleep(1)
    yield b" last"

def application(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/digest":
        digest = hashlib.sha256()
        for piece in iter(lambda: environ["wsgi.input"].read(10000), b""):
            digest.update(piece)
        return [digest.hexdigest().encode()]
    if path == "/large":
        return (b"y" * 1000 for _ in range(1000))
    if path == "/until-gone":
        return endless()
    if path == "/waiting":
        return waiting()
    return [environ["SERVER_PROTOCOL"].encode(), b" ", environ["H2_STREAM_ID"].encode()]
`

async function start(...args: string[]) {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  const server = await startServer(['app.py', '--http2', ...args], { cwd })
  return { server, client: new Http2Client(`http://127.0.0.1:${server.port}`) }
}

test('bodies go through whole in both directions, side by side', async () => {
  const { client } = await start('--threads', '5')
  const bodies = [1, 2, 3].map(at => Buffer.alloc(2_000_000, `body ${at}`))
  const digests = await Promise.all(
    bodies.map(body =>
      client.ask('/digest', { ':method': 'POST', 'content-length': body.length }, body),
    ),
  )
  expect(digests.map(({ body }) => body.toString())).toEqual(
    bodies.map(body => createHash('sha256').update(body).digest('hex')),
  )
  const large = await Promise.all([1, 2, 3].map(() => client.ask('/large')))
  expect(large.map(({ body }) => body.length)).toEqual([1_000_000, 1_000_000, 1_000_000])
  expect((await client.ask('/')).body.toString()).toMatch(/^HTTP\/2\.0 \d+$/)
})

test('a stream that the client resets ends its request, and no other', async () => {
  const { server, client } = await start('--access-log')
  const stream = client.begin('/until-gone')
  await new Promise(resolve => stream.once('data', resolve))
  stream.close(constants.NGHTTP2_CANCEL)
  await server.logged(/closed/)
  expect((await client.ask('/')).status).toBe(200)
  await server.printed(/"GET \/ HTTP\/2\.0" 200/)
})

test('a server that stops answers what is in progress, and sends the client away', async () => {
  const { server, client } = await start()
  const answer = wholeOf(client.begin('/waiting'))
  await server.logged(/began/)
  const ended = server.stop()
  await client.sentAway
  expect((await answer).body.toString()).toBe('first last')
  expect(await ended).toEqual({ code: 0, signal: null })
})
