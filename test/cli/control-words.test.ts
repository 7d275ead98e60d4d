import { describe, expect, test } from 'vitest'
import { readApachectlWords } from '../../src/cli/control-words.js'

const read = (line: string) => readApachectlWords(line === '' ? [] : line.split(' '))

describe('readApachectlWords()', () => {
  const understood: readonly [line: string, verb: string, foreground: boolean][] = [
    ['start', 'start', false],
    ['start -DFOREGROUND', 'start', true],
    ['start -D FOREGROUND', 'start', true],
    ['start -DNO_DETACH', 'start', true],
    ['-k start', 'start', false],
    ['-k start -DFOREGROUND', 'start', true],
    ['-DFOREGROUND -k start', 'start', true],
    ['-kstart', 'start', false],
    ['-DFOREGROUND', 'start', true],
    ['start -DOTHER', 'start', false],
    ['stop', 'stop', false],
    ['restart', 'restart', false],
    ['-k graceful', 'graceful', false],
    ['graceful-stop', 'graceful-stop', false],
    ['configtest', 'configtest', false],
    ['-t', 'configtest', false],
    ['status', 'status', false],
    ['-k status', 'status', false],
  ]
  test.each(understood)('understands %j', (line, verb, foreground) => {
    expect(read(line)).toEqual({ kind: 'verb', verb, foreground })
  })

  const unknown: readonly [line: string, word: string | null][] = [
    ['', null],
    ['nonsense', 'nonsense'],
    ['-k nonsense', 'nonsense'],
    ['-k', '-k'],
    ['start nonsense', 'nonsense'],
    ['-DOTHER', null],
    ['-X', '-X'],
  ]
  test.each(unknown)('does not know %j', (line, word) => {
    expect(read(line)).toEqual({ kind: 'unknown', word })
  })

  test('is asked for help and version as httpd is', () => {
    expect(read('-h')).toEqual({ kind: 'help' })
    for (const line of ['-v', '-V']) expect(read(line)).toEqual({ kind: 'version' })
  })
})
