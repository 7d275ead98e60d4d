import { expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../../src/base/clock.js'
import { listenForSignals, signalExitCode } from '../../src/supervisor/signals.js'

/** What the signals of a script such as `SIGINT@0 SIGINT@500` (milliseconds) ask for. */
function ordersOf(script: string): string[] {
  let now = 0
  const clock: Clock = { now: () => now, epoch: () => 0, after: () => () => {} }
  const orders: string[] = []
  const stopListening = listenForSignals(
    ({ kind, signal }) => orders.push(`${kind} ${signal}`),
    clock,
  )
  onTestFinished(stopListening)
  for (const step of script.split(' ')) {
    const [signal, at] = step.split('@')
    now = Number(at)
    process.emit(signal as NodeJS.Signals, signal as NodeJS.Signals)
  }
  return orders
}

test('the first INT or TERM stops, the next one quits', () => {
  expect(ordersOf('SIGINT@0 SIGINT@500')).toEqual(['stop SIGINT', 'quit SIGINT'])
  expect(ordersOf('SIGTERM@0 SIGINT@10')).toEqual(['stop SIGTERM', 'quit SIGINT'])
})

test('a Ctrl-C that arrives twice is one', () => {
  expect(ordersOf('SIGINT@0 SIGINT@1')).toEqual(['stop SIGINT'])
})

test('QUIT quits at once, HUP brings new workers', () => {
  expect(ordersOf('SIGHUP@0 SIGQUIT@1')).toEqual(['restart SIGHUP', 'quit SIGQUIT'])
})

test('the others say what they are for', () => {
  expect(ordersOf('SIGWINCH@0 SIGUSR2@0 SIGTTIN@0 SIGTTOU@0 SIGUSR1@0')).toEqual([
    'finish SIGWINCH',
    'stacks SIGUSR2',
    'more SIGTTIN',
    'fewer SIGTTOU',
    'nothing SIGUSR1',
  ])
})

test('exit codes are those of shells', () => {
  expect((['SIGINT', 'SIGQUIT', 'SIGTERM'] as const).map(signalExitCode)).toEqual([130, 131, 143])
})
