import { describe, expect, test } from 'vitest'
import { FirstStart } from '../../src/supervisor/first-start.js'
import { TurnedClock } from '../rig/turned-clock.js'

function start(wanted: number, cores: number) {
  const clock = new TurnedClock()
  let overs = 0
  const first = new FirstStart({ wanted, cores, clock, over: () => overs++ })
  return { first, clock, overs: () => overs }
}

const all = Number.POSITIVE_INFINITY

describe('FirstStart', () => {
  test('lets all workers start at once where a template could not be faster', () => {
    for (const [wanted, cores] of [
      [1, 1],
      [3, 1],
      [6, 2],
      [13, 4],
    ] as const) {
      const { first, overs } = start(wanted, cores)
      expect(first.most).toBe(all)
      first.loaded(5)
      first.end()
      expect(overs()).toBe(0)
    }
  })

  test('lets one for each core start, and the others when the template is there', () => {
    const { first, overs } = start(16, 2)
    expect(first.most).toBe(2)
    first.loaded(1)
    expect(first.most).toBe(2)
    first.end()
    expect(first.most).toBe(all)
    first.end()
    expect(overs()).toBe(1)
  })

  test('does not wait for it when the load takes no time, or fails', () => {
    for (const seconds of [0.02, null]) {
      const { first, overs } = start(16, 2)
      first.loaded(seconds)
      expect(first.most).toBe(all)
      expect(overs()).toBe(1)
    }
  })

  test('waits for it no longer than the loads would take', async () => {
    const { first, clock, overs } = start(16, 2)
    first.loaded(1)
    await clock.turn(6999, async () => {})
    expect(overs()).toBe(0)
    await clock.turn(1, async () => {})
    expect(overs()).toBe(1)
  })
})
