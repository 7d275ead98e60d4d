import { EventEmitter } from 'node:events'
import { appendFileSync, close, openSync, truncateSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { sendPieces } from '../../src/static/send-file.js'
import { RawConnection } from '../rig/http.js'
import { openDescriptors } from './open-descriptors.js'
import {
  modified,
  optionsFor,
  putFile,
  type ServedSite,
  serve,
  temporaryFolder,
} from './served-site.js'

vi.mock('node:fs', async importOriginal => {
  const fs = await importOriginal<typeof import('node:fs')>()
  return { ...fs, close: vi.fn(fs.close) }
})

/** More than the buffers between two sockets of one machine can hold. */
const largeSize = 64 * 1024 * 1024

/** A site with one large sparse file, and how many descriptors of it this process has open. */
async function largeFile(): Promise<ServedSite & { readonly path: string }> {
  const folder = temporaryFolder()
  const path = join(folder, 'large.bin')
  putFile(path, 'start', modified)
  truncateSync(path, largeSize)
  return { path, ...(await serve(optionsFor(folder))) }
}

/** Asks for the large file and stops reading as soon as the first bytes are there. */
async function startReading(port: number): Promise<RawConnection> {
  const connection = await RawConnection.open(port)
  connection.send('GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n')
  await connection.until(/\r\n\r\nstart/)
  connection.socket.pause()
  return connection
}

const lengthOfBody = (received: string) => received.length - received.indexOf('\r\n\r\n') - 4

describe.skipIf(process.platform !== 'linux')('sendPieces()', () => {
  test('sends a large file whole and closes it, the connection staying usable', async () => {
    const { port, path } = await largeFile()
    const connection = await startReading(port)
    connection.socket.resume()
    connection.send(
      'GET /large.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=0-4\r\nConnection: close\r\n\r\n',
    )
    const received = await connection.end()
    const second = received.lastIndexOf('HTTP/1.1 206')
    expect(lengthOfBody(received.slice(0, second))).toBe(largeSize)
    expect(received.endsWith('\r\n\r\nstart')).toBe(true)
    await vi.waitFor(() => expect(openDescriptors(path)).toBe(0))
  })

  test('closes the file when the client goes away', async () => {
    const { port, path } = await largeFile()
    const connection = await startReading(port)
    expect(openDescriptors(path)).toBe(1)
    connection.socket.destroy()
    await vi.waitFor(() => expect(openDescriptors(path)).toBe(0), 5000)
  })

  test('cuts the connection when the file has become shorter', async () => {
    const { port, path } = await largeFile()
    const connection = await startReading(port)
    truncateSync(path, 1000)
    connection.socket.resume()
    const received = await connection.end()
    expect(received).toContain(`Content-Length: ${largeSize}\r\n`)
    expect(lengthOfBody(received)).toBeLessThan(largeSize)
    await vi.waitFor(() => expect(openDescriptors(path)).toBe(0))
  })

  test('sends as much as was announced when the file has grown', async () => {
    const { port, path } = await largeFile()
    const connection = await startReading(port)
    appendFileSync(path, 'more')
    connection.socket.resume()
    connection.send('GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    const received = await connection.end()
    const second = received.lastIndexOf('HTTP/1.1 200')
    expect(lengthOfBody(received.slice(0, second))).toBe(largeSize)
    expect(received).not.toContain('more')
  })

  test('opens nothing for good when no body is sent', async () => {
    const { ask, path } = await largeFile()
    await ask('/large.bin', {}, 'HEAD')
    await ask('/large.bin', { 'If-None-Match': '*' })
    await ask('/large.bin', { 'If-Match': '"x"' })
    await ask('/large.bin', { Range: `bytes=${largeSize}-` })
    await ask('/large.bin', { Range: 'bytes=0-1' }, 'HEAD')
    await vi.waitFor(() => expect(openDescriptors(path)).toBe(0))
  })

  test('closes the file at once when the client has gone before', async () => {
    const { path, response } = fakeClient()
    sendPieces(openSync(path, 'r'), [whole], Object.assign(response, { destroyed: true }))
    await vi.waitFor(() => expect(openDescriptors(path)).toBe(0))
    expect(response.written).toEqual([])
  })

  test('closes the file once when the client goes away while it is being read', async () => {
    const { path, response } = fakeClient()
    vi.mocked(close).mockClear()
    sendPieces(openSync(path, 'r'), [whole], response)
    response.emit('close')
    expect(close).not.toHaveBeenCalled()
    await vi.waitFor(() => expect(openDescriptors(path)).toBe(0))
    expect(close).toHaveBeenCalledTimes(1)
    expect(response.written).toEqual([])
  })

  test('closes the file when the client goes away while it does not take more', async () => {
    const { path, response } = fakeClient()
    sendPieces(openSync(path, 'r'), [whole], response)
    await vi.waitFor(() => expect(response.written).toEqual(['content']))
    response.emit('close')
    await vi.waitFor(() => expect(openDescriptors(path)).toBe(0))
  })
})

const whole = { start: 0, end: 6 }

/** A file of seven bytes, and a response that takes what is written and never says so. */
function fakeClient() {
  const path = join(temporaryFolder({ a: 'content' }), 'a')
  const written: string[] = []
  const write = (piece: Buffer) => written.push(piece.toString())
  const response = Object.assign(new EventEmitter(), { destroyed: false, written, write })
  return { path, response: response as unknown as ServerResponse & typeof response }
}
