import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BegunFile } from '../../src/workers/begun-file.js'

function make(threads: number) {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  const path = join(folder, 'begun-1')
  const file = new BegunFile(path, threads)
  onTestFinished(() => {
    file.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, path, file }
}

test('BegunFile tells the number in the slot of each thread', () => {
  const { path, file } = make(3)
  expect(file.numbers()).toEqual(new Set([0]))
  writeFileSync(path, Buffer.from('000000070000010000000000', 'hex'), { flag: 'r+' })
  expect(file.numbers()).toEqual(new Set([7, 256, 0]))
})

test('numbers() of a worker without threads are none', () => {
  expect(make(0).file.numbers()).toEqual(new Set())
})

test('BegunFile cannot be made where there is no folder', () => {
  expect(() => new BegunFile('/no/such/folder/begun-1', 1)).toThrow('ENOENT')
})

test('BegunFile can be read when its folder is gone', () => {
  const { folder, path, file } = make(1)
  writeFileSync(path, Buffer.from('00000007', 'hex'), { flag: 'r+' })
  rmSync(folder, { recursive: true })
  expect(file.numbers()).toEqual(new Set([7]))
})

test('remove() leaves nothing behind, and nothing is known any more', () => {
  const { path, file } = make(1)
  file.remove()
  expect(existsSync(path)).toBe(false)
  expect(file.numbers()).toBeNull()
})
