/** Files of a real server that compresses them, on their way to a client. */
import { randomBytes } from 'node:crypto'
import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Compression } from '../../../src/front/compression/compression.js'
import type { HttpExchange } from '../../../src/front/reply.js'
import { HttpServer } from '../../../src/http/server.js'
import { openStaticSite, respond } from '../../../src/static/site.js'
import { connectionRules } from '../../rig/connection-rules.js'
import { RawConnection } from '../../rig/http.js'
import { openDescriptors } from '../../static/open-descriptors.js'
import { modified, optionsFor, putFile, temporaryFolder } from '../../static/served-site.js'

/** Does not become much shorter, and is more than two sockets hold. */
const long = Buffer.from(randomBytes(12 * 1024 * 1024).toString('base64'))

async function serve(files: Record<string, Buffer>) {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files))
    putFile(join(folder, name), content, modified)
  const site = openStaticSite({ ...optionsFor(folder), hasApplication: false })
  const compression = new Compression({ never: false, always: false, onlyHtml: false })
  const rules = { ...connectionRules, live: null }
  const place = { hosts: ['127.0.0.1'], port: 0, backlog: 10 }
  const server = new HttpServer(place, rules, {
    request(request, response) {
      const resolution = site.resolve(request.url)
      if (resolution.kind !== 'file') throw new Error(resolution.kind)
      const writeHead = (status: number, fields: string[]) =>
        response.writeHead(status, 'Fine', fields)
      const http = { request, response, rules } as unknown as HttpExchange
      respond(site, resolution, {
        request,
        response,
        writeHead,
        serverPage: status => {
          response.writeHead(status, 'Page', ['Content-Length', '0'])
          response.end()
        },
        coder: compression.fileCoder(http, writeHead),
      })
    },
    refused() {},
    full() {},
    noHandshake() {},
  })
  await server.listen()
  onTestFinished(() => server.destroy())
  return {
    path: (name: string) => join(folder, name),
    async ask(name: string, more = '', method = 'GET') {
      const connection = await RawConnection.open(server.port)
      connection.send(
        `${method} /${name} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n${more}\r\n`,
      )
      return connection
    },
  }
}

/** Head and body, the latter without its chunks. */
function parse(received: string): { head: string; body: Buffer } {
  const end = received.indexOf('\r\n\r\n') + 4
  const head = received.slice(0, end)
  if (!/chunked/i.test(head)) return { head, body: Buffer.from(received.slice(end), 'latin1') }
  const parts: string[] = []
  for (let at = end; ; ) {
    const line = received.indexOf('\r\n', at)
    const size = Number.parseInt(received.slice(at, line), 16)
    if (!size) return { head, body: Buffer.from(parts.join(''), 'latin1') }
    parts.push(received.slice(line + 2, line + 2 + size))
    at = line + 4 + size
  }
}

const close = 'Connection: close\r\n'

describe.skipIf(process.platform !== 'linux')('a file that is compressed', () => {
  test('comes whole, is closed, and has no length that nobody knows', async () => {
    const site = await serve({ 'long.txt': long })
    const connection = await site.ask('long.txt', close)
    const { head, body } = parse(await connection.end())
    expect(head).not.toContain('Content-Length')
    expect(head).toMatch(/ETag: "[0-9a-f-]+-gzip"/)
    expect(gunzipSync(body).equals(long)).toBe(true)
    await vi.waitFor(() => expect(openDescriptors(site.path('long.txt'))).toBe(0))
  })

  test('that is large and says little has its length, and parts of that', async () => {
    const site = await serve({ 'even.txt': Buffer.alloc(1_000_000, 'even ') })
    const whole = parse(await (await site.ask('even.txt', close)).end())
    expect(whole.head).toContain(`Content-Length: ${whole.body.length}\r\n`)
    expect(gunzipSync(whole.body).length).toBe(1_000_000)
    const part = parse(await (await site.ask('even.txt', `Range: bytes=10-19\r\n${close}`)).end())
    expect(part.head).toContain(`Content-Range: bytes 10-19/${whole.body.length}\r\n`)
    expect(part.body).toEqual(whole.body.subarray(10, 20))
    await vi.waitFor(() => expect(openDescriptors(site.path('even.txt'))).toBe(0))
  })

  test('is only announced for HEAD, and closed', async () => {
    const site = await serve({ 'long.txt': long })
    const connection = await site.ask('long.txt', close, 'HEAD')
    const { head, body } = parse(await connection.end())
    expect(head).toContain('Content-Encoding: gzip')
    expect(body.length).toBe(0)
    await vi.waitFor(() => expect(openDescriptors(site.path('long.txt'))).toBe(0))
  })

  test('is closed when the client goes away while it does not take more', async () => {
    const site = await serve({ 'long.txt': long })
    const connection = await site.ask('long.txt')
    await connection.until(/\r\n\r\n/)
    connection.socket.pause()
    expect(openDescriptors(site.path('long.txt'))).toBe(1)
    connection.socket.destroy()
    await vi.waitFor(() => expect(openDescriptors(site.path('long.txt'))).toBe(0), 5000)
  })

  test('is cut off when the file has become shorter', async () => {
    const site = await serve({ 'long.txt': long })
    const connection = await site.ask('long.txt')
    await connection.until(/\r\n\r\n/)
    connection.socket.pause()
    truncateSync(site.path('long.txt'), 1000)
    connection.socket.resume()
    const received = await connection.end()
    expect(received.endsWith('\r\n0\r\n\r\n')).toBe(false)
    await vi.waitFor(() => expect(openDescriptors(site.path('long.txt'))).toBe(0))
  })
})
