import { expect, test } from 'vitest'
import { createRestartBudget } from '../../src/supervisor/restart-budget.js'
import { StartGate } from '../../src/supervisor/start-gate.js'
import { HandClock } from '../rig/hand-clock.js'

function gate(attempts: number) {
  const clock = new HandClock()
  const opened: string[] = []
  return {
    clock,
    opened,
    gate: new StartGate(createRestartBudget(attempts), clock, () => void opened.push('opened')),
  }
}

test('after a death one worker alone has to show that it can start', () => {
  const { gate: starts, clock, opened } = gate(5)
  expect(starts.room(0)).toBe(Number.POSITIVE_INFINITY)
  starts.startFailed()
  expect([starts.open, starts.room(0)]).toEqual([false, 0])
  clock.strike()
  expect(opened).toEqual(['opened'])
  expect([starts.room(0), starts.room(1), starts.room(3)]).toEqual([1, 0, 0])
  starts.started()
  expect(starts.room(1)).toBe(Number.POSITIVE_INFINITY)
})

test('deaths side by side wait once, and the last attempt shuts the gate until allow()', () => {
  const { gate: starts, clock } = gate(3)
  expect([starts.startFailed(), starts.startFailed()]).toEqual([null, null])
  expect(clock.orders.length).toBe(1)
  expect(starts.startFailed()).toBe(3)
  clock.strike()
  expect([starts.open, starts.spent]).toEqual([false, true])
  starts.allow()
  expect([starts.open, starts.room(2)]).toEqual([true, Number.POSITIVE_INFINITY])
})

test('what the machine has no room for costs no attempt', () => {
  const { gate: starts, clock } = gate(2)
  const news = [1, 2, 3].map(() => {
    const isNew = starts.startImpossible()
    clock.strike()
    return isNew
  })
  expect(news).toEqual([true, false, false])
  expect([starts.spent, starts.startFailed()]).toEqual([false, null])
})
