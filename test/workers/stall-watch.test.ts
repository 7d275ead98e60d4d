import { expect, test } from 'vitest'
import type { Clock } from '../../src/base/clock.js'
import { StallWatch } from '../../src/workers/stall-watch.js'

function watchWith(threads: number) {
  const orders: { wait: number; action: () => void }[] = []
  const clock: Clock = {
    now: () => 0,
    epoch: () => 0,
    after(wait, action) {
      orders.push({ wait, action })
      return () => {}
    },
  }
  let woken = 0
  const watch = new StallWatch(threads, () => woken++, clock)
  return { watch, orders, strike: () => orders.shift()?.action(), woken: () => woken }
}

test('wakes one more thread each time nothing was answered, up to the number of threads', () => {
  const { watch, strike, woken, orders } = watchWith(3)
  watch.given()
  watch.given()
  for (let at = 1; at <= 3; at++) {
    strike()
    expect(woken()).toBe(at)
  }
  expect(orders).toEqual([])
})

test('wakes nobody while answers come', () => {
  const { watch, strike, woken } = watchWith(3)
  for (let round = 0; round < 5; round++) {
    watch.given()
    watch.given()
    watch.answered(1)
    strike()
  }
  expect(woken()).toBe(0)
})

test('looks no more once everything is answered, and again with the next request', () => {
  const { watch, strike, orders, woken } = watchWith(3)
  watch.given()
  watch.answered(1)
  strike()
  expect(orders).toEqual([])
  watch.given()
  expect(orders).toHaveLength(1)
  strike()
  expect(woken()).toBe(1)
})

test('waits longer where answers usually take longer, up to 10 ms', () => {
  const { watch, strike, orders } = watchWith(2)
  for (let at = 0; at < 200; at++) {
    watch.given()
    watch.answered(4)
    strike()
  }
  watch.given()
  expect(orders[0]!.wait).toBeGreaterThan(3)
  expect(orders[0]!.wait).toBeLessThan(5)
})

test('with one thread there is nobody to wake', () => {
  const { watch, orders } = watchWith(1)
  watch.given()
  expect(orders).toEqual([])
})
