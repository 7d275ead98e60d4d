import { expect, test } from 'vitest'
import { cpuTimes } from '../../src/supervisor/cpu-times.js'

test.runIf(process.platform === 'linux')(
  'cpuTimes() agrees with what a process knows of itself',
  () => {
    const before = process.cpuUsage()
    const { user, system } = cpuTimes(process.pid)
    const after = process.cpuUsage()
    const tick = 0.011
    const sum = user + system
    expect(sum).toBeGreaterThanOrEqual((before.user + before.system) / 1e6 - 2 * tick)
    expect(sum).toBeLessThanOrEqual((after.user + after.system) / 1e6 + 2 * tick)
  },
)

test('cpuTimes() of nobody are none', () => {
  expect(cpuTimes(undefined)).toEqual({ user: 0, system: 0 })
})
