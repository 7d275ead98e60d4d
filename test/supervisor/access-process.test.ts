import { expect, onTestFinished, test } from 'vitest'
import type { LogEvent } from '../../src/logging/events.js'
import { AccessProcess } from '../../src/supervisor/access-process.js'
import { openChannel } from '../../src/workers/channel.js'
import type { Job } from '../../src/workers/dispatcher.js'
import { bodyKind, encodeRequest } from '../../src/workers/protocol.js'
import { HandClock } from '../rig/hand-clock.js'
import { type Puppet, PuppetStage } from '../rig/puppet-stage.js'

async function open() {
  const stage = await PuppetStage.open()
  const channel = await openChannel(() => {})
  const clock = new HandClock()
  // No process lives as long as it takes to be started again at once.
  clock.now = () => 0
  const events: LogEvent[] = []
  const log = { emit: (event: LogEvent) => void events.push(event), close: () => {} }
  const command = stage.command({ threads: 1 })
  const access = new AccessProcess({
    channel,
    clock,
    log,
    command,
    patience: 5000,
    filesLoaded: () => {},
  })
  onTestFinished(async () => {
    access.kill()
    await access.stop(0)
    channel.close()
  })
  return { stage, clock, events, access, command }
}

/** A question, which tells what becomes of it. */
class Question implements Job {
  readonly told: string[] = []
  #wake: () => void = () => {}
  readonly #access: AccessProcess
  constructor(access: AccessProcess) {
    this.#access = access
  }
  ask(): this {
    this.#access.dispatcher.submit(this)
    return this
  }
  wanted() {
    return true
  }
  start(pool: Parameters<Job['start']>[0]) {
    pool.send(encodeRequest('a\0b', bodyKind.none), {
      describe: () => {
        throw new Error('not asked')
      },
      taken() {},
      accepted() {},
      data() {},
      drained() {},
      responded: () => this.#note('answered'),
      ended: () => {},
      retry: () => this.#note('retry'),
      lost: () => this.#note('lost'),
    })
    this.#note('given')
  }
  refuse(why: string) {
    this.#note(why)
  }
  #note(what: string) {
    this.told.push(what)
    this.#wake()
  }
  async until(what: string): Promise<void> {
    while (!this.told.includes(what)) await new Promise<void>(resolve => (this.#wake = resolve))
  }
}

/** RESPONSE that is complete and ends: number, flags 3, a head and nothing behind it. */
function answer(puppet: Puppet, number: number): void {
  const head = Buffer.from('200 OK')
  const payload = Buffer.alloc(9)
  payload.writeUInt32BE(number)
  payload[4] = 3
  payload.writeUInt32BE(head.length, 5)
  const payloadHex = Buffer.concat([payload, head]).toString('hex')
  puppet.tell({ do: 'frame', on: 'thread1', type: 'response', payloadHex })
}

const heardRequest = (puppet: Puppet) => puppet.heard(({ type }) => type === 'request')

test('questions wait until the process is ready', async () => {
  const { stage, access } = await open()
  access.start()
  const question = new Question(access).ask()
  expect(question.told).toEqual([])
  const puppet = await stage.next()
  await puppet.becomeReady(1)
  await question.until('given')
  const { number } = await heardRequest(puppet)
  answer(puppet, number!)
  await question.until('answered')
})

test('one that dies is started again after a second, and what it had not begun is asked again', async () => {
  const { stage, access, clock, events } = await open()
  access.start()
  const puppet = await stage.next()
  await puppet.becomeReady(1)
  const question = new Question(access).ask()
  await question.until('given')
  process.kill(puppet.pid, 'SIGKILL')
  await question.until('retry')
  expect(events.map(({ type }) => type)).toEqual(['accessProcessDied'])
  await clock.ordered()
  const order = clock.orders.at(-1)!
  expect(order.milliseconds).toBe(1000)
  order.action()
  expect((await stage.next()).pid).not.toBe(puppet.pid)
})

test('questions fail at once when none starts any more, until one does', async () => {
  const { stage, access, clock } = await open()
  access.start()
  const question = new Question(access).ask()
  for (const pause of [1000, 2000, 3000]) {
    process.kill((await stage.next()).pid, 'SIGKILL')
    const order = await clock.next()
    expect(order.milliseconds).toBe(pause)
    order.action()
  }
  await question.until('not-loadable')
  await (await stage.next()).becomeReady(1)
  await expect.poll(() => new Question(access).ask().told).toEqual(['given'])
})

test('one that is replaced answers what it was asked, then ends', async () => {
  const { stage, access, command } = await open()
  access.start()
  const first = await stage.next()
  await first.becomeReady(1)
  const question = new Question(access).ask()
  await question.until('given')
  const { number } = await heardRequest(first)
  access.renew(command)
  const second = await stage.next()
  await second.becomeReady(1)
  const next = new Question(access).ask()
  await next.until('given')
  answer(first, number!)
  await question.until('answered')
  expect(new Question(access).ask().told).toEqual([])
  await first.heard(({ message }) => message?.['type'] === 'shutdown')
  await heardRequest(second)
})

test('one that hangs is replaced, once, and killed when its time is over', async () => {
  const { stage, access, clock, events } = await open()
  access.start()
  const first = await stage.next()
  await first.becomeReady(1)
  let pool: Parameters<Job['start']>[0] | null = null
  const question = new Question(access)
  const start = question.start.bind(question)
  question.start = given => {
    pool = given
    start(given)
  }
  question.ask()
  await question.until('given')
  await heardRequest(first)
  access.hangs(pool!)
  access.hangs(pool!)
  const second = await stage.next()
  expect(second.pid).not.toBe(first.pid)
  expect(events.map(({ type }) => type)).toEqual(['accessProcessHangs'])
  clock.orders.find(({ milliseconds }) => milliseconds === 5000)!.action()
  await question.until('retry')
})

test('a changed file replaces the process that has loaded it, and no other', async () => {
  const { stage, access } = await open()
  access.start()
  const first = await stage.next()
  await first.becomeReady(1)
  first.tell({ do: 'message', message: { type: 'files', files: [['/a.py', 1]] } })
  const question = new Question(access).ask()
  await question.until('given')
  const { number } = await heardRequest(first)
  answer(first, number!)
  await question.until('answered')
  access.hold()
  const waiting = new Question(access).ask()
  expect(waiting.told).toEqual([])
  access.settled(['/b.py'])
  await waiting.until('given')
  answer(first, (await heardRequest(first)).number!)
  await waiting.until('answered')
  access.hold()
  access.settled(['/a.py'])
  expect((await stage.next()).pid).not.toBe(first.pid)
})

test('stop() refuses what waits and settles when the process is gone', async () => {
  const { stage, access } = await open()
  access.start()
  await stage.next()
  const question = new Question(access).ask()
  await access.stop(5)
  expect(question.told).toEqual(['stopping'])
})

test('nothing runs where no script decides on access', async () => {
  const { stage, access, clock } = await open()
  access.renew(null)
  access.start()
  await access.stop(5)
  expect(clock.orders).toEqual([])
  expect(stage).toBeDefined()
})
