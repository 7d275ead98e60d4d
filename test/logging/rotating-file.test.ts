import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { rotatedName, rotatingFileSink } from '../../src/logging/rotating-file.js'

test('rotatedName() has the time in UTC', () => {
  expect(rotatedName('log', Date.UTC(2026, 10, 21, 9, 8, 7))).toBe('log.2026-11-21-09_08_07')
})

test('rotatingFileSink() begins a file once the present one has passed the limit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-dev-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  let now = Date.UTC(2026, 0, 1)
  const sink = rotatingFileSink(join(folder, 'log'), 10, () => now)
  sink.write('0123456789\n')
  // Within the same second the name is the same.
  sink.write('a\n')
  now += 1000
  sink.write('b\n')
  sink.write('c\n')
  sink.close()
  const texts = readdirSync(folder)
    .sort()
    .map(name => readFileSync(join(folder, name), 'utf8'))
  expect(texts).toEqual(['0123456789\na\n', 'b\nc\n'])
})
