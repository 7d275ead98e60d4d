/** The port of HTTPS, and clients that do not do what is expected of them. */
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { makeAuthority, makeCertificate } from '../../src/cli/https-dev/certificate.js'
import type { HttpHandler } from '../../src/http/http-handler.js'
import { HttpServer } from '../../src/http/server.js'
import { connectionRules } from '../rig/connection-rules.js'
import { openSecurely } from '../rig/secure-http.js'

const validity = { from: new Date(Date.now() - 60_000), days: 2 }
const authority = makeAuthority('authority of the test', validity)
const tls = { ca: authority.cert }

async function serve({ silence = 5, most = Number.POSITIVE_INFINITY } = {}) {
  const rules = { ...connectionRules, silence }
  const failed: string[] = []
  const full: string[] = []
  const handler: HttpHandler = {
    request(request, response) {
      response.writeHead(200, 'OK', [])
      request.receive({
        bodyPiece: piece => void response.write(piece),
        bodyEnd: () => response.end(Buffer.from(`secure ${request.secure}`)),
        bodyBroken: () => response.destroy(),
      })
    },
    refused(response, status, line, plain) {
      response.writeHead(status, 'Refused', [])
      response.end(Buffer.from(`${line} plain ${plain}`))
    },
    noHandshake: (_, reason) => void failed.push(reason),
    full: reason => void full.push(reason),
  }
  const pair = makeCertificate(authority, ['example.test'], validity)
  const https = { port: 0, credentials: { ...pair, clientAuthority: null } }
  const place = { hosts: ['127.0.0.1'], port: 0, backlog: 10, https }
  const server = new HttpServer(place, rules, handler)
  server.mostConnections = most
  await server.listen()
  onTestFinished(() => server.destroy())
  return { server, port: server.httpsPort!, failed, full }
}

/** Sends bytes and gives all that comes back until the connection ends. */
function exchange(port: number, bytes: string | null): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1' })
    let text = ''
    socket.on('data', piece => (text += piece.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
    if (bytes !== null) socket.write(Buffer.from(bytes, 'latin1'))
  })
}

test('what begins like HTTP is told so, the rest gets an end', async () => {
  const { port, failed } = await serve()
  expect(await exchange(port, 'GET /a HTTP/1.1\r\n\r\n')).toContain('GET / HTTP/1.0 plain true')
  expect(await exchange(port, 'P')).toContain('plain true')
  expect(await exchange(port, '\x16\x03\x01nothing of the kind')).not.toContain('HTTP')
  expect(await exchange(port, '\0\0\0\0\0\0\0\0\0\0\0\0')).not.toContain('HTTP')
  expect(failed.length).toBeGreaterThan(0)
})

test('who says nothing, or leaves the handshake where it is, is not waited for', async () => {
  const { port } = await serve({ silence: 0.05 })
  expect(await exchange(port, null)).toBe('')
  // The beginning of a first message whose rest never comes.
  await exchange(port, '\x16\x03\x01\x02\0\x01\0\x01\xfc')
})

test('who ends its side in the handshake has left', async () => {
  const { port, failed } = await serve({ silence: 0 })
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.resume()
  socket.end(Buffer.from([0x16, 3, 1]))
  await new Promise(resolve => socket.once('close', resolve))
  expect(failed.length).toBe(1)
})

test('who leaves before the handshake is over harms nothing', async () => {
  const { port } = await serve()
  for (const bytes of ['', '\x16', '\x16\x03\x01\x02\0\x01']) {
    const socket = connect({ port, host: '127.0.0.1' })
    await new Promise(resolve => socket.once('connect', resolve))
    socket.write(Buffer.from(bytes, 'latin1'))
    await new Promise<void>(resolve => socket.once('close', () => resolve()).destroy())
  }
  const socket = await openSecurely(port, tls)
  socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(await textOf(socket)).toContain('secure true')
})

test('connections in the handshake count among those that may be open', async () => {
  const { port, full } = await serve({ most: 1 })
  const first = connect({ port, host: '127.0.0.1' })
  onTestFinished(() => void first.destroy())
  await new Promise(resolve => first.once('connect', resolve))
  expect(await exchange(port, null)).toBe('')
  expect(full).toHaveLength(1)
})

test('a body of any size comes through whole, and back', async () => {
  const { port } = await serve()
  const socket = await openSecurely(port, tls)
  const body = Buffer.alloc(3_000_000, 'abcdefg')
  socket.write(`POST / HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n`)
  socket.write(body)
  const text = await textOf(socket)
  const echoed = text.slice(text.indexOf('\r\n\r\n') + 4, -'secure true'.length)
  const digest = (of: string | Buffer) => createHash('sha256').update(of).digest('hex')
  expect(digest(echoed)).toBe(digest(body))
})

function textOf(socket: NodeJS.ReadableStream): Promise<string> {
  return new Promise(resolve => {
    let text = ''
    socket.on('data', piece => (text += piece.toString('latin1')))
    socket.once('end', () => resolve(text))
  })
}
