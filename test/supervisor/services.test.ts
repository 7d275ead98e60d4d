import { expect, onTestFinished, test } from 'vitest'
import type { LogEvent } from '../../src/logging/events.js'
import { Services } from '../../src/supervisor/services.js'
import { openChannel } from '../../src/workers/channel.js'
import { HandClock } from '../rig/hand-clock.js'
import { PuppetStage } from '../rig/puppet-stage.js'

async function openServices(names: readonly string[]) {
  const stage = await PuppetStage.open()
  const channel = await openChannel(() => {})
  const clock = new HandClock()
  const events: LogEvent[] = []
  const log = { emit: (event: LogEvent) => void events.push(event), close: () => {} }
  const services = new Services({
    channel,
    clock,
    services: names.map(name => ({
      name,
      command: stage.command({ threads: 0, service: true, processGroup: `service:${name}` }),
      log,
    })),
  })
  onTestFinished(async () => {
    services.kill()
    await services.stop(0)
    channel.close()
  })
  return { stage, clock, services }
}

test('start() starts one process for each service and configures it', async () => {
  const { stage, services } = await openServices(['a', 'b'])
  services.start()
  const groups: unknown[] = []
  for (const puppet of [await stage.next(), await stage.next()]) {
    puppet.tell({ do: 'control' })
    const { message } = await puppet.heard(event => event.message?.['type'] === 'configure')
    groups.push(message?.['processGroup'])
  }
  expect(groups.sort()).toEqual(['service:a', 'service:b'])
})

test('a service that has ended is started again after a second', async () => {
  const { stage, clock, services } = await openServices(['a'])
  services.start()
  const first = await stage.next()
  process.kill(first.pid, 'SIGKILL')
  const order = await clock.next()
  expect(order.milliseconds).toBe(1000)
  order.action()
  expect((await stage.next()).pid).not.toBe(first.pid)
})

test('stop() sends SIGTERM and settles when the process is gone; nothing is started any more', async () => {
  const { stage, clock, services } = await openServices(['a'])
  services.start()
  await stage.next()
  await services.stop(5)
  expect(clock.orders).toEqual([])
})

test('stop() settles at once when nothing runs, also between two starts', async () => {
  const { stage, clock, services } = await openServices(['a'])
  services.start()
  process.kill((await stage.next()).pid, 'SIGKILL')
  while (clock.orders.length === 0) await new Promise(setImmediate)
  await services.stop(5)
  expect(clock.orders).toEqual([])
})

test('snapshot() names each service, and its process while there is one', async () => {
  const { stage, clock, services } = await openServices(['a', 'b'])
  expect(services.snapshot().map(({ name }) => name)).toEqual(['a', 'b'])
  services.start()
  await stage.next()
  await stage.next()
  const pids = services.snapshot().map(({ pid }) => pid)
  expect(pids.every(pid => pid !== null)).toBe(true)
  process.kill(pids[0]!, 'SIGKILL')
  await expect.poll(() => services.snapshot()[0]!.pid).toBe(null)
  expect(services.snapshot()[1]!.pid).toBe(pids[1])
  const order = await clock.next()
  order.action()
  await stage.next()
  expect(services.snapshot()[0]!.pid).not.toBe(null)
})
