import { expect, test } from 'vitest'
import { wallTime } from '../../src/base/wall-time.js'

function hands() {
  const time = { steady: 500, wall: 1_000_000 }
  const epoch = wallTime(
    () => time.steady,
    () => Math.floor(time.wall),
    999_500,
  )
  const pass = (milliseconds: number) => {
    time.steady += milliseconds
    time.wall += milliseconds
  }
  return { time, epoch, pass }
}

test('wallTime() counts parts of a millisecond and never goes back by itself', () => {
  const { epoch, pass } = hands()
  const seen = [epoch()]
  for (let count = 0; count < 5000; count++) {
    pass(0.3)
    seen.push(epoch())
  }
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  expect(seen.at(-1)! - seen[0]!).toBeCloseTo(1.5, 6)
})

test.each([3_600_000, -3_600_000, 28_800_000])('wallTime() follows a jump of %i ms', jump => {
  const { time, epoch, pass } = hands()
  epoch()
  pass(10)
  time.wall += jump
  expect(epoch()).toBeCloseTo(1000.01 + jump / 1000, 2)
  pass(10)
  expect(epoch()).toBeCloseTo(1000.02 + jump / 1000, 2)
})

test('wallTime() follows a clock that is slewed, and is never more than a moment ahead of it', () => {
  const { time, epoch } = hands()
  for (let count = 0; count < 20_000; count++) {
    time.steady += 0.3
    time.wall += 0.3 * 0.9995
    const ahead = epoch() * 1000 - time.wall
    if (count > 5000) expect(ahead).toBeLessThan(0.2)
    expect(ahead).toBeGreaterThan(-1)
  }
})
