import { describe, expect, onTestFinished, test } from 'vitest'
import type { LogEvent } from '../../src/logging/events.js'
import { Fleet } from '../../src/supervisor/fleet.js'
import type { FleetOptions } from '../../src/supervisor/fleet-options.js'
import { createRestartBudget } from '../../src/supervisor/restart-budget.js'
import { openChannel } from '../../src/workers/channel.js'
import {
  Dispatcher,
  type Job,
  type Pool,
  type RefusalReason,
} from '../../src/workers/dispatcher.js'
import type { Exchange } from '../../src/workers/exchange.js'
import { type EndOutcome, encodeRequest, type ResponseFrame } from '../../src/workers/protocol.js'
import type { ThreadConnection } from '../../src/workers/thread-connection.js'
import { HandClock } from '../rig/hand-clock.js'
import { noLimits } from '../rig/no-limits.js'
import { type Puppet, type PuppetEvent, PuppetStage } from '../rig/puppet-stage.js'

/** A request that notes what becomes of it. */
class TestRequest implements Job, Exchange {
  readonly seen: string[] = []
  #wake: () => void = () => {}
  #connection: ThreadConnection | null = null
  constructor(
    readonly dispatcher: Dispatcher,
    /** It stops reading once it has the head of the response. */
    readonly slow = false,
  ) {}
  wanted() {
    return true
  }
  start(pool: Pool) {
    pool.send(encodeRequest('REQUEST_METHOD\0GET', 0), this)
    this.#note('started')
  }
  describe() {
    const client = '127.0.0.1:4000'
    return { method: 'GET', target: '/x', client, scriptFilename: '/site/x', seconds: 0 }
  }
  taken(connection: ThreadConnection) {
    this.#connection = connection
  }
  refuse(why: RefusalReason) {
    this.#note(`refused ${why}`)
  }
  accepted() {}
  responded(frame: ResponseFrame) {
    if (this.slow) this.#connection!.pause()
    this.#note(`head ${frame.head[0]}`)
  }
  data() {}
  drained() {}
  ended(outcome: EndOutcome) {
    this.#note(`ended ${outcome}`)
  }
  retry() {
    this.#note('retry')
    this.dispatcher.submit(this)
  }
  lost() {
    this.#note('lost')
  }
  async until(fact: string): Promise<void> {
    while (!this.seen.includes(fact)) await new Promise<void>(resolve => (this.#wake = resolve))
  }
  #note(fact: string) {
    this.seen.push(fact)
    this.#wake()
  }
}

async function openFleet({
  threads = 1,
  ...changes
}: Partial<FleetOptions> & { threads?: number } = {}) {
  const stage = await PuppetStage.open()
  const channel = await openChannel(() => {})
  const dispatcher = new Dispatcher()
  const clock = new HandClock()
  const events: LogEvent[] = []
  const waiting = new Set<() => void>()
  const fleet = new Fleet({
    channel,
    command: stage.command({ threads }),
    script: '/site/app.wsgi',
    vhost: 'localhost:8000',
    dispatcher,
    log: {
      emit: event => {
        events.push(event)
        for (const wake of [...waiting]) wake()
      },
      close: () => {},
    },
    clock,
    budget: createRestartBudget(3),
    processes: 1,
    limits: noLimits,
    memoryLimit: 0,
    countsAsActivity: () => true,
    maximumRequests: 0,
    namesWorkers: true,
    waitsFor: 'a change',
    running: () => [],
    pythonTold: () => {},
    loadTried: () => {},
    renewal: () => {},
    served: () => {},
    startFailed: () => {},
    warmth: null,
    filesLoaded: () => {},
    died: () => true,
    ...changes,
  })
  onTestFinished(async () => {
    fleet.kill()
    await fleet.stop(0)
    channel.close()
  })
  const logged = async (type: LogEvent['type'], count = 1) => {
    while (events.filter(event => event.type === type).length < count) {
      await new Promise<void>(resolve => {
        const wake = () => {
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
      })
    }
    return events.find(event => event.type === type)!
  }
  const submit = (slow = false) => {
    const request = new TestRequest(dispatcher, slow)
    dispatcher.submit(request)
    return request
  }
  return { stage, dispatcher, clock, fleet, events, logged, submit }
}

/** What Node throws where no more files can be opened. */
function noRoom(): Error {
  const error = new Error('EMFILE: too many open files, open')
  return Object.assign(error, { code: 'EMFILE', syscall: 'open' })
}

/** `00000007` for 7: how a payload names its request. */
function numberHex(number: number): string {
  return number.toString(16).padStart(8, '0')
}

/** The puppet answers a request of which it has heard. */
function answer(puppet: Puppet, { number }: PuppetEvent) {
  const ok = Buffer.concat([Buffer.from([3, 0, 0, 0, 6]), Buffer.from('200 OK')]).toString('hex')
  const payloadHex = numberHex(number!) + ok
  puppet.tell({ do: 'frame', on: 'thread1', type: 'response', payloadHex })
}

const heardRequest = (puppet: Puppet) => puppet.heard(event => event.type === 'request')
const heardShutdown = (puppet: Puppet) =>
  puppet.heard(event => event.message?.['type'] === 'shutdown')

/** `SLOT/GENERATION STATE` of each worker. */
function statesOf(fleet: Fleet): string[] {
  return fleet
    .snapshot()
    .map(({ slot, generation, state }) => `${slot}/${generation} ${state}`)
    .sort()
}

describe('Fleet', () => {
  test('start() starts one worker for each place, and requests wait for the first that is ready', async () => {
    const { stage, fleet, submit } = await openFleet({ processes: 3 })
    fleet.start()
    const puppets = [await stage.next(), await stage.next(), await stage.next()]
    expect(new Set(puppets.map(puppet => puppet.pid)).size).toBe(3)
    const request = submit()
    await puppets[1]!.becomeReady(1)
    await request.until('started')
    answer(puppets[1]!, await heardRequest(puppets[1]!))
    await request.until('ended 0')
    expect(request.seen).toEqual(['started', 'head 200 OK', 'ended 0'])
  })

  test('reload() gives new requests to new code only, and lets the old finish', async () => {
    const { stage, fleet, submit } = await openFleet()
    fleet.start()
    const old = await stage.next()
    await old.becomeReady(1)
    const running = submit()
    const oldRequest = await heardRequest(old)
    fleet.reload(['/site/app.py'])
    const later = submit()
    const fresh = await stage.next()
    await fresh.becomeReady(1)
    const newRequest = await heardRequest(fresh)
    answer(fresh, newRequest)
    await later.until('ended 0')
    expect(running.seen).toEqual(['started'])
    answer(old, oldRequest)
    await running.until('ended 0')
    await heardShutdown(old)
  })

  test('a generation is said to answer when all its workers do, not before', async () => {
    const served: number[] = []
    const { stage, fleet, logged } = await openFleet({
      processes: 2,
      served: generation => served.push(generation),
    })
    fleet.start()
    const first = [await stage.next(), await stage.next()]
    await first[0]!.becomeReady(1)
    await logged('workerReady', 1)
    expect(served).toEqual([])
    await first[1]!.becomeReady(1)
    await logged('workerReady', 2)
    expect(served).toEqual([0])
    fleet.reload(['/site/app.py'])
    const fresh = [await stage.next(), await stage.next()]
    await fresh[0]!.becomeReady(1)
    await logged('workerReady', 3)
    expect(served).toEqual([0])
    await fresh[1]!.becomeReady(1, { loaded: false, error: 'E' })
    await logged('reloaded')
    expect(served).toEqual([0, 1])
  })

  test('a generation whose workers die answers once no more are started, and what they printed is told', async () => {
    const served: number[] = []
    const told: [code: number | null, printed: readonly string[]][] = []
    const { stage, fleet, clock, logged } = await openFleet({
      budget: createRestartBudget(2),
      served: generation => served.push(generation),
      startFailed: ({ code }, printed) => told.push([code, printed]),
    })
    fleet.start()
    const first = await stage.next()
    const before = clock.orders.length
    first.tell({ do: 'exit', code: 3 })
    await logged('workerDied')
    expect(served).toEqual([])
    await clock.ordered(before)
    clock.strike()
    const second = await stage.next()
    second.tell({ do: 'exit', code: 4 })
    await logged('restartsSpent')
    expect(new Set(served)).toEqual(new Set([0]))
    expect(told).toEqual([
      [3, []],
      [4, []],
    ])
  })

  test('reload() while workers start kills them: they have half of the old code', async () => {
    const { stage, fleet, submit, events } = await openFleet()
    fleet.start()
    await stage.next()
    fleet.reload(['/site/app.py'])
    const fresh = await stage.next()
    await fresh.becomeReady(1)
    const request = submit()
    await request.until('started')
    expect(events.filter(event => event.type === 'workerDied')).toEqual([])
  })

  test('hold() keeps requests waiting, release() lets them go on', async () => {
    const { stage, fleet, submit, dispatcher } = await openFleet()
    fleet.start()
    const puppet = await stage.next()
    await puppet.becomeReady(1)
    const first = submit()
    answer(puppet, await heardRequest(puppet))
    await first.until('ended 0')
    fleet.hold()
    const held = submit()
    expect(dispatcher.waiting).toBe(1)
    fleet.release()
    await held.until('started')
  })

  test('a request that a dying worker had not begun is answered by the next', async () => {
    const { stage, fleet, submit } = await openFleet({ threads: 2 })
    fleet.start()
    const old = await stage.next()
    await old.becomeReady(2)
    const begun = submit()
    const waiting = submit()
    const { number } = await heardRequest(old)
    await heardRequest(old)
    old.tell({ do: 'begin', thread: 2, number })
    old.tell({ do: 'exit', code: 7 })
    await begun.until('lost')
    const fresh = await stage.next()
    await fresh.becomeReady(2)
    answer(fresh, await heardRequest(fresh))
    await waiting.until('ended 0')
    expect(waiting.seen).toEqual(['started', 'retry', 'started', 'head 200 OK', 'ended 0'])
  })

  test('a request that a thread had taken and not begun is answered by the next, whatever others began', async () => {
    const { stage, fleet, submit } = await openFleet({ threads: 2 })
    fleet.start()
    const old = await stage.next()
    await old.becomeReady(2)
    const taken = submit()
    const begun = submit()
    await heardRequest(old)
    const { number } = await heardRequest(old)
    old.tell({ do: 'begin', thread: 1, number })
    old.tell({ do: 'exit', code: 7 })
    await begun.until('lost')
    const fresh = await stage.next()
    await fresh.becomeReady(2)
    answer(fresh, await heardRequest(fresh))
    await taken.until('ended 0')
  })

  test('a response that a worker had sent before it died arrives, also at a slow client', async () => {
    const { stage, fleet, submit } = await openFleet()
    fleet.start()
    const puppet = await stage.next()
    await puppet.becomeReady(1)
    const request = submit(true)
    const { number } = await heardRequest(puppet)
    puppet.tell({ do: 'begin', thread: 1, number })
    const head = Buffer.concat([Buffer.from([0, 0, 0, 0, 6]), Buffer.from('200 OK')])
    const numbered = { do: 'frame', on: 'thread1' }
    const payloadHex = numberHex(number!) + head.toString('hex')
    puppet.tell({ ...numbered, type: 'response', payloadHex })
    await request.until('head 200 OK')
    puppet.tell({ ...numbered, type: 'data', payloadHex: '78' })
    puppet.tell({ ...numbered, type: 'end', payloadHex: `${numberHex(number!)}00` })
    puppet.tell({ do: 'exit', code: 7 })
    await request.until('ended 0')
  })

  test('a worker that dies loses only its request and is replaced', async () => {
    const { stage, fleet, submit, logged } = await openFleet()
    fleet.start()
    const puppet = await stage.next()
    await puppet.becomeReady(1)
    const request = submit()
    const { number } = await heardRequest(puppet)
    puppet.tell({ do: 'begin', thread: 1, number })
    puppet.tell({ do: 'exit', code: 7 })
    await request.until('lost')
    expect(await logged('workerDied')).toMatchObject({ slot: 1, code: 7, signal: null })
    await stage.next()
  })

  test('a worker that dies is the last one where nobody wants another', async () => {
    const exits: unknown[] = []
    const { stage, fleet } = await openFleet({
      died: exit => {
        exits.push(exit)
        return false
      },
    })
    fleet.start()
    const puppet = await stage.next()
    await puppet.becomeReady(1)
    puppet.tell({ do: 'exit', code: 7 })
    await expect.poll(() => exits).toEqual([{ code: 7, signal: null }])
    expect(fleet.snapshot()).toEqual([])
  })

  test('a worker that lost a connection while it started is replaced before it takes requests', async () => {
    const { stage, fleet, clock, submit, logged } = await openFleet({ threads: 2 })
    fleet.start()
    const broken = await stage.next()
    await broken.becomeReady(1)
    const request = submit()
    expect(await logged('workerFaulty')).toMatchObject({
      reason: 'not all of its connections have arrived',
    })
    await clock.ordered()
    clock.strike()
    await (await stage.next()).becomeReady(2)
    await request.until('started')
  })

  test('a worker for which there is no room is started when there is, however long that takes', async () => {
    const rooms = [noRoom(), noRoom(), noRoom(), noRoom(), null]
    const channel = await openChannel(() => {})
    const { begunFile } = channel
    const { stage, fleet, clock, events, submit } = await openFleet({
      channel: {
        ...channel,
        begunFile(worker, threads) {
          const error = rooms.shift()
          if (error) throw error
          return begunFile(worker, threads)
        },
      },
    })
    fleet.start()
    const waiting = submit()
    while (rooms.length > 0) {
      await clock.ordered()
      clock.strike()
    }
    await (await stage.next()).becomeReady(1)
    await waiting.until('started')
    const told = events.filter(({ type }) => type !== 'workerReady')
    expect(told).toEqual([{ type: 'startsWait', reason: 'EMFILE: too many open files, open' }])
  })

  test('workers that die while they start spend the budget; reload() gives it back', async () => {
    const { stage, fleet, clock, submit, logged } = await openFleet()
    fleet.start()
    const waiting = submit()
    for (let attempt = 1; attempt <= 3; attempt++) {
      const puppet = await stage.next()
      const before = clock.orders.length
      puppet.tell({ do: 'exit', code: 1 })
      if (attempt === 3) break
      await logged('workerDied')
      await clock.ordered(before)
      clock.strike()
    }
    await waiting.until('refused not-loadable')
    expect(await logged('restartsSpent')).toMatchObject({ attempts: 3, waitsFor: 'a change' })
    expect(submit().seen).toEqual(['refused not-loadable'])
    fleet.reload(['/site/app.py'])
    const later = submit()
    await (await stage.next()).becomeReady(1)
    await later.until('started')
  })

  test('renew() tries again after a crash loop, says so, and settled() tells what became of it', async () => {
    const budget = createRestartBudget(1)
    const { stage, fleet, logged } = await openFleet({ budget })
    fleet.start()
    const first = fleet.settled(null)
    ;(await stage.next()).tell({ do: 'exit', code: 3 })
    expect(await first).toEqual({ kind: 'died', slot: 1, exit: { code: 3, signal: null } })
    await logged('restartsSpent')
    expect(fleet.failing).toBe(true)
    fleet.renew('somebody')
    expect(await logged('restartOrdered')).toMatchObject({ by: 'somebody', again: true })
    expect(fleet.failing).toBe(false)
    const second = fleet.settled(null)
    await (await stage.next()).becomeReady(1)
    expect(await second).toEqual({ kind: 'serving' })
  })

  test('renew() is settled when no worker of before is left, and those of before serve until then', async () => {
    const { stage, fleet, logged } = await openFleet({ processes: 2 })
    fleet.start()
    const pair = [await stage.next(), await stage.next()]
    for (const puppet of pair) await puppet.becomeReady(1)
    await fleet.settled(null)
    fleet.renew('somebody')
    expect(await logged('renewing')).toMatchObject({ cause: 'somebody', generation: 1 })
    const settled = fleet.settled(null).then(() => statesOf(fleet))
    const first = await stage.next()
    expect(statesOf(fleet)).toEqual(['1/0 ready', '1/1 starting', '2/0 ready'])
    await first.becomeReady(1)
    await (await stage.next()).becomeReady(1)
    const serving = (await settled).filter(state => state.endsWith('ready'))
    expect(serving).toEqual(['1/1 ready', '2/1 ready'])
  })

  test.each<[string, (heir: Puppet) => unknown, unknown]>([
    [
      'cannot load the application',
      heir => heir.becomeReady(1, { loaded: false, error: 'ImportError' }),
      { kind: 'unloadable', slot: 1, error: 'ImportError' },
    ],
    [
      'dies while it starts',
      heir => heir.tell({ do: 'exit', code: 3 }),
      { kind: 'died', slot: 1, exit: { code: 3, signal: null } },
    ],
  ])('renew() keeps the workers where the first new one %s', async (_title, fail, why) => {
    const { stage, fleet } = await openFleet()
    fleet.start()
    await (await stage.next()).becomeReady(1)
    await fleet.settled(null)
    const { pid } = fleet.snapshot()[0]!
    fleet.renew('somebody')
    const settled = fleet.settled(null)
    await fail(await stage.next())
    expect(await settled).toEqual({ kind: 'kept', why })
    expect(fleet.failing).toBe(false)
    expect(fleet.snapshot().find(({ state }) => state === 'ready')).toMatchObject({
      pid,
      generation: 0,
    })
    fleet.renew('somebody')
    const again = fleet.settled(null)
    await (await stage.next()).becomeReady(1)
    expect(await again).toEqual({ kind: 'serving' })
  })

  test('settled() waits for the worker that takes the place of one that was killed', async () => {
    const { stage, fleet } = await openFleet({ processes: 2 })
    fleet.start()
    const pair = [await stage.next(), await stage.next()]
    for (const puppet of pair) await puppet.becomeReady(1)
    await fleet.settled(null)
    const { pid } = fleet.snapshot().find(({ slot }) => slot === 2)!
    expect(fleet.killWorker(2, 'a test')).toBe(true)
    expect(fleet.killWorker(2, 'a test')).toBe(false)
    const settled = fleet.settled(2)
    const heir = await stage.next()
    expect(fleet.snapshot().find(({ slot }) => slot === 2)).toMatchObject({ state: 'starting' })
    await heir.becomeReady(1, { loaded: false, error: 'ImportError' })
    expect(await settled).toEqual({ kind: 'unloadable', slot: 2, error: 'ImportError' })
    expect(fleet.snapshot().map(worker => worker.pid)).not.toContain(pid)
  })

  test('a worker that is killed while it starts is no failed start', async () => {
    const { stage, fleet } = await openFleet({ budget: createRestartBudget(1) })
    fleet.start()
    await stage.next()
    expect(fleet.killWorker(1, 'a test')).toBe(true)
    const settled = fleet.settled(1)
    await (await stage.next()).becomeReady(1)
    expect(await settled).toEqual({ kind: 'serving' })
  })

  test('writeStacks() asks a worker once for all who want them at the same time', async () => {
    const { stage, fleet } = await openFleet()
    fleet.start()
    const puppet = await stage.next()
    await puppet.becomeReady(1)
    await fleet.settled(null)
    const written = fleet.writeStacks()
    expect(fleet.writeStacks()).toBe(written)
    puppet.tell({ do: 'message', message: { type: 'stacks-written' } })
    await written
    expect(fleet.writeStacks()).not.toBe(written)
  })

  test('settled() does not outlast the fleet', async () => {
    const { stage, fleet } = await openFleet()
    fleet.start()
    await stage.next()
    const settled = fleet.settled(null)
    await fleet.stop(0)
    expect(await settled).toEqual({ kind: 'stopped' })
  })

  test('a worker that does not end in time is ended by force, and the log says so', async () => {
    const { stage, fleet, clock, submit, logged } = await openFleet()
    fleet.start()
    const old = await stage.next()
    await old.becomeReady(1)
    const request = submit()
    const { number } = await heardRequest(old)
    old.tell({ do: 'begin', thread: 1, number })
    await old.heard(({ event }) => event === 'begun')
    fleet.reload(['/site/app.py'])
    expect(clock.orders[0]!.milliseconds).toBe(5000)
    clock.strike()
    await request.until('lost')
    expect(await logged('workerKilled')).toMatchObject({ slot: 1, pid: old.pid })
  })

  test('a reload is told with its time from the first sign of the change', async () => {
    const { stage, fleet, clock, events, logged } = await openFleet()
    fleet.start()
    await (await stage.next()).becomeReady(1)
    await logged('workerReady')
    let now = 1000
    clock.now = () => now
    fleet.hold()
    fleet.release()
    now = 5000
    fleet.hold()
    now = 5070
    fleet.reload(['/site/app.py'])
    now = 5100
    await (await stage.next()).becomeReady(1, { seconds: 0.02 })
    await logged('reloaded')
    expect(events.filter(({ type }) => type === 'reloaded' || type === 'changed')).toMatchObject([
      { files: ['/site/app.py'], seconds: 0.1, importSeconds: 0.02, workers: 1, warm: 0 },
    ])
  })

  test('the time that old code has left is not changed by more reloads', async () => {
    const { stage, fleet, clock, submit } = await openFleet()
    fleet.start()
    const old = await stage.next()
    await old.becomeReady(1)
    submit()
    await heardRequest(old)
    fleet.reload(['/site/app.py'])
    const deadlines = () => clock.orders.filter(({ milliseconds }) => milliseconds === 5000)
    const [deadline] = deadlines()
    expect(deadline).toBeDefined()
    for (let save = 2; save <= 4; save++) {
      const next = await stage.next()
      await next.becomeReady(1)
      submit()
      await heardRequest(next)
      fleet.reload(['/site/app.py'])
      expect(deadlines()).toHaveLength(save)
    }
    expect(deadlines()[0]).toBe(deadline)
  })

  test('a worker is replaced after its last allowed request, which it finishes', async () => {
    const { stage, fleet, submit } = await openFleet({ maximumRequests: 2 })
    fleet.start()
    const old = await stage.next()
    await old.becomeReady(1)
    for (const last of [false, true]) {
      const request = submit()
      const heard = await heardRequest(old)
      if (last) {
        const fresh = await stage.next()
        const next = submit()
        await fresh.becomeReady(1)
        await next.until('started')
      }
      answer(old, heard)
      await request.until('ended 0')
    }
    await heardShutdown(old)
  })

  test('a worker that says it leaves gets no more requests', async () => {
    const { stage, fleet, submit } = await openFleet()
    fleet.start()
    const old = await stage.next()
    await old.becomeReady(1)
    old.tell({ do: 'message', message: { type: 'stopping', reason: 'shutdown_signal' } })
    const fresh = await stage.next()
    const request = submit()
    await fresh.becomeReady(1)
    await request.until('started')
    await heardRequest(fresh)
  })

  test('RETRY starts a new generation and the request is answered by it', async () => {
    const { stage, fleet, submit } = await openFleet()
    fleet.start()
    const old = await stage.next()
    await old.becomeReady(1)
    const request = submit()
    const { number } = await heardRequest(old)
    old.tell({ do: 'frame', on: 'thread1', type: 'retry', payloadHex: numberHex(number!) })
    const fresh = await stage.next()
    await fresh.becomeReady(1)
    answer(fresh, await heardRequest(fresh))
    await request.until('ended 0')
    expect(fleet.generation).toBe(1)
  })

  test('a broken protocol ends the worker and the log says why', async () => {
    const { stage, fleet, submit, logged } = await openFleet()
    fleet.start()
    const puppet = await stage.next()
    await puppet.becomeReady(1)
    const request = submit()
    const { number } = await heardRequest(puppet)
    puppet.tell({ do: 'begin', thread: 1, number })
    puppet.tell({ do: 'bytes', on: 'thread1', hex: 'ff00000000' })
    await request.until('lost')
    expect(await logged('workerFaulty')).toMatchObject({ reason: 'unknown frame type 255' })
    await stage.next()
  })

  test('stop() tells idle workers to end and settles when they are gone', async () => {
    const { stage, fleet, logged } = await openFleet({ processes: 2 })
    fleet.start()
    const puppets = [await stage.next(), await stage.next()]
    for (const puppet of puppets) {
      await puppet.becomeReady(1)
    }
    await logged('workerReady', 2)
    const stopped = fleet.stop(5)
    for (const puppet of puppets) {
      await heardShutdown(puppet)
      puppet.tell({ do: 'exit', code: 0 })
    }
    await stopped
    expect(fleet.snapshot()).toEqual([])
  })
})

test('a program that cannot be started spends the budget and does not spin', async () => {
  const { fleet, clock, logged } = await openFleet({
    command: {
      python: '/no/such/python',
      env: {},
      workingDirectory: '/',
      threads: 1,
      metered: false,
      onTerminal: false,
      freeThreading: false,
      gdb: null,
      configuration: new Promise(() => {}),
    },
  })
  fleet.start()
  for (let attempt = 1; attempt < 3; attempt++) {
    await clock.ordered()
    clock.strike()
  }
  expect(await logged('restartsSpent')).toMatchObject({ attempts: 3 })
})
