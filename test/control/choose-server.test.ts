import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chooseServer } from '../../src/control/choose-server.js'
import { realFolder, type ServerFacts } from '../../src/control/server-record.js'

function server(facts: Partial<ServerFacts>): ServerFacts {
  const { port = 8000, host = 'localhost' } = facts
  return { pid: 12, serverRoot: '/a', host, port, url: `http://${host}:${port}/`, ...facts }
}

const nothing = { serverRoot: null, host: null, port: null }

function message(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    expect(error).toMatchObject({ code: 1 })
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

describe('chooseServer()', () => {
  const one = server({ serverRoot: '/one', port: 8001, pid: 11 })
  const two = server({ serverRoot: '/two', port: 8002, host: '127.0.0.2', pid: 12 })

  test('takes the only one without being told which', () => {
    expect(chooseServer([one], nothing)).toBe(one)
  })

  test.each([
    ['--server-root', { ...nothing, serverRoot: '/two' }],
    ['--port', { ...nothing, port: 8002 }],
    ['--host', { ...nothing, host: '127.0.0.2' }],
    ['all of them', { serverRoot: '/two', port: 8002, host: '127.0.0.2' }],
  ])('takes the one that %s names', (_title, choice) => {
    expect(chooseServer([one, two], choice)).toBe(two)
  })

  test('knows a server root by another name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    symlinkSync(folder, join(folder, 'link'))
    const here = server({ serverRoot: realFolder(join(folder, 'root')) })
    // The server root itself may have been cleaned away.
    const choice = { ...nothing, serverRoot: join(folder, 'link', 'root') }
    expect(chooseServer([one, here], choice)).toBe(here)
  })

  test('says that none runs', () => {
    expect(message(() => chooseServer([], nothing))).toBe('no server of this user runs')
    expect(message(() => chooseServer([], { ...nothing, port: 80 }))).toBe(
      'no server of this user runs (--port 80)',
    )
  })

  test('says which there are when none is meant', () => {
    const choice = { ...nothing, host: 'localhost', port: 8002 }
    expect(message(() => chooseServer([one, two], choice))).toBe(
      'no server of this user runs with --host localhost --port 8002; there is ' +
        'http://localhost:8001/ (--host localhost --port 8001 --server-root /one, pid 11), ' +
        'http://127.0.0.2:8002/ (--host 127.0.0.2 --port 8002 --server-root /two, pid 12)',
    )
  })

  test('says which run when several are meant, and how to choose', () => {
    const text = message(() => chooseServer([two, one], nothing))
    expect(text).toMatch(/^2 servers of this user run: http:\/\/localhost:8001\/ .*choose one with/)
    expect(text).toMatch(/choose one with --port$/)
    const sameRoot = server({ serverRoot: '/two', port: 8002 })
    expect(message(() => chooseServer([two, sameRoot], nothing))).toMatch(
      /choose one with --host or --server-root$/,
    )
  })
})
