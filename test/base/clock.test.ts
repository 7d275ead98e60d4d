import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.js'

afterEach(() => void vi.useRealTimers())

test('systemClock.after() takes times that no timer of Node can wait for very long ones', () => {
  vi.useFakeTimers()
  const set = vi.spyOn(globalThis, 'setTimeout')
  const action = vi.fn()
  systemClock.after(2_147_483_647_000, action)
  expect(set.mock.calls[0]?.[1]).toBe(2_147_483_647)
  vi.advanceTimersByTime(24 * 86_400_000)
  expect(action).not.toHaveBeenCalled()
})
