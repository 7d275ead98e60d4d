import { expect, test } from 'vitest'
import { createRestartBudget } from '../../src/supervisor/restart-budget.js'

test('startFailed() waits longer each time and is spent with the last attempt', () => {
  const budget = createRestartBudget(4)
  expect([1, 2, 3].map(() => budget.startFailed())).toEqual([
    { kind: 'again', afterMilliseconds: 100 },
    { kind: 'again', afterMilliseconds: 200 },
    { kind: 'again', afterMilliseconds: 400 },
  ])
  expect(budget.startFailed()).toEqual({ kind: 'spent', attempts: 4 })
})

test('reset() gives all attempts back', () => {
  const budget = createRestartBudget(2)
  budget.startFailed()
  budget.reset()
  expect(budget.startFailed().kind).toBe('again')
  expect(budget.startFailed().kind).toBe('spent')
})

test('startFailed() never waits longer than two seconds and never gives up without a limit', () => {
  const budget = createRestartBudget(Number.POSITIVE_INFINITY)
  for (let at = 0; at < 50; at++) budget.startFailed()
  expect(budget.startFailed()).toEqual({ kind: 'again', afterMilliseconds: 2000 })
})
