import { appendFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { HttpServer } from '../../src/http/server.js'
import type { Resolution } from '../../src/static/resolution.js'
import { openStaticSite } from '../../src/static/site.js'
import { TurnCache } from '../../src/static/turn-cache.js'
import { connectionRules } from '../rig/connection-rules.js'
import { RawConnection } from '../rig/http.js'
import { optionsFor, putFile, temporaryFolder } from './served-site.js'

test('a value is found out once in a turn', async () => {
  const cache = new TurnCache<string>()
  const find = vi.fn((key: string) => `${key}${find.mock.calls.length}`)
  expect([cache.get('a', find), cache.get('b', find), cache.get('a', find)]).toEqual([
    'a1',
    'b2',
    'a1',
  ])
  await endOfTurn()
  expect(cache.get('a', find)).toBe('a3')
})

function sizeOf(resolution: Resolution): number | undefined {
  return resolution.kind === 'file' ? resolution.file.stats.size : undefined
}

test('what shares the turn is looked for once in it, and anew in the next', async () => {
  const folder = temporaryFolder({ 'a.txt': 'a' })
  const site = openStaticSite(optionsFor(folder))
  expect(sizeOf(site.resolve('/a.txt', true))).toBe(1)
  putFile(join(folder, 'a.txt'), 'longer')
  expect(sizeOf(site.resolve('/a.txt', true))).toBe(1)
  expect(sizeOf(site.resolve('/a.txt'))).toBe(6)
  await endOfTurn()
  expect(sizeOf(site.resolve('/a.txt', true))).toBe(6)
})

test('no client is told of less than it has put there before it asked', async () => {
  const file = join(temporaryFolder({ 'a.txt': '' }), 'a.txt')
  const site = openStaticSite(optionsFor(dirname(file)))
  let shared = 0
  const server = new HttpServer({ hosts: ['127.0.0.1'], port: 0, backlog: 50 }, connectionRules, {
    request(request, response) {
      if (request.cameWithTurn) shared++
      // Not what is in the file: that would be read anew so soon after a change.
      const size = String(sizeOf(site.resolve(request.url, request.cameWithTurn)))
      response.writeHead(200, 'OK', ['Content-Length', String(size.length)])
      response.end(Buffer.from(size))
    },
    refused() {},
    noHandshake() {},
    full() {},
  })
  await server.listen()
  onTestFinished(() => server.destroy())

  let size = 0
  const wrong: string[] = []
  const visit = async (number: number) => {
    const client = await RawConnection.open(server.port)
    for (let round = 0; round < 100; round++) {
      if ((round + number) % 5 === 0) {
        appendFileSync(file, 'x')
        size++
      }
      const least = size
      client.received = ''
      client.send('GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n')
      const [, answer] = await client.until(/\r\n\r\n(\d+)$/)
      if (Number(answer) < least) wrong.push(`${answer} after ${least}`)
    }
    client.socket.destroy()
  }
  await Promise.all(Array.from({ length: 30 }, (_, number) => visit(number)))
  expect(wrong).toEqual([])
  expect(shared).toBeGreaterThan(2000)
})
