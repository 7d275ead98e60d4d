import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PlainOpener } from '../../src/watch/folder-opener.js'
import { HeldClock } from './held-clock.js'
import { watchFolder } from './watched-folder.js'

/** Neither second looks nor the sweep see what events have not told; folders are watched when the call returns. */
function eventsOnly() {
  const openers = { project: new PlainOpener(), plain: new PlainOpener() }
  return { clock: new HeldClock(), openers }
}

test('a save is told at once, and again when it is settled', async () => {
  const { write, loaded, next } = watchFolder()
  write('a.py', 'one')
  loaded('a.py')
  write('a.py', 'two')
  expect(await next(2)).toEqual(['touched', 'settled a.py'])
})

test('a file that changed between its load and its report is settled without another save', async () => {
  const { path, write, next, watcher } = watchFolder()
  write('a.py', 'two')
  watcher.add([[path('a.py'), 1_000_000_000]])
  expect(await next(2)).toEqual(['touched', 'settled a.py'])
})

test('a touch without another content is unchanged', async () => {
  const { path, write, loaded, next } = watchFolder()
  write('a.py', 'one')
  loaded('a.py')
  utimesSync(path('a.py'), new Date(), new Date(Date.now() + 5000))
  expect(await next(2)).toEqual(['touched', 'unchanged'])
})

test('a missing file is settled when it appears, also in a folder that was not there', async () => {
  const { folder, path, write, next, watcher } = watchFolder()
  watcher.add([
    [path('late.py'), null],
    [path('package/__init__.py'), null],
  ])
  write('late.py', 'here')
  expect(await next(2)).toEqual(['touched', 'settled late.py'])
  mkdirSync(join(folder, 'package'))
  write('package/__init__.py', 'here')
  expect(await next(4)).toEqual([
    'touched',
    'settled late.py',
    'touched',
    'settled package/__init__.py',
  ])
})

test('removal and return are a change each', async () => {
  const { path, write, loaded, next } = watchFolder()
  write('a.py', 'one')
  loaded('a.py')
  rmSync(path('a.py'))
  expect(await next(2)).toEqual(['touched', 'settled a.py'])
  write('a.py', 'one')
  expect(await next(4)).toEqual(['touched', 'settled a.py', 'touched', 'settled a.py'])
})

test('saves in quick succession by rename are never lost', async () => {
  const { path, write, loaded, told, next } = watchFolder()
  write('a.py', 'start')
  loaded('a.py')
  for (let round = 0; round < 30; round++) {
    write('a.py.new', `round ${round}`)
    renameSync(path('a.py.new'), path('a.py'))
    const before = told.length
    const facts = await next(before + 2)
    expect(facts.slice(before)).toEqual(['touched', 'settled a.py'])
  }
})

test('other files in the same folder are no concern', async () => {
  const { write, loaded, next } = watchFolder()
  write('a.py', 'one')
  write('other.txt', 'one')
  loaded('a.py')
  write('other.txt', 'two')
  write('third.txt', 'three')
  write('a.py', 'two')
  expect(await next(2)).toEqual(['touched', 'settled a.py'])
})

test('what is written through a link is seen, wherever the file lies', async () => {
  const { path, write, loaded, next } = watchFolder({
    ...eventsOnly(),
    files: { 'far/real.py': 'one' },
  })
  mkdirSync(path('near'))
  symlinkSync('../far/real.py', path('near/a.py'))
  loaded('near/a.py')
  write('far/real.py', 'two')
  expect(await next(2)).toEqual(['touched', 'settled near/a.py'])
})

test('folders that go and come back are seen, and watched again', async () => {
  const files = { 'top/deep/er/a.py': 'one' }
  const { path, write, loaded, next } = watchFolder({ ...eventsOnly(), files })
  loaded('top/deep/er/a.py')
  rmSync(path('top'), { recursive: true })
  expect(await next(2)).toEqual(['touched', 'settled top/deep/er/a.py'])
  write('top/deep/er/a.py', 'two')
  expect((await next(4)).slice(2)).toEqual(['touched', 'settled top/deep/er/a.py'])
  write('top/deep/er/a.py', 'three')
  expect((await next(6)).slice(4)).toEqual(['touched', 'settled top/deep/er/a.py'])
})

test('another folder in the place of one is seen, and watched', async () => {
  const files = { 'top/one/a.py': 'one', 'top/two/a.py': 'two' }
  const { path, write, loaded, next } = watchFolder({ ...eventsOnly(), files })
  loaded('top/one/a.py')
  renameSync(path('top/one'), path('top/former'))
  renameSync(path('top/two'), path('top/one'))
  expect(await next(2)).toEqual(['touched', 'settled top/one/a.py'])
  write('top/one/a.py', 'three')
  expect((await next(4)).slice(2)).toEqual(['touched', 'settled top/one/a.py'])
})

test('a file of an installed package is compared by content too, once the start is over', async () => {
  const clock = new HeldClock()
  const name = 'lib/site-packages/package/a.py'
  const { path, write, loaded, next } = watchFolder({ clock, files: { [name]: 'one' } })
  loaded(name)
  await clock.strike(3000)
  utimesSync(path(name), new Date(), new Date(Date.now() + 5000))
  expect(await next(2)).toEqual(['touched', 'unchanged'])
  write(name, 'two')
  expect((await next(4)).slice(2)).toEqual(['touched', `settled ${name}`])
})

describe('--reload-include', () => {
  test('names files that are watched without being loaded: their changes, coming and going', async () => {
    const { path, write, next, watcher } = watchFolder({
      ...eventsOnly(),
      include: ['*.yaml', '/.env'],
      files: { 'config/a.yaml': 'one', 'config/a.txt': 'one', 'node_modules/b.yaml': 'one' },
    })
    await watcher.ready
    write('config/a.yaml', 'two')
    expect(await next(2)).toEqual(['touched', 'settled config/a.yaml'])
    write('.env', 'A=1')
    expect((await next(4)).slice(2)).toEqual(['touched', 'settled .env'])
    rmSync(path('.env'))
    expect((await next(6)).slice(4)).toEqual(['touched', 'settled .env'])
    write('config/a.txt', 'two')
    write('node_modules/b.yaml', 'two')
    write('new/folder/c.yaml', 'one')
    expect((await next(8)).slice(6)).toEqual(['touched', 'settled new/folder/c.yaml'])
    write('new/folder/c.yaml', 'two')
    expect((await next(10)).slice(8)).toEqual(['touched', 'settled new/folder/c.yaml'])
  })

  test('looks into no virtual environment, whatever it is called', async () => {
    const { write, next, watcher } = watchFolder({
      ...eventsOnly(),
      include: ['*.yaml'],
      files: { 'environment/pyvenv.cfg': '', 'environment/lib/a.yaml': 'one', 'z/b.yaml': 'one' },
    })
    await watcher.ready
    write('environment/lib/a.yaml', 'two')
    write('z/b.yaml', 'two')
    expect(await next(2)).toEqual(['touched', 'settled z/b.yaml'])
    expect(watcher.size).toBe(1)
  })

  test('the same content is no change', async () => {
    const { write, next, watcher } = watchFolder({
      ...eventsOnly(),
      include: ['*.yaml'],
      files: { 'a.yaml': 'one' },
    })
    await watcher.ready
    write('a.yaml', 'one')
    expect(await next(2)).toEqual(['touched', 'unchanged'])
  })
})

test('--reload-exclude names files that are no reason, loaded or not', async () => {
  const { write, loaded, next, watcher } = watchFolder({
    exclude: ['generated/'],
    files: { 'generated/a.py': 'one', 'b.py': 'one' },
  })
  loaded('generated/a.py')
  loaded('b.py')
  expect(watcher.size).toBe(1)
  write('generated/a.py', 'two')
  write('b.py', 'two')
  expect(await next(2)).toEqual(['touched', 'settled b.py'])
})

test('a file that is written all the time is passed over until it is still', async () => {
  const { write, loaded, next } = watchFolder()
  write('a.py', '0')
  write('b.py', 'one')
  loaded('a.py')
  loaded('b.py')
  let number = 0
  const writing = setInterval(() => write('a.py', String(++number)), 4)
  try {
    expect(await next(3)).toEqual(['touched', 'restless a.py', 'unchanged'])
    write('b.py', 'two')
    expect((await next(5)).slice(3)).toEqual(['touched', 'settled b.py'])
  } finally {
    clearInterval(writing)
  }
  expect((await next(7)).slice(5)).toEqual(['touched', 'settled a.py'])
})

test('what was loaded between two saves is a change, unless it is what is there', async () => {
  const { path, write, loaded, next, watcher } = watchFolder()
  write('a.py', 'one')
  loaded('a.py')
  const hash = (text: string) => createHash('sha1').update(text).digest('base64')
  watcher.add([[path('a.py'), 1_000_000_000, hash('one')]])
  expect(await next(2)).toEqual(['touched', 'unchanged'])
  watcher.add([[path('a.py'), 1_000_000_000, hash('between')]])
  expect((await next(4)).slice(2)).toEqual(['touched', 'settled a.py'])
  watcher.add([[path('a.py'), 1_000_000_000]])
  expect((await next(6)).slice(4)).toEqual(['touched', 'settled a.py'])
})

test('a folder that cannot be looked at, or leads to itself, ends nothing', async () => {
  const { folder, path, write, loaded, next } = watchFolder()
  write('r1/a.py', 'one')
  write('b.py', 'one')
  symlinkSync('r1', path('current'))
  loaded('current/a.py')
  loaded('b.py')
  rmSync(path('current'))
  symlinkSync('current', join(folder, 'current'))
  const seen = await next(2)
  expect(seen).toEqual(['touched', 'settled current/a.py'])
  write('b.py', 'two')
  expect((await next(4)).slice(2)).toEqual(['touched', 'settled b.py'])
})

test('a folder that is made anew at once is watched anew', async () => {
  const { path, write, loaded, next } = watchFolder(eventsOnly())
  write('pkg/a.py', 'one')
  loaded('pkg/a.py')
  rmSync(path('pkg'), { recursive: true })
  mkdirSync(path('pkg'))
  write('pkg/a.py', 'one and more')
  expect(await next(2)).toEqual(['touched', 'settled pkg/a.py'])
  write('pkg/a.py', 'two')
  expect((await next(4)).slice(2)).toEqual(['touched', 'settled pkg/a.py'])
})
