import { existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BegunFile } from '../../src/workers/begun-file.js'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'modwsgi-begun-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** What a worker does: each of its threads notes a number in its place. */
function note(descriptor: number, thread: number, number: number): void {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  writeSync(descriptor, bytes, 0, 4, 4 * (thread - 1))
}

test('highest() is the highest number of all threads, and removes the file', () => {
  const file = new BegunFile(join(folder(), 'begun-1'), 3)
  const worker = openSync(file.path, 'r+')
  note(worker, 1, 70_000)
  note(worker, 3, 12)
  expect(file.highest()).toBe(70_000)
  expect(existsSync(file.path)).toBe(false)
})

test('highest() is known after the folder was removed', () => {
  const path = folder()
  const file = new BegunFile(join(path, 'begun-1'), 2)
  const worker = openSync(file.path, 'r+')
  rmSync(path, { recursive: true })
  note(worker, 2, 5)
  expect(file.highest()).toBe(5)
})

test('highest() is 0 before anything was begun, and for a worker without threads', () => {
  const path = folder()
  expect(new BegunFile(join(path, 'begun-1'), 2).highest()).toBe(0)
  expect(new BegunFile(join(path, 'begun-2'), 0).highest()).toBe(0)
})

test('a file that cannot be made means that anything may have been begun', () => {
  expect(new BegunFile(join(folder(), 'missing', 'begun-1'), 2).highest()).toBe(Infinity)
})
