import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/base/clock.js'
import { SourceWatcher } from '../../src/watch/watcher.js'

/** A watcher over a folder of its own, and what it told. */
function watchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  const told: string[] = []
  const waiting = new Set<() => void>()
  const tell = (fact: string) => {
    told.push(fact)
    for (const wake of [...waiting]) wake()
  }
  const names = (files: readonly string[]) =>
    files.map(file => file.slice(folder.length + 1)).join(' ')
  const watcher = new SourceWatcher(
    {
      touched: () => tell('touched'),
      settled: files => tell(`settled ${names(files)}`),
      unchanged: () => tell('unchanged'),
      failed: reason => tell(`failed ${reason}`),
    },
    systemClock,
  )
  onTestFinished(async () => {
    await watcher.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const path = (name: string) => join(folder, name)
  const write = (name: string, text: string) => writeFileSync(path(name), text)
  const next = async (count: number) => {
    while (told.length < count) {
      await new Promise<void>(resolve => {
        const wake = () => {
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
      })
    }
    return told.slice(0, count)
  }
  /** As a worker reports a file that it has loaded just now. */
  const loaded = (name: string) =>
    watcher.add([[path(name), Number(statSync(path(name), { bigint: true }).mtimeNs)]])
  return { folder, path, write, next, told, watcher, loaded }
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
