import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  controlCommandRows,
  readControlRequest,
  readControlWords,
} from '../../src/settings/control-commands.js'
import { readControlLine } from '../../src/settings/control-line.js'

describe('readControlWords()', () => {
  test.each([
    [['status'], { command: 'status' }],
    [['reopen-logs'], { command: 'reopen-logs' }],
    [['resize', '3'], { command: 'resize', processes: 3 }],
    [['kill-worker', '12'], { command: 'kill-worker', worker: 12 }],
  ])('reads %j', (words, request) => {
    expect(readControlWords(words)).toEqual(request)
    expect(readControlRequest(request)).toEqual(request)
  })

  const all = controlCommandRows.map(({ name }) => name).join(', ')
  test.each([
    [[], `ctl expects a command: ${all}`],
    [['nonsense'], `There is no ctl command "nonsense"; there are ${all}`],
    [['stat'], 'There is no ctl command "stat", did you mean status'],
    [['status', 'x'], 'ctl status takes nothing, got "x" as well'],
    [['resize'], 'ctl resize expects a whole number from 1 to 1000, got nothing'],
    [['resize', '-1'], 'ctl resize expects a whole number from 1 to 1000, got "-1"'],
    [['resize', '0'], 'ctl resize expects a whole number from 1 to 1000, got 0'],
    [['resize', '1001'], 'ctl resize expects a whole number from 1 to 1000, got 1001'],
    [['resize', 'abc'], 'ctl resize expects a whole number from 1 to 1000, got "abc"'],
    [['resize', '1.5'], 'ctl resize expects a whole number from 1 to 1000, got "1.5"'],
    [['resize', '2', '3'], 'ctl resize takes one number, got "3" as well'],
    [['kill-worker', '-1'], 'ctl kill-worker expects a whole number from 1 to 1000, got "-1"'],
  ])('refuses %j in one sentence', (words, sentence) => {
    expect(() => readControlWords(words)).toThrow(
      expect.objectContaining({ message: sentence, code: 2 }),
    )
  })
})

test('readControlRequest() passes over fields that it does not know', () => {
  expect(readControlRequest({ command: 'stop', worker: 'x' })).toEqual({ command: 'stop' })
})

test('docs/control.md names every command', () => {
  const page = readFileSync(new URL('../../docs/control.md', import.meta.url), 'utf8')
  for (const { name, argument } of controlCommandRows) {
    expect(page).toContain(argument ? `| \`${name} ${argument.metavar}\` |` : `| \`${name}\` |`)
  }
})

test('readControlLine() takes a number below zero for a word of the command, and says what is expected', () => {
  expect(() => readControlLine(['resize', '-1', '--port', '80'], '/')).toThrow(
    'ctl resize expects a whole number from 1 to 1000, got "-1"',
  )
  expect(() => readControlLine(['status', '-x'], '/')).toThrow('There is no option -x')
})
