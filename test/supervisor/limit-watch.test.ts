import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/base/clock.js'
import { LimitWatch, type WatchOptions } from '../../src/supervisor/limit-watch.js'
import type { RunningFact, TimeLimits, Verdict } from '../../src/supervisor/time-limits.js'
import type { Exchange } from '../../src/workers/exchange.js'

/** A clock that is turned by hand. */
class TurnedClock implements Clock {
  #time = 0
  readonly orders: { at: number; action: () => void }[] = []
  now = () => this.#time
  epoch = () => this.#time / 1000
  after(milliseconds: number, action: () => void) {
    const order = { at: this.#time + milliseconds, action }
    this.orders.push(order)
    return () => {
      const at = this.orders.indexOf(order)
      if (at >= 0) this.orders.splice(at, 1)
    }
  }
  /** Lets time pass, with what was ordered for it. */
  turn(milliseconds: number) {
    const end = this.#time + milliseconds
    for (;;) {
      const next = this.orders.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.orders.splice(this.orders.indexOf(next), 1)
      this.#time = Math.max(this.#time, next.at)
      next.action()
    }
    this.#time = end
  }
  /** Time passes in which nothing can run. */
  sleep(milliseconds: number) {
    this.#time += milliseconds
  }
}

const exchange = (target = '/x') => ({ describe: () => ({ target }) }) as unknown as Exchange

function watched(limits: Partial<TimeLimits>, options: Partial<WatchOptions> = {}) {
  const clock = new TurnedClock()
  const seen: (string | Verdict)[] = []
  const running: RunningFact[] = []
  const worker = {
    serving: true,
    bytes: 0,
    running: () => running,
    ask: () => void seen.push('asked'),
    judged(verdict: Verdict) {
      seen.push(verdict)
      if (verdict.kind === 'replace') worker.serving = false
    },
    hopeless: () => void seen.push('hopeless'),
    memory: () => worker.bytes,
    tooLarge: (bytes: number) => void seen.push(`too large: ${bytes}`),
  }
  const all = { request: 0, interrupt: 0, restart: 0, inactivity: 0, startup: 0, deadlock: 0 }
  const times = { ...all, graceful: 15, eviction: 0, shutdown: 5, threads: 1, ...limits }
  const watch = new LimitWatch(worker, {
    limits: times,
    counts: () => true,
    memory: 0,
    clock,
    ...options,
  })
  const give = (target?: string) => {
    running.push({ number: running.length + 1, since: clock.now(), interrupted: null })
    watch.given(exchange(target))
  }
  const finish = (target?: string) => {
    running.shift()
    watch.freed(exchange(target))
  }
  return { clock, seen, worker, watch, give, finish }
}

const replaced = (cause: string) => expect.objectContaining({ kind: 'replace', cause })

describe('LimitWatch', () => {
  test('leaves an idle worker alone', () => {
    const { clock, seen, give, finish } = watched({ request: 10, deadlock: 10 })
    give()
    finish()
    clock.turn(5000)
    expect(clock.orders).toEqual([])
    expect(seen).toEqual([])
  })

  test('sees a request that runs too long', () => {
    const { clock, seen, give } = watched({ request: 10 })
    give()
    clock.turn(10_000)
    expect(seen).toEqual([])
    clock.turn(1001)
    expect(seen).toEqual([replaced('request_timeout')])
  })

  test('asks a worker that does not move whether Python runs in it, and not again before it answers', () => {
    const { clock, seen, watch, give } = watched({ deadlock: 10 })
    give()
    clock.turn(5000)
    expect(seen).toEqual(['asked'])
    watch.answered()
    clock.turn(3000)
    expect(seen).toEqual(['asked', 'asked'])
    clock.turn(10_000)
    expect(seen).toEqual(['asked', 'asked', replaced('deadlock_timeout')])
  })

  test('does not ask a worker that answers requests', () => {
    const { clock, seen, give, finish } = watched({ deadlock: 10 })
    for (let count = 0; count < 10; count++) {
      give()
      clock.turn(600)
      finish()
    }
    expect(seen).toEqual([])
  })

  test('judges nobody by a time in which this process was stopped', () => {
    const { clock, seen, give } = watched({ request: 60, deadlock: 10 })
    give()
    clock.turn(2000)
    clock.sleep(100_000)
    clock.turn(0)
    expect(seen).toEqual(['asked'])
    clock.turn(1000)
    expect(seen).toEqual(['asked', replaced('request_timeout'), 'asked'])
  })

  test('replaces a worker that had no request for too long, but not one that never had any', () => {
    const { clock, seen, give, finish } = watched({ inactivity: 10 })
    clock.turn(60_000)
    expect(seen).toEqual([])
    give()
    clock.turn(20_000)
    finish()
    clock.turn(9_000)
    expect(seen).toEqual([])
    clock.turn(3_000)
    expect(seen[0]).toEqual(replaced('inactivity_timeout'))
  })

  test('takes no notice of requests that do not count', () => {
    const counts = (target: string) => target !== '/health'
    const { clock, seen, give, finish } = watched({ inactivity: 10 }, { counts })
    give()
    finish()
    for (let count = 0; count < 12; count++) {
      give('/health')
      finish('/health')
      clock.turn(1000)
    }
    expect(seen[0]).toEqual(replaced('inactivity_timeout'))
  })

  test('counts the time of --startup-timeout from the first request that finds no application', () => {
    const { clock, seen, watch, give, finish } = watched({ startup: 10 })
    watch.loadTried(false)
    clock.turn(60_000)
    give()
    finish()
    clock.turn(8_000)
    expect(seen).toEqual([])
    clock.turn(3_000)
    expect(seen[0]).toEqual(replaced('startup_timeout'))
  })

  test('says when nothing is worth waiting for in a worker that is to end', () => {
    const { clock, seen, worker, give } = watched({ request: 10 })
    give()
    worker.serving = false
    clock.turn(10_000)
    expect(seen).toEqual([])
    clock.turn(2000)
    expect(seen).toContain('hopeless')
  })

  test('weighs a worker that works', () => {
    const { clock, seen, worker, give } = watched({}, { memory: 1000 })
    worker.bytes = 1001
    clock.turn(5000)
    expect(seen).toEqual([])
    give()
    clock.turn(1000)
    expect(seen).toEqual(['too large: 1001'])
  })
})
