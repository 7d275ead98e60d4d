import { mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { watchFolder } from './watched-folder.js'

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
