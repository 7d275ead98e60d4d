import { execFileSync } from 'node:child_process'
import { openSync, readSync, rmSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { FileStore } from '../../src/static/file-store.js'
import { openStaticSite, type StaticFile } from '../../src/static/site.js'
import { openDescriptors } from './open-descriptors.js'
import { optionsFor, putFile, temporaryFolder } from './served-site.js'

vi.mock('node:fs', async importOriginal => {
  const fs = await importOriginal<typeof import('node:fs')>()
  return { ...fs, openSync: vi.fn(fs.openSync), readSync: vi.fn(fs.readSync) }
})

/** A store for which every file is settled. */
const newStore = () =>
  new FileStore({ typeOf: () => 'text/x', commonFields: [], now: () => Date.now() + 3_600_000 })

function fileAt(folder: string, path: string): StaticFile {
  const options = optionsFor(join(folder, 'none'), { aliases: [['/st', folder]] })
  const resolution = openStaticSite(options).resolve(`/st${path}`)
  if (resolution.kind !== 'file') throw new Error(resolution.kind)
  return resolution.file
}

function bodyOf(opened: ReturnType<FileStore['open']>): string | null {
  return typeof opened === 'number' ? String(opened) : (opened.body?.toString() ?? null)
}

describe('FileStore.open()', () => {
  test('opens an unchanged file once', () => {
    const folder = temporaryFolder({ a: 'content' })
    const store = newStore()
    vi.mocked(openSync).mockClear()
    for (let round = 0; round < 3; round++) {
      expect(bodyOf(store.open(fileAt(folder, '/a')))).toBe('content')
    }
    expect(openSync).toHaveBeenCalledTimes(1)
  })

  test('does not open what is no regular file, which might wake up who waits at its other end', () => {
    const folder = temporaryFolder()
    execFileSync('mkfifo', [join(folder, 'pipe')])
    vi.mocked(openSync).mockClear()
    expect(newStore().open(fileAt(folder, '/pipe'))).toBe(403)
    expect(openSync).not.toHaveBeenCalled()
  })

  test('neither waits nor fails when a file has turned into a named pipe, or has gone, since it was found', () => {
    const folder = temporaryFolder({ a: 'content' })
    const file = fileAt(folder, '/a')
    rmSync(join(folder, 'a'))
    execFileSync('mkfifo', [join(folder, 'a')])
    expect(newStore().open(file)).toBe(403)
    rmSync(join(folder, 'a'))
    expect(newStore().open(file)).toBe(404)
  })

  test('gives what there is of a file that shrinks while it is read, and does not keep that', () => {
    const folder = temporaryFolder({ a: 'content' })
    const store = newStore()
    vi.mocked(readSync).mockReturnValueOnce(3).mockReturnValueOnce(0)
    const short = store.open(fileAt(folder, '/a'))
    expect(short).toMatchObject({
      size: 3,
      fields: expect.arrayContaining(['Content-Length', '3']),
    })
    expect(bodyOf(store.open(fileAt(folder, '/a')))).toBe('content')
  })

  test('serves the state that it opens, not the one that was found before', () => {
    const folder = temporaryFolder({ a: 'old' })
    const store = newStore()
    const file = fileAt(folder, '/a')
    putFile(join(folder, 'a'), 'newer')
    expect(bodyOf(store.open(file))).toBe('newer')
    expect(bodyOf(store.open(fileAt(folder, '/a')))).toBe('newer')
  })

  test.skipIf(process.platform !== 'linux')('leaves no small file open', () => {
    const folder = temporaryFolder({ a: 'content' })
    const store = newStore()
    store.open(fileAt(folder, '/a'))
    const gone = { path: join(folder, 'pipe'), stats: { isFile: () => true } as Stats }
    execFileSync('mkfifo', [gone.path])
    expect(store.open(gone)).toBe(403)
    expect(openDescriptors(folder)).toBe(0)
  })
})
