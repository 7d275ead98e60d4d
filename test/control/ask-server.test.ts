import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { askServer } from '../../src/control/ask-server.js'

/** A server that does this with each connection. */
async function serve(connected: (socket: Socket) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  const socket = join(folder, 'x.sock')
  const server = createServer(connected)
  await new Promise<void>(resolve => server.listen(socket, resolve))
  onTestFinished(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const url = 'http://localhost:80/'
  const facts = { pid: 12, serverRoot: '/a', host: 'localhost', port: 80, url, machine: 'm' }
  return { ...facts, socket, file: join(folder, 'x.json') }
}

const status = { command: 'status' } as const

describe('askServer()', () => {
  test('gives the answer, its line, and when the connection is over', async () => {
    const server = await serve(socket => {
      socket.once('data', data => {
        expect(data.toString()).toBe('{"command":"stop"}\n')
        socket.write('{"ok":true,"pid":12,')
        setImmediate(() => socket.write('"inProgress":0}\n'))
        socket.once('data', () => socket.destroy())
      })
    })
    const { answer, line, closed } = await askServer(server, { command: 'stop' }, null)
    expect(answer).toEqual({ ok: true, pid: 12, inProgress: 0 })
    expect(line).toBe('{"ok":true,"pid":12,"inProgress":0}')
    const over = await Promise.race([closed.then(() => true), Promise.resolve(false)])
    expect(over).toBe(false)
  })

  test.each<[string, (socket: Socket) => void, number | null, RegExp]>([
    ['never answers', () => {}, 50, / does not answer for 0\.05 seconds$/],
    ['closes the connection', socket => socket.end(), null, / gave no answer$/],
  ])('says of a server that %s which one it is', async (_title, connected, patience, end) => {
    const server = await serve(connected)
    const asked = askServer(server, status, patience)
    await expect(asked).rejects.toMatchObject({ code: 1, message: expect.stringMatching(end) })
    await expect(asked).rejects.toThrow('the server http://localhost:80/ (pid 12) ')
  })

  test('says that a server which has just gone cannot be asked', async () => {
    const server = await serve(() => {})
    const gone = { ...server, socket: `${server.socket}.gone` }
    await expect(askServer(gone, status, null)).rejects.toThrow('cannot be asked: connect ENOENT')
  })
})
