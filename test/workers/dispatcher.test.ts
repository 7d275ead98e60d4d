import { describe, expect, test } from 'vitest'
import { Dispatcher, type Job, type Pool, type RefusalReason } from '../../src/workers/dispatcher.js'
import type { RequestConnection } from '../../src/workers/request-connection.js'

/** A worker of so many threads whose connections are just names. */
function pool(name: string, threads: number): Pool & { requests: number } {
  const idle = Array.from({ length: threads }, (_, at) => `${name}${at + 1}`)
  return {
    idle: idle as unknown as RequestConnection[],
    busy: 0,
    requests: 0,
    given() {
      this.requests++
    },
  }
}

class TestJob implements Job {
  ran: string | null = null
  refused: RefusalReason | null = null
  stillWanted = true
  wanted() {
    return this.stillWanted
  }
  start(connection: RequestConnection) {
    this.ran = connection as unknown as string
  }
  refuse(why: RefusalReason) {
    this.refused = why
  }
}

function finish(dispatcher: Dispatcher, worker: Pool, connection: string) {
  worker.busy--
  worker.idle.push(connection as unknown as RequestConnection)
  dispatcher.pump()
}

describe('Dispatcher', () => {
  test('submit() takes the worker with the fewest busy threads', () => {
    const dispatcher = new Dispatcher()
    dispatcher.add(pool('a', 2))
    dispatcher.add(pool('b', 2))
    const jobs = [1, 2, 3, 4].map(() => new TestJob())
    for (const job of jobs) dispatcher.submit(job)
    expect(jobs.map(job => job.ran?.[0])).toEqual(['a', 'b', 'a', 'b'])
  })

  test('submit() takes the thread that became idle last', () => {
    const dispatcher = new Dispatcher()
    const worker = pool('a', 3)
    dispatcher.add(worker)
    const first = new TestJob()
    dispatcher.submit(first)
    finish(dispatcher, worker, first.ran!)
    const second = new TestJob()
    dispatcher.submit(second)
    expect(second.ran).toBe(first.ran)
  })

  test('submit() queues when all threads are busy, first come, first served', () => {
    const dispatcher = new Dispatcher()
    const worker = pool('a', 1)
    dispatcher.add(worker)
    const jobs = [1, 2, 3].map(() => new TestJob())
    for (const job of jobs) dispatcher.submit(job)
    expect(jobs.map(job => job.ran)).toEqual(['a1', null, null])
    expect(dispatcher.waiting).toBe(2)
    finish(dispatcher, worker, 'a1')
    expect(jobs.map(job => job.ran)).toEqual(['a1', 'a1', null])
  })

  test('pump() passes over requests that are not wanted any more', () => {
    const dispatcher = new Dispatcher()
    const gone = new TestJob()
    const next = new TestJob()
    dispatcher.submit(gone)
    dispatcher.submit(next)
    gone.stillWanted = false
    dispatcher.add(pool('a', 1))
    expect([gone.ran, next.ran]).toEqual([null, 'a1'])
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
    expect(job.ran).toBe('b1')
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
      job.start = () => order.push(at)
      dispatcher.submit(job)
    }
    const worker = pool('a', 1)
    dispatcher.add(worker)
    while (dispatcher.waiting > 0) finish(dispatcher, worker, 'a1')
    expect(order).toEqual(Array.from({ length: 5000 }, (_, at) => at))
  })
})
