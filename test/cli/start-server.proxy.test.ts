/** A running server that forwards to others: what depends on time, on order, and on connections that end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask, RawConnection } from '../rig/http.js'
import { startServer } from '../rig/server.js'
import { readRequests, Upstream } from '../rig/upstream.js'

const back = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nback'

/** A site without an application, and what stands behind its path /api. */
async function startSite(
  answer: (socket: Socket, text: string) => void,
  more: readonly string[] = [],
) {
  const upstream = await Upstream.listen(answer)
  const server = await startServer([
    ...['--application-type', 'static', '.', '--proxy-mount-point', '/api', upstream.url],
    ...more,
  ])
  return { upstream, server }
}

async function sent(port: number, request: string): Promise<RawConnection> {
  const connection = await RawConnection.open(port)
  onTestFinished(() => void connection.socket.destroy())
  connection.send(request)
  return connection
}

const get = (target: string, fields = '') => `GET ${target} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`

describe('a response of an upstream', () => {
  test('goes out as it is produced, its head alone as well', async () => {
    const sockets: Socket[] = []
    const { server, upstream: upstreamHere } = await startSite(socket => sockets.push(socket))
    const client = await sent(server.port, get('/api/events'))
    await upstreamHere.until(() => sockets.length > 0, 'a request')
    const upstream = sockets[0]!
    upstream.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n')
    await client.until(/text\/event-stream\r\n(?:.+\r\n)*\r\n$/)
    upstream.write('data: 1\n\n')
    await client.until(/data: 1\n\n/)
    upstream.write('data: 2\n\n')
    await client.until(/data: 2\n\n/)
    upstream.end()
    await client.until(/\r\n0\r\n\r\n$/)
  })

  test('that breaks off ends the connection of the client, without an end of the body', async () => {
    const { server } = await startSite(socket => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
      setImmediate(() => socket.resetAndDestroy())
    })
    const client = await sent(server.port, get('/api/x'))
    expect(await client.end()).not.toContain('0\r\n\r\n')
    await server.logged(/http:\/\/127\.0\.0\.1:\d+\/ (?:ended in mid response|went away|sent what)/)
  })

  test('waits while the client does not read', async () => {
    const whole = Buffer.alloc(48 * 1024 * 1024, 'x')
    let socket: Socket | null = null
    const { server, upstream } = await startSite(given => {
      socket = given
      given.write(`HTTP/1.1 200 OK\r\nContent-Length: ${whole.length}\r\n\r\n`)
      given.write(whole)
    })
    const client = await RawConnection.open(server.port)
    client.socket.pause()
    client.send(get('/api/x'))
    await upstream.until(() => socket !== null, 'a request')
    const other = await ask(server.url('/nothing'))
    expect(other.status).toBe(404)
    expect(socket!.writableLength).toBeGreaterThan(0)
    let bytes = 0
    client.socket.removeAllListeners('data')
    client.socket.on('data', (text: string) => {
      bytes += text.length
    })
    client.socket.resume()
    await upstream.until(() => bytes > whole.length, 'the client to get all of it')
  })
})

describe('a request to an upstream', () => {
  test('ends when its client resets the connection', async () => {
    const { server, upstream } = await startSite(() => {})
    const client = await sent(server.port, get('/api/x'))
    await upstream.until(() => upstream.bytes.length === 1, 'a request')
    client.socket.resetAndDestroy()
    await upstream.until(() => upstream.open.size === 0, 'its end')
  })

  test('ends when its client has closed the connection and there is something to tell it', async () => {
    const { server, upstream } = await startSite(socket => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nbegun')
    })
    const client = await sent(server.port, get('/api/x'))
    await client.until(/begun/)
    client.socket.destroy()
    const [socket] = upstream.open
    const talk = setInterval(() => socket!.write('more'), 10)
    onTestFinished(() => clearInterval(talk))
    await upstream.until(() => upstream.open.size === 0, 'its end')
  })

  test('is not sent again when a connection that was kept ends instead of an answer', async () => {
    const { server, upstream } = await startSite((socket, text) => {
      if (readRequests(text).length === 1) socket.write(back)
      else socket.destroy()
    })
    const first = await ask(server.url('/api/1'))
    const second = await ask(server.url('/api/2'), { method: 'POST', body: 'once' })
    expect([first.status, second.status]).toEqual([200, 502])
    expect(upstream.bytes.flatMap(readRequests).map(({ line }) => line)).toEqual([
      'GET /1 HTTP/1.1',
      'POST /2 HTTP/1.1',
    ])
  })

  test('uses a connection again, and none that the upstream has ended', async () => {
    const { server, upstream } = await startSite((socket, text) => {
      socket.write(back)
      if (readRequests(text).length === 2) socket.end()
    })
    for (const path of ['/api/1', '/api/2']) await ask(server.url(path))
    await upstream.until(() => upstream.open.size === 0, 'the end of the connection')
    expect((await ask(server.url('/api/3'))).status).toBe(200)
    expect(upstream.bytes.map(bytes => readRequests(bytes).length)).toEqual([2, 1])
  })

  test('that cannot be sent is answered 503, and the log names the upstream; the next one is tried anew', async () => {
    const { server, upstream } = await startSite(socket => socket.write(back))
    const { port } = upstream
    upstream.close()
    expect((await ask(server.url('/api/x'))).status).toBe(503)
    await server.logged(
      new RegExp(`http://127.0.0.1:${port}/ cannot be connected to: .*GET /api/x`),
    )
    await Upstream.listen(socket => socket.write(back), port)
    expect((await ask(server.url('/api/x'))).body).toBe('back')
  })

  test('that cannot be sent leaves its body to the document of the error', async () => {
    const { server, upstream } = await startSite(
      socket => socket.write(back),
      [
        '--proxy-mount-point',
        '/dead',
        'http://127.0.0.1:1/',
        '--error-document',
        '503',
        '/api/503',
      ],
    )
    expect((await ask(server.url('/dead/x'), { method: 'POST', body: 'abc' })).body).toBe('back')
    const [request] = upstream.bytes.flatMap(readRequests)
    expect([request?.line, request?.body]).toEqual(['GET /503 HTTP/1.1', 'abc'])
  })

  test('goes by the configuration of now', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
    onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
    const one = await Upstream.listen(socket => socket.write(back))
    const two = await Upstream.listen(socket => socket.write(back.replace('back', 'that')))
    const configure = (url: string) =>
      writeFileSync(
        join(cwd, 'pyproject.toml'),
        `[tool.modwsgi-dev]\napplication-type = "static"\nentry-point = "."\nproxy-mount-point = [["/api", "${url}"]]\n`,
      )
    configure(one.url)
    const server = await startServer([], { cwd })
    expect((await ask(server.url('/api/x'))).body).toBe('back')
    configure(two.url)
    server.signal('SIGHUP')
    await expect.poll(async () => (await ask(server.url('/api/x'))).body).toBe('that')
  })
})

describe('a tunnel', () => {
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
  const switching =
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

  const startEcho = () =>
    startSite((socket, text) => {
      const said = text.slice(text.indexOf('\r\n\r\n') + 4)
      socket.write(said === '' ? switching : `echo ${said}.`)
    })

  test('carries what both sides say, also before the upstream has answered', async () => {
    const { server } = await startEcho()
    const client = await sent(server.port, `${get('/api/ws', upgrade)}early`)
    await client.until(/^HTTP\/1\.1 101 [\s\S]*echo early\.$/)
    client.send('later')
    await client.until(/echo earlylater\.$/)
  })

  test('ends on the side of the upstream when the client resets it', async () => {
    const { server, upstream } = await startEcho()
    const client = await sent(server.port, get('/api/ws', upgrade))
    await client.until(/^HTTP\/1\.1 101/)
    client.socket.resetAndDestroy()
    await upstream.until(() => upstream.open.size === 0, 'its end')
  })

  test('ends for the client when the upstream resets it', async () => {
    const { server, upstream } = await startEcho()
    const client = await sent(server.port, get('/api/ws', upgrade))
    await client.until(/^HTTP\/1\.1 101/)
    for (const socket of upstream.open) socket.resetAndDestroy()
    await client.end()
  })

  test('ends on both sides when the server stops, which does not wait for it', async () => {
    const { server, upstream } = await startEcho()
    const client = await sent(server.port, get('/api/ws', upgrade))
    await client.until(/^HTTP\/1\.1 101/)
    server.signal('SIGTERM')
    await client.end()
    await upstream.until(() => upstream.open.size === 0, 'its end')
    expect(await server.exited).toEqual({ code: 0, signal: null })
  })
})

test('proxied requests are in the access log, with the address of the client', async () => {
  const { server } = await startSite(
    socket => socket.write(back),
    ['--access-log', '--access-log-format', '%h %R %>s %b %U'],
  )
  await ask(server.url('/api/x?y'))
  await server.printed(/^127\.0\.0\.1 proxy-server 200 4 \/api\/x$/m)
})
