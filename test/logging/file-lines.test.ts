import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FileLines } from '../../src/logging/file-lines.js'

function open(path: string): number {
  const descriptor = openSync(path, 'a')
  onTestFinished(() => closeSync(descriptor))
  return descriptor
}

// A device on which no byte fits, as on a full disk.
test.runIf(process.platform === 'linux')(
  'FileLines tells once what is lost, and at the end how much',
  () => {
    const told: string[] = []
    const lines = new FileLines('/logs/error_log', text => void told.push(text))
    const full = open('/dev/full')
    lines.write(full, 'a\n')
    lines.write(full, 'b\nc\n')
    expect(told).toEqual([
      'modwsgi-dev: the log /logs/error_log cannot be written (ENOSPC: no space left on device, write): its lines are lost until it can\n',
    ])
    lines.end()
    expect(told[1]).toBe('modwsgi-dev: the log /logs/error_log lacks 3 lines\n')
  },
)

test('FileLines goes on when there is room again, and says nothing where nothing is lost', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-dev-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const told: string[] = []
  const path = join(folder, 'log')
  const lines = new FileLines(path, text => void told.push(text))
  lines.write(open(path), 'a\n')
  lines.end()
  expect([readFileSync(path, 'utf8'), told]).toEqual(['a\n', []])
})

test('FileLines begins a new line after one of which only a part had room', () => {
  const rooms = [3, 0, 100]
  const disk: string[] = []
  const lines = new FileLines(
    'log',
    () => {},
    (_descriptor, text) => {
      const written = Math.min(rooms.shift()!, text.length)
      disk.push(text.slice(0, written))
      return { written, error: written < text.length ? new Error('ENOSPC') : null }
    },
  )
  for (const line of ['first\n', 'second\n', 'third\n']) lines.write(1, line)
  expect(disk.join('')).toBe('fir\nthird\n')
})
