import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../src/base/deferred.js'
import type { Answer } from '../../src/control/answers.js'
import { type ControlSocketOptions, openControlSocket } from '../../src/control/control-socket.js'
import { livingServers, readRecords, writeRecord } from '../../src/control/server-record.js'

const { uid } = userInfo()
const facts = {
  pid: 12,
  serverRoot: '/a',
  host: 'localhost',
  port: 80,
  url: 'http://localhost:80/',
}
const restarted: Answer = {
  ok: true,
  generation: 1,
  workers: 2,
  services: 0,
  seconds: 0.5,
  configurationKept: null,
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function open(options: Partial<ControlSocketOptions> = {}) {
  const folder = temporaryFolder()
  const answer = async () => restarted
  const opened = await openControlSocket({ folders: [folder], uid, facts, answer, ...options })
  onTestFinished(() => opened.close())
  return { folder, close: () => opened.close(), path: readRecords(folder)[0]?.socket ?? '' }
}

/** Sends it, and gives what came until the connection was closed. */
async function send(path: string, text: string | Buffer, ends = false): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true })
  socket.on('error', () => {})
  if (ends) socket.end(text)
  else socket.write(text)
  return received(socket)
}

function received(socket: Socket): Promise<string> {
  return new Promise(resolve => {
    let text = ''
    socket.setEncoding('utf8').on('data', piece => (text += piece))
    socket.on('end', () => socket.end())
    socket.once('close', () => resolve(text))
  })
}

describe('openControlSocket()', () => {
  test('answers a line with a line', async () => {
    const { path } = await open()
    expect(await send(path, '{"command":"restart"}\n')).toBe(`${JSON.stringify(restarted)}\n`)
  })

  test('takes the end of the input for the end of the line', async () => {
    const { path } = await open()
    expect(await send(path, '{"command":"restart"}', true)).toBe(`${JSON.stringify(restarted)}\n`)
  })

  test.each<[string, string | Buffer, string]>([
    ['an empty line', '\n', 'a request is one line of JSON'],
    ['no JSON', 'status\n', 'a request is one line of JSON'],
    ['bytes that are no text', Buffer.alloc(3000, 0xff).fill('\n', 2999), 'one line of JSON'],
    ['10 MB', Buffer.alloc(10_000_000, 'x'), 'a request has at most 4096 bytes'],
    ['a list', '[]\n', 'a request is an object with a command'],
    ['null', 'null\n', 'a request is an object with a command'],
    [
      'an unknown command',
      '{"command":"stpo"}\n',
      'There is no ctl command \\"stpo\\", did you mean',
    ],
    ['a missing number', '{"command":"resize"}\n', 'from 1 to 1000, got nothing'],
    ['a text for a number', '{"command":"resize","processes":"3"}\n', 'got \\"3\\"'],
  ])('refuses %s in one sentence', async (_title, text, sentence) => {
    const { path } = await open()
    const answer = await send(path, text)
    expect(JSON.parse(answer)).toMatchObject({ ok: false })
    expect(answer).toContain(sentence)
  })

  test('closes the connection of a client that says nothing, or no whole line', async () => {
    const { path } = await open({ patience: 50 })
    expect(await Promise.all([send(path, ''), send(path, '{"comm')])).toEqual(['', ''])
  })

  test('answers others while clients are silent or wait', async () => {
    const waiting = deferred<Answer>()
    const asked = deferred<void>()
    const { path } = await open({
      answer: ({ command }) => {
        if (command !== 'restart') return Promise.resolve({ ok: true, files: [] })
        asked.resolve()
        return waiting.promise
      },
    })
    const silent = connect(path)
    onTestFinished(() => void silent.destroy())
    const slow = send(path, '{"command":"restart"}\n')
    await asked.promise
    const many = await Promise.all(
      Array.from({ length: 20 }, () => send(path, '{"command":"reopen-logs"}\n')),
    )
    expect(new Set(many)).toEqual(new Set(['{"ok":true,"files":[]}\n']))
    waiting.resolve(restarted)
    expect(await slow).toBe(`${JSON.stringify(restarted)}\n`)
  })

  test('keeps the connection of whoever asked for the end', async () => {
    const stopped: Answer = { ok: true, pid: 12, inProgress: 0 }
    const { path } = await open({ answer: async () => stopped, patience: 50 })
    const socket = connect(path)
    onTestFinished(() => void socket.destroy())
    socket.write('{"command":"stop"}\n')
    const [line] = await new Promise<[Buffer]>(resolve =>
      socket.once('data', data => resolve([data])),
    )
    expect(JSON.parse(line.toString())).toEqual(stopped)
    // Longer than a client has for anything else.
    expect(await send(path, '')).toBe('')
    expect(socket.destroyed || socket.readableEnded).toBe(false)
  })

  test('is for its user alone', async () => {
    const { folder, path } = await open()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test.runIf(uid === 0)('refuses another user, even where he finds it', async () => {
    const { folder, path } = await open()
    chmodSync(folder, 0o755)
    const script = `require('net').connect(${JSON.stringify(path)}).on('error', e => console.log(e.code))`
    const { stdout } = spawnSync(process.execPath, ['-e', script], { uid: 65534, encoding: 'utf8' })
    expect(stdout).toBe('EACCES\n')
  })

  test('leaves nothing behind', async () => {
    const { folder, close } = await open()
    expect(readdirSync(folder)).toHaveLength(2)
    close()
    expect(readdirSync(folder)).toEqual([])
  })

  test('takes the next folder where one cannot hold it', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    const folders = [join(folder, 'file/below'), join(folder, 'x'.repeat(100)), join(folder, 'run')]
    await open({ folders })
    expect(readRecords(join(folder, 'run'))).toMatchObject([facts])
    await expect(
      openControlSocket({
        folders: folders.slice(0, 2),
        uid,
        facts,
        answer: async () => restarted,
      }),
    ).rejects.toThrow(/; .*x is too long for a socket$/)
  })

  test('removes what a killed server has left, never what belongs to a living one', async () => {
    const folder = temporaryFolder()
    await open({ folders: [folder], facts: { ...facts, port: 1 } })
    leaveStale(folder)
    const torn = join(folder, 'torn.json')
    writeFileSync(torn, '{"pid":')
    expect(readdirSync(folder)).toHaveLength(5)
    await open({ folders: [folder], facts: { ...facts, port: 2 } })
    const records = readRecords(folder)
    expect(records.map(({ port }) => port).sort()).toEqual([1, 2])
    expect(await livingServers(records)).toHaveLength(2)
    expect(readdirSync(folder)).toHaveLength(5)
  })

  /** A socket as a process leaves it that was killed. */
  function leaveStale(folder: string): void {
    writeRecord(folder, 'stale', { ...facts, port: 3 })
    const path = join(folder, 'stale.sock')
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', script])
    expect(statSync(path).isSocket()).toBe(true)
  }
})

test('livingServers() counts one that is stopped', async () => {
  const folder = temporaryFolder()
  writeRecord(folder, 'stopped', facts)
  const path = join(folder, 'stopped.sock')
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  expect(await livingServers(readRecords(folder))).toHaveLength(1)
})
