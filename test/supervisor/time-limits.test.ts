import { describe, expect, test } from 'vitest'
import {
  judge,
  longestRequest,
  nextLook,
  secondsToEnd,
  type WorkerFacts,
} from '../../src/supervisor/time-limits.js'
import { noLimits } from '../rig/no-limits.js'

const idle: WorkerFacts = { started: 0, active: null, unloaded: null, asked: null, running: [] }

const since = (...times: number[]) =>
  times.map((time, at) => ({ number: at + 1, since: time, interrupted: null }))

describe('judge()', () => {
  test('has nothing against a worker without limits', () => {
    const facts = { ...idle, active: 0, unloaded: 0, asked: 0, running: since(0) }
    expect(judge(noLimits, facts, 1e9)).toEqual([])
  })

  test('replaces a worker whose request runs too long, which nobody waits for', () => {
    const limits = { ...noLimits, request: 10 }
    const facts = { ...idle, running: since(0) }
    expect(judge(limits, facts, 10_000)).toEqual([])
    expect(judge(limits, facts, 10_001)).toEqual([
      { kind: 'replace', cause: 'request_timeout', seconds: 5 },
    ])
  })

  test('waits for the other requests of such a worker', () => {
    const facts = { ...idle, running: since(0, 9_000) }
    expect(judge({ ...noLimits, request: 10 }, facts, 10_001)).toEqual([
      { kind: 'replace', cause: 'request_timeout', seconds: 20 },
    ])
  })

  test('gives requests of several threads longer: 1 + ln(threads)', () => {
    expect(longestRequest({ ...noLimits, request: 60, threads: 5 })).toBeCloseTo(156_566, -1)
    expect(longestRequest({ ...noLimits, request: 60 })).toBe(60_000)
  })

  test('interrupts every request that runs too long, once', () => {
    const limits = { ...noLimits, request: 10, interrupt: 2 }
    const facts = { ...idle, running: since(0, 0, 9_000) }
    expect(judge(limits, facts, 10_001)).toEqual([
      { kind: 'interrupt', number: 1 },
      { kind: 'interrupt', number: 2 },
    ])
    const interrupted = { ...idle, running: [{ number: 1, since: 0, interrupted: 10_001 }] }
    expect(judge(limits, interrupted, 12_001)).toEqual([])
    expect(judge(limits, interrupted, 12_002)).toEqual([
      { kind: 'replace', cause: 'request_timeout', seconds: 5 },
    ])
  })

  test.each([
    ['startup_timeout', { startup: 10 }, { unloaded: 1000 }],
    ['restart_interval', { restart: 10 }, { started: 1000 }],
    ['deadlock_timeout', { deadlock: 10 }, { asked: 1000, running: since(0) }],
    ['inactivity_timeout', { inactivity: 10 }, { active: 1000 }],
  ])('replaces for %s', (cause, limits, facts) => {
    expect(judge({ ...noLimits, ...limits }, { ...idle, ...facts }, 10_999)).toEqual([])
    expect(judge({ ...noLimits, ...limits }, { ...idle, ...facts }, 11_000)).toMatchObject([
      { kind: 'replace', cause, seconds: 5 },
    ])
  })

  test('a worker with a request is not inactive', () => {
    const facts = { ...idle, active: 0, running: since(0) }
    expect(judge({ ...noLimits, inactivity: 10 }, facts, 20_000)).toEqual([])
  })
})

describe('secondsToEnd()', () => {
  test.each([
    ['graceful_signal', {}, 20],
    ['graceful_signal', { graceful: 0 }, Number.POSITIVE_INFINITY],
    ['restart_interval', { graceful: 0 }, Number.POSITIVE_INFINITY],
    ['request_timeout', { graceful: 0 }, 5],
    ['eviction_signal', { eviction: 3 }, 8],
    ['maximum_requests', {}, 20],
    ['shutdown_signal', {}, 5],
    ['script_reload', {}, 5],
  ])('%s %j: %d', (cause, limits, seconds) => {
    expect(secondsToEnd(cause, { ...noLimits, ...limits }, since(0), 1000)).toBe(seconds)
    expect(secondsToEnd(cause, { ...noLimits, ...limits }, [], 1000)).toBe(5)
  })
})

describe('nextLook()', () => {
  test('is the first limit that an idle worker can reach', () => {
    const limits = { ...noLimits, restart: 60, inactivity: 10 }
    expect(nextLook(noLimits, idle, 0)).toBeNull()
    expect(nextLook(limits, idle, 20_000)).toBe(40_000)
    expect(nextLook(limits, { ...idle, active: 19_000 }, 20_000)).toBe(9_000)
    expect(nextLook(limits, idle, 70_000)).toBe(0)
  })
})
