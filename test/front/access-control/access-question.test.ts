import { expect, test } from 'vitest'
import { AccessQuestion } from '../../../src/front/access-control/access-question.js'
import type { Verdict } from '../../../src/front/access-control/verdict.js'
import { Dispatcher, type Pool } from '../../../src/workers/dispatcher.js'
import type { Exchange } from '../../../src/workers/exchange.js'
import { HandClock } from '../../rig/hand-clock.js'

/** A process with one thread, which answers when the test says so. */
class Thread implements Pool {
  busy = 0
  exchange: Exchange | null = null
  get free() {
    return 1 - this.busy
  }
  send(_: Buffer, exchange: Exchange) {
    this.busy = 1
    this.exchange = exchange
  }
}

function stage(limit = 1000) {
  const clock = new HandClock()
  const dispatcher = new Dispatcher()
  const hanging: Pool[] = []
  const verdicts: Verdict[] = []
  const reasons: string[] = []
  const state = { gone: false }
  const pool = { dispatcher, hangs: (one: Pool) => void hanging.push(one) }
  const asker = {
    clock,
    limit,
    gone: () => state.gone,
    describe: () => ({ method: 'GET', target: '/', client: 'c', scriptFilename: '/', seconds: 0 }),
    unanswered: (why: string) => void reasons.push(why),
    answer: (verdict: Verdict) => void verdicts.push(verdict),
  }
  const ask = () => new AccessQuestion(pool, asker, 'modwsgi_dev.checks\0host').ask()
  return { clock, dispatcher, hanging, verdicts, reasons, state, ask }
}

const answer = (text: string) => ({
  head: { status: '200 OK', fields: [] },
  bodyComplete: true,
  threadFree: true,
  body: Buffer.from(text),
})

function respond(thread: Thread, text: string) {
  thread.exchange!.responded(answer(text) as unknown as Parameters<Exchange['responded']>[0])
}

test('a question is answered with what the process says, and with nothing that comes later', () => {
  const { dispatcher, verdicts, clock, ask } = stage()
  const thread = new Thread()
  dispatcher.add(thread)
  ask()
  respond(thread, 'forbidden')
  thread.exchange!.ended(0)
  thread.exchange!.lost()
  expect(verdicts).toEqual([{ kind: 'forbidden' }])
  expect(clock.orders).toEqual([])
})

test('a question that nobody takes in time fails, and is not asked any more', () => {
  const { dispatcher, verdicts, reasons, hanging, clock, ask } = stage()
  ask()
  clock.orders[0]!.action()
  expect([verdicts, reasons, hanging]).toEqual([[{ kind: 'failed' }], ['waited'], []])
  const thread = new Thread()
  dispatcher.add(thread)
  expect(thread.exchange).toBeNull()
})

test('a question that is not answered in time fails, and the process is said to hang', () => {
  const { dispatcher, verdicts, reasons, hanging, clock, ask } = stage()
  const thread = new Thread()
  dispatcher.add(thread)
  ask()
  expect(clock.orders.length).toBe(1)
  clock.orders[0]!.action()
  expect([verdicts, reasons, hanging]).toEqual([[{ kind: 'failed' }], ['hangs'], [thread]])
  respond(thread, 'granted\0me')
  expect(verdicts.length).toBe(1)
})

test('a question that no process has begun is put to the next one', () => {
  const { dispatcher, verdicts, ask } = stage()
  const [first, second] = [new Thread(), new Thread()]
  dispatcher.add(first)
  ask()
  dispatcher.remove(first)
  first.exchange!.retry()
  dispatcher.add(second)
  respond(second, 'granted\0me')
  expect(verdicts).toEqual([{ kind: 'granted', user: 'me' }])
})

test('a question whose process died fails', () => {
  const { dispatcher, verdicts, reasons, ask } = stage()
  const thread = new Thread()
  dispatcher.add(thread)
  ask()
  thread.exchange!.lost()
  expect([verdicts, reasons]).toEqual([[{ kind: 'failed' }], ['died']])
})

test('a question of a client that has gone costs no thread', () => {
  const { dispatcher, state, verdicts, clock, ask } = stage()
  ask()
  state.gone = true
  const thread = new Thread()
  dispatcher.add(thread)
  expect([thread.exchange, verdicts, clock.orders]).toEqual([null, [], []])
})

test('a question is refused when the server stops', () => {
  const { dispatcher, verdicts, ask } = stage()
  ask()
  dispatcher.refuseAll('stopping')
  expect(verdicts).toEqual([{ kind: 'stopping' }])
})

test('a limit of 0 is none', () => {
  const { clock, ask } = stage(0)
  ask()
  expect(clock.orders).toEqual([])
})
