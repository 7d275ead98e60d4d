/** Where the signs come from: events, polling, the sweep; and what leads from one to the other. */
import { mkdirSync, rmSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { FolderListener, FolderOpener } from '../../src/watch/folder-opener.js'
import type { PollingWish } from '../../src/watch/polling-wish.js'
import { HeldClock } from './held-clock.js'
import { type Given, watchFolder } from './watched-folder.js'

const always: PollingWish = { polls: 'always', said: 'CHOKIDAR_USEPOLLING=1', pause: null }
const ext4 = { point: '/', type: 'ext4' }

/** Tells what the test says, and fails when it says so. */
class FakeOpener implements FolderOpener {
  readonly opened = new Set<string>()
  listener: FolderListener | null = null
  failure: NodeJS.ErrnoException | null = null

  open(folder: string, listener: FolderListener): void {
    if (this.opened.has(folder)) throw new Error(`${folder} is open`)
    this.opened.add(folder)
    this.listener = listener
    const { failure } = this
    if (failure) queueMicrotask(() => listener.failed(failure))
  }

  close(folder: string): void {
    this.opened.delete(folder)
  }

  closeAll(): Promise<void> {
    this.opened.clear()
    return Promise.resolve()
  }
}

/** A watcher whose events come from the test alone. */
function watchUntold(given: Given = {}) {
  const opener = new FakeOpener()
  const clock = new HeldClock()
  const openers = { project: opener, plain: opener }
  return { opener, clock, ...watchFolder({ clock, openers, mounts: [ext4], ...given }) }
}

describe('polling from the start', () => {
  test('sees a save, a removal and a return, and opens no folder', async () => {
    const { clock, opener, path, write, loaded, next, causes } = watchUntold({
      polling: always,
      files: { 'a.py': 'one' },
    })
    loaded('a.py')
    write('a.py', 'two')
    await clock.strike(400)
    expect(await next(2)).toEqual(['touched', 'settled a.py'])
    rmSync(path('a.py'))
    await clock.strike(400)
    expect((await next(4)).slice(2)).toEqual(['touched', 'settled a.py'])
    write('a.py', 'three')
    await clock.strike(400)
    expect((await next(6)).slice(4)).toEqual(['touched', 'settled a.py'])
    expect(causes).toEqual([{ why: 'asked', variable: 'CHOKIDAR_USEPOLLING=1' }])
    expect(opener.opened.size).toBe(0)
  })

  test('sees a file of a folder that was not there', async () => {
    const { clock, path, write, next, watcher } = watchUntold({ polling: always })
    watcher.add([[path('package/__init__.py'), null]])
    write('package/__init__.py', 'here')
    await clock.strike(400)
    expect(await next(2)).toEqual(['touched', 'settled package/__init__.py'])
  })

  test('sees included files come, in new folders too, change and go', async () => {
    const { clock, path, write, next, watcher } = watchUntold({
      polling: always,
      include: ['*.yaml'],
    })
    await watcher.ready
    write('config/a.yaml', 'one')
    await clock.strike(400)
    expect(await next(2)).toEqual(['touched', 'settled config/a.yaml'])
    write('config/a.yaml', 'two')
    await clock.strike(400)
    expect((await next(4)).slice(2)).toEqual(['touched', 'settled config/a.yaml'])
    rmSync(path('config/a.yaml'))
    await clock.strike(400)
    expect((await next(6)).slice(4)).toEqual(['touched', 'settled config/a.yaml'])
    write('config/b.yaml', 'one')
    await clock.strike(400)
    expect((await next(8)).slice(6)).toEqual(['touched', 'settled config/b.yaml'])
  })

  test('pauses as long as it is told', async () => {
    const { clock, write, loaded, next } = watchUntold({
      polling: { ...always, pause: 700 },
      files: { 'a.py': 'one' },
    })
    loaded('a.py')
    write('a.py', 'two')
    await clock.strike(700)
    expect(await next(2)).toEqual(['touched', 'settled a.py'])
  })
})

describe('a file system without events', () => {
  test('is polled, and others are not', async () => {
    const mounts = [ext4]
    const { clock, opener, path, write, loaded, next, causes } = watchUntold({
      mounts,
      files: { 'near/a.py': 'one', 'far/a.py': 'one', 'far/b.py': 'one' },
    })
    mounts.push({ point: path('far'), type: '9p' })
    loaded('near/a.py')
    loaded('far/a.py')
    loaded('far/b.py')
    expect(causes).toEqual([{ why: 'mount', point: path('far'), type: '9p' }])
    expect([...opener.opened]).toEqual([path('near')])
    write('near/a.py', 'two')
    write('far/a.py', 'two')
    await clock.strike(400)
    expect(await next(2)).toEqual(['touched', 'settled far/a.py'])
    opener.listener!.happened(path('near'), 'a.py')
    expect((await next(4)).slice(2)).toEqual(['touched', 'settled near/a.py'])
  })

  test('has its events where the environment says that nothing is polled', () => {
    const { opener, path, loaded, causes } = watchUntold({
      mounts: [{ point: '/', type: '9p' }],
      polling: { polls: 'never', said: 'CHOKIDAR_USEPOLLING=0', pause: null },
      files: { 'src/a.py': 'one' },
    })
    loaded('src/a.py')
    expect(causes).toEqual([])
    expect([...opener.opened]).toEqual([path('src')])
  })
})

describe('a limit of the system', () => {
  test('is told once, and what was saved meanwhile and later is seen all the same', async () => {
    const given = { files: { 'one/a.py': 'one', 'two/b.py': 'one' } }
    const { clock, opener, write, loaded, next, causes, until } = watchUntold(given)
    opener.failure = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
    loaded('one/a.py')
    loaded('two/b.py')
    write('one/a.py', 'two')
    await until(() => causes.length > 0)
    await clock.strike(400)
    expect(await next(2)).toEqual(['touched', 'settled one/a.py'])
    write('two/b.py', 'two')
    await clock.strike(400)
    expect((await next(4)).slice(2)).toEqual(['touched', 'settled two/b.py'])
    expect(causes).toMatchObject([{ why: 'limit', limit: 'fs.inotify.max_user_watches' }])
    expect(opener.opened.size).toBe(0)
  })

  test('a folder that went meanwhile is none', async () => {
    const { clock, opener, write, loaded, next, causes } = watchUntold({ files: { 'a.py': 'one' } })
    opener.failure = Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
    loaded('a.py')
    write('a.py', 'two')
    // The second look at new files.
    await clock.strike(60)
    expect(await next(2)).toEqual(['touched', 'settled a.py'])
    expect(causes).toEqual([])
  })
})

describe('the sweep', () => {
  test('sees what no event told, once; after that the file system is polled', async () => {
    const { clock, path, write, loaded, next, causes, until } = watchUntold({
      files: { 'a.py': 'one', 'b.py': 'one' },
    })
    loaded('a.py')
    loaded('b.py')
    await clock.strike(1000)
    write('a.py', 'two')
    await clock.strike(3000)
    expect(await next(2)).toEqual(['touched', 'settled a.py'])
    expect(causes).toEqual([])
    await clock.strike(1000)
    await until(() => causes.length > 0)
    expect(causes).toEqual([{ why: 'missed', file: path('a.py'), mount: ext4 }])
    write('b.py', 'two')
    await clock.strike(400)
    expect((await next(4)).slice(2)).toEqual(['touched', 'settled b.py'])
    expect(causes).toHaveLength(1)
  })

  test('takes its time for what waited during a standstill', async () => {
    const { clock, opener, folder, write, loaded, next, causes } = watchUntold({
      files: { 'a.py': 'one' },
    })
    loaded('a.py')
    await clock.strike(1000)
    write('a.py', 'two')
    await clock.strike(3000)
    await next(2)
    await clock.strike(1000)
    opener.listener!.happened(folder, 'a.py')
    await setImmediate()
    await setImmediate()
    expect(causes).toEqual([])
  })

  test('looks after a folder that this user may not watch', async () => {
    const { clock, opener, folder, write, loaded, next, causes } = watchUntold({
      files: { 'a.py': 'one' },
    })
    opener.failure = Object.assign(new Error('EACCES'), { code: 'EACCES', path: folder })
    loaded('a.py')
    await clock.strike(1000)
    write('a.py', 'two')
    await clock.strike(3000)
    expect(await next(2)).toEqual(['touched', 'settled a.py'])
    // Nothing waits for a verdict.
    expect(clock.has(1000)).toBe(false)
    expect(causes).toEqual([])
  })

  test('leaves the events alone when one comes a moment later', async () => {
    const { clock, opener, folder, write, loaded, next, causes } = watchUntold({
      files: { 'a.py': 'one' },
    })
    loaded('a.py')
    await clock.strike(1000)
    write('a.py', 'two')
    await clock.strike(3000)
    await next(2)
    opener.listener!.happened(folder, 'a.py')
    await clock.strike(1000)
    await setImmediate()
    await setImmediate()
    expect(causes).toEqual([])
  })

  test('does not blame the events of a folder that was not watched', async () => {
    const { clock, opener, path, write, loaded, next, causes } = watchUntold({
      files: { 'package/a.py': 'one' },
    })
    loaded('package/a.py')
    await clock.strike(1000)
    rmSync(path('package'), { recursive: true })
    mkdirSync(path('other'))
    write('package/a.py', 'two')
    await clock.strike(3000)
    expect(await next(2)).toEqual(['touched', 'settled package/a.py'])
    expect(opener.opened.has(path('package'))).toBe(true)
    // Nothing is ordered but the next round, in which the folder is known.
    write('package/a.py', 'three')
    await clock.strike(3000)
    expect((await next(4)).slice(2)).toEqual(['touched', 'settled package/a.py'])
    opener.listener!.happened(path('package'), 'a.py')
    await clock.strike(1000)
    await setImmediate()
    await setImmediate()
    expect(causes).toEqual([])
  })

  test('sees changes of installed packages', async () => {
    const { clock, write, loaded, next } = watchUntold({ files: { 'site-packages/p/a.py': 'one' } })
    loaded('site-packages/p/a.py')
    await clock.strike(1000)
    write('site-packages/p/a.py', 'two')
    await clock.strike(15_000)
    expect(await next(2)).toEqual(['touched', 'settled site-packages/p/a.py'])
  })
})

describe('events', () => {
  test('that do not name a file count for all in the folder', async () => {
    const { opener, folder, write, loaded, next } = watchUntold({
      files: { 'a.py': 'one', 'b.py': 'one' },
    })
    loaded('a.py')
    loaded('b.py')
    write('b.py', 'two')
    opener.listener!.happened(folder, null)
    expect(await next(2)).toEqual(['touched', 'settled b.py'])
  })

  test('a file of an installed package that is saved before it was read is a change', async () => {
    const name = 'site-packages/a.py'
    const { clock, opener, path, write, loaded, next } = watchUntold({ files: { [name]: 'one' } })
    loaded(name)
    write(name, 'two')
    await clock.strike(3000)
    opener.listener!.happened(path('site-packages'), 'a.py')
    expect(await next(2)).toEqual(['touched', `settled ${name}`])
  })
})
