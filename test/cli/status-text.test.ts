import { expect, test } from 'vitest'
import { durationText, statusText } from '../../src/cli/status-text.js'

test.each([
  [-1, '0 s'],
  [0, '0 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [7_384, '2 h 3 min'],
  [86_400, '1 d'],
  [93_784, '1 d 2 h'],
  [86_460, '1 d'],
])('durationText(%d) is %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

test('statusText() tells what is known', () => {
  const stopped = (pid: number, taken: boolean) =>
    ({ kind: 'stopped', stale: { pid, taken } }) as const
  expect(statusText({ kind: 'stopped', stale: null }, 0)).toBe('modwsgi-dev does not run')
  expect(statusText(stopped(7, false), 0)).toBe(
    'modwsgi-dev does not run (the pid file names process 7, which has ended)',
  )
  expect(statusText(stopped(7, true), 0)).toBe(
    'modwsgi-dev does not run (the pid file names process 7, which is another program now)',
  )
  expect(statusText({ kind: 'running', pid: 7, record: null }, 0)).toBe('modwsgi-dev (pid 7) runs')
  const record = {
    pid: 7,
    start: 'x',
    since: 1_000,
    port: 80,
    foreground: false,
    onTerminal: false,
    settings: null,
  }
  expect(statusText({ kind: 'running', pid: 7, record }, 61_000)).toBe(
    'modwsgi-dev (pid 7) runs on port 80, for 1 min',
  )
})
