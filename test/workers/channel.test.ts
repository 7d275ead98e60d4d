import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Hello, openChannel } from '../../src/workers/channel.js'
import { encodeFrame, encodeJson, frameType } from '../../src/workers/protocol.js'

async function open() {
  const refusals: string[] = []
  const channel = await openChannel(reason => refusals.push(reason))
  onTestFinished(() => channel.close())
  return { channel, refusals }
}

function connectTo(path: string): Promise<Socket> {
  return new Promise(resolve => {
    const socket = connect(path, () => resolve(socket))
    socket.on('error', () => {})
  })
}

function closed(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    socket.resume()
    socket.once('close', () => resolve())
  })
}

const hello = (secret: string, fields: object = {}) =>
  encodeJson(frameType.hello, {
    version: 1,
    secret,
    role: 'thread',
    worker: 7,
    thread: 2,
    ...fields,
  })

test('openChannel() makes a directory that only this user can enter, and close() removes it', async () => {
  const { channel } = await open()
  expect(statSync(dirname(channel.path)).mode & 0o777).toBe(0o700)
  channel.close()
  expect(existsSync(dirname(channel.path))).toBe(false)
})

test('a connection is handed to the worker it names, with what came after HELLO', async () => {
  const { channel } = await open()
  const handed = new Promise<[Hello, string]>(resolve => {
    channel.register(7, (greeting, _socket, rest) => {
      resolve([greeting, rest.toString('hex')])
      return true
    })
  })
  const socket = await connectTo(channel.path)
  const bytes = Buffer.concat([hello(channel.secret), encodeFrame(frameType.end, Buffer.of(0))])
  // In two pieces, the first of which ends inside HELLO.
  socket.write(bytes.subarray(0, 10), () => socket.write(bytes.subarray(10)))
  expect(await handed).toEqual([{ role: 'thread', worker: 7, thread: 2 }, '230000000100'])
  socket.destroy()
})

const refused: readonly [string, (secret: string) => Buffer, RegExp][] = [
  ['a wrong secret', () => hello('wrong'), /wrong secret/],
  [
    'another version',
    secret => hello(secret, { version: 2 }),
    /version 2 of the protocol, this is version 1/,
  ],
  ['another first frame', () => encodeFrame(frameType.end, Buffer.of(0)), /not HELLO/],
  ['bytes of another protocol', () => Buffer.from('GET / HTTP/1.1\r\n\r\n'), /unknown frame type/],
]
for (const [what, bytes, reason] of refused) {
  test(`${what} is refused, and the reason is told`, async () => {
    const { channel, refusals } = await open()
    channel.register(7, () => {
      throw new Error('must not be handed over')
    })
    const socket = await connectTo(channel.path)
    socket.write(bytes(channel.secret))
    await closed(socket)
    expect(refusals).toEqual([expect.stringMatching(reason)])
  })
}

test('a worker that is not wanted any more is turned away without a word', async () => {
  const { channel, refusals } = await open()
  channel.register(7, () => true)()
  const socket = await connectTo(channel.path)
  socket.write(hello(channel.secret))
  await closed(socket)
  expect(refusals).toEqual([])
})

describe('restore()', () => {
  const greetedBy = (channel: Awaited<ReturnType<typeof open>>['channel'], worker: number) =>
    new Promise<Socket>(resolve => {
      channel.register(worker, (_hello, socket) => {
        resolve(socket)
        return true
      })
    })

  test('leaves a socket that is there alone', async () => {
    const { channel } = await open()
    const { path } = channel
    channel.restore()
    expect(channel.path).toBe(path)
  })

  const removals: readonly [string, (path: string) => void][] = [
    ['the directory', path => rmSync(dirname(path), { recursive: true })],
    ['the socket', path => rmSync(path)],
    [
      'the socket, and something else has its name',
      path => {
        rmSync(path)
        writeFileSync(path, '')
      },
    ],
  ]
  for (const [what, remove] of removals) {
    test(`opens another place after ${what} was removed, and keeps what is connected`, async () => {
      const { channel } = await open()
      const { path } = channel
      const first = greetedBy(channel, 7)
      const old = await connectTo(path)
      old.write(hello(channel.secret))
      const present = await first
      remove(path)
      channel.restore()
      expect(channel.path).not.toBe(path)
      expect(statSync(dirname(channel.path)).mode & 0o777).toBe(0o700)
      const second = greetedBy(channel, 8)
      const fresh = await connectTo(channel.path)
      fresh.write(hello(channel.secret, { worker: 8 }))
      await second
      const arrived = new Promise(resolve => present.once('data', resolve))
      old.write('x')
      expect(String(await arrived)).toBe('x')
      const places = [path, channel.path].map(dirname)
      channel.close()
      expect(places.filter(existsSync)).toEqual([])
      old.destroy()
      fresh.destroy()
    })
  }

  test('finds a place where the temporary folder is gone as a whole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'modwsgi-gone-'))
    vi.stubEnv('TMPDIR', folder)
    onTestFinished(() => void vi.unstubAllEnvs())
    const { channel } = await open()
    rmSync(folder, { recursive: true })
    channel.restore()
    expect(existsSync(channel.path)).toBe(true)
  })
})
