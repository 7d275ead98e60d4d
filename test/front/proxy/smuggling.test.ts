/** What clients send to a proxied path in order to be understood differently behind it. */
import { describe, expect, test } from 'vitest'
import { RawConnection } from '../../rig/http.js'
import { startServer } from '../../rig/server.js'
import { readRequests, Upstream } from '../../rig/upstream.js'
import { doubleLengths, type Inputs, oddHeads } from './smuggling.js'

const back = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nback'

/** Answers each request once it is complete. */
async function startSite() {
  const answered: number[] = []
  const upstream = await Upstream.listen((socket, text, { bytes }) => {
    const at = bytes.indexOf(text)
    if (/^expect: 100-continue$/im.test(text) && text.endsWith('\r\n\r\n')) {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    }
    const complete = readRequests(text).length
    for (let sent = answered[at] ?? 0; sent < complete; sent++) socket.write(back)
    answered[at] = complete
  })
  const server = await startServer([
    ...['--application-type', 'static', '.', '--proxy-mount-point', '/api', `${upstream.url}/back`],
  ])
  return { upstream, server }
}

/** Sends it, and gives the number of answers when the connection has ended. */
async function answersTo(port: number, input: string): Promise<number> {
  const connection = await RawConnection.open(port)
  connection.send(input)
  connection.socket.end()
  await connection.end()
  // HTTP/0.9 has no head.
  const heads = connection.received.match(/HTTP\/1\.1 (?!100)\d{3} /g)?.length ?? 0
  return Math.max(heads, connection.received === '' ? 0 : 1)
}

async function sendAll(inputs: Inputs) {
  const { upstream, server } = await startSite()
  for (const [name, input] of Object.entries(inputs)) {
    const before = upstream.bytes.flatMap(readRequests).length
    const answers = await answersTo(server.port, input)
    const requests = upstream.bytes.flatMap(readRequests)
    expect.soft(requests.length - before, name).toBeLessThanOrEqual(Math.min(1, answers))
  }
  return upstream.bytes.flatMap(readRequests)
}

describe('a request of a client', () => {
  test('reaches the upstream as one at most, whatever it says of its length', async () => {
    expect(Object.keys(doubleLengths).length).toBeGreaterThan(100)
    const requests = await sendAll(doubleLengths)
    expect(requests.length).toBeGreaterThan(20)
    expect(requests.filter(({ line }) => line.includes('smuggled'))).toEqual([])
    const lines = requests.map(({ line }) => line)
    expect(lines.filter((line, at) => lines.indexOf(line) !== at)).toEqual([])
  }, 120_000)

  test('does not reach another path than that of the mount point', async () => {
    const requests = await sendAll(oddHeads)
    expect(requests.length).toBeGreaterThan(20)
    for (const { line, fields } of requests) {
      const path = /^GET (\/back\/[^?]*)(?:\?.*)? HTTP\/1\.1$/.exec(line)?.[1]
      expect(path, line).toBeDefined()
      expect(path!.split('/'), line).not.toContain('..')
      expect(fields.map(([name]) => name)).not.toContain('x-injected')
      expect(fields.find(([name]) => name === 'host')?.[1]).toMatch(/^127\.0\.0\.1:\d+$/)
    }
  }, 120_000)
})
