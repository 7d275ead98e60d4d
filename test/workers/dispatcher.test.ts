import { describe, expect, test } from 'vitest'
import {
  Dispatcher,
  type Job,
  type Pool,
  type RefusalReason,
} from '../../src/workers/dispatcher.js'

/** A worker of so many threads. */
class TestPool implements Pool {
  busy = 0
  constructor(
    readonly name: string,
    readonly threads: number,
  ) {}
  get free() {
    return this.threads - this.busy
  }
  send() {
    this.busy++
  }
}

function pool(name: string, threads: number) {
  return new TestPool(name, threads)
}

class TestJob implements Job {
  ran: string | null = null
  refused: RefusalReason | null = null
  stillWanted = true
  wanted() {
    return this.stillWanted
  }
  start(pool: Pool) {
    this.ran = (pool as TestPool).name
    ;(pool as TestPool).send()
  }
  refuse(why: RefusalReason) {
    this.refused = why
  }
}

function finish(dispatcher: Dispatcher, worker: TestPool) {
  worker.busy--
  dispatcher.pump()
}

describe('Dispatcher', () => {
  test('submit() takes the worker with the fewest busy threads', () => {
    const dispatcher = new Dispatcher()
    dispatcher.add(pool('a', 2))
    dispatcher.add(pool('b', 2))
    const jobs = [1, 2, 3, 4].map(() => new TestJob())
    for (const job of jobs) dispatcher.submit(job)
    expect(jobs.map(job => job.ran)).toEqual(['a', 'b', 'a', 'b'])
  })

  test('submit() queues when all threads are busy, first come, first served', () => {
    const dispatcher = new Dispatcher()
    const worker = pool('a', 1)
    dispatcher.add(worker)
    const jobs = [1, 2, 3].map(() => new TestJob())
    for (const job of jobs) dispatcher.submit(job)
    expect(jobs.map(job => job.ran)).toEqual(['a', null, null])
    expect(dispatcher.waiting).toBe(2)
    finish(dispatcher, worker)
    expect(jobs.map(job => job.ran)).toEqual(['a', 'a', null])
  })

  test('pump() passes over requests that are not wanted any more', () => {
    const dispatcher = new Dispatcher()
    const gone = new TestJob()
    const next = new TestJob()
    dispatcher.submit(gone)
    dispatcher.submit(next)
    gone.stillWanted = false
    dispatcher.add(pool('a', 1))
    expect([gone.ran, next.ran]).toEqual([null, 'a'])
  })

  test('remove() leaves requests waiting until another worker comes', () => {
    const dispatcher = new Dispatcher()
    const old = pool('a', 1)
    dispatcher.add(old)
    dispatcher.remove(old)
    const job = new TestJob()
    dispatcher.submit(job)
    expect(job.ran).toBeNull()
    dispatcher.add(pool('b', 1))
    expect(job.ran).toBe('b')
  })

  test('withdraw() takes a waiting request back, once', () => {
    const dispatcher = new Dispatcher()
    const job = new TestJob()
    dispatcher.submit(job)
    expect(dispatcher.withdraw(job)).toBe(true)
    expect(dispatcher.withdraw(job)).toBe(false)
    dispatcher.add(pool('a', 1))
    expect(job.ran).toBeNull()
  })

  test('refuseAll() refuses what waits and what comes, until acceptAgain()', () => {
    const dispatcher = new Dispatcher()
    const waiting = new TestJob()
    dispatcher.submit(waiting)
    dispatcher.refuseAll('not-loadable')
    const later = new TestJob()
    dispatcher.submit(later)
    expect([waiting.refused, later.refused]).toEqual(['not-loadable', 'not-loadable'])
    dispatcher.acceptAgain()
    const after = new TestJob()
    dispatcher.submit(after)
    expect(after.refused).toBeNull()
    expect(dispatcher.waiting).toBe(1)
  })

  test('the queue keeps its order over many thousand requests', () => {
    const dispatcher = new Dispatcher()
    const order: number[] = []
    for (let at = 0; at < 5000; at++) {
      const job = new TestJob()
      job.start = pool => {
        order.push(at)
        ;(pool as TestPool).send()
      }
      dispatcher.submit(job)
    }
    const worker = pool('a', 1)
    dispatcher.add(worker)
    while (dispatcher.waiting > 0) finish(dispatcher, worker)
    expect(order).toEqual(Array.from({ length: 5000 }, (_, at) => at))
  })
})
