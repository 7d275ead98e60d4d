import { describe, expect, test } from 'vitest'
import {
  type FleetFacts,
  Onlookers,
  type PlacedWorker,
  settlementOf,
} from '../../src/supervisor/settlement.js'

function worker(slot: number, fields: Partial<PlacedWorker> = {}): PlacedWorker {
  return { slot, generation: 1, state: 'ready', loadError: null, ...fields }
}

function facts(workers: PlacedWorker[], fields: Partial<FleetFacts> = {}): FleetFacts {
  return {
    wanted: 2,
    generation: 1,
    spent: false,
    workers,
    failures: new Map(),
    givenUp: null,
    ...fields,
  }
}

const exit = { code: 3, signal: null }

describe('settlementOf()', () => {
  test.each<[string, FleetFacts, number | null, unknown]>([
    ['all serve', facts([worker(1), worker(2)]), null, { kind: 'serving' }],
    ['one is missing', facts([worker(1)]), null, null],
    ['the one that is asked for serves', facts([worker(1)]), 1, { kind: 'serving' }],
    ['one starts', facts([worker(1), worker(2, { state: 'starting' })]), null, null],
    ['one is old', facts([worker(1), worker(2, { generation: 0 })]), null, null],
    [
      'an old one is left beside the new',
      facts([worker(1), worker(2), worker(1, { generation: 0, state: 'draining' })]),
      null,
      { kind: 'serving' },
    ],
    [
      'one cannot load the application',
      facts([worker(1), worker(2, { loadError: 'ImportError' })]),
      null,
      { kind: 'unloadable', slot: 2, error: 'ImportError' },
    ],
    [
      'one has died while it started',
      facts([worker(1)], { failures: new Map([[2, exit]]) }),
      null,
      { kind: 'died', slot: 2, exit },
    ],
    [
      'another than the one asked for has died',
      facts([worker(1)], { failures: new Map([[2, exit]]) }),
      1,
      { kind: 'serving' },
    ],
    [
      'those that were to take over are no use, and those before stay',
      facts([worker(1), worker(2)], { givenUp: { kind: 'died', slot: 1, exit } }),
      null,
      { kind: 'kept', why: { kind: 'died', slot: 1, exit } },
    ],
    [
      'the one that is asked for serves, and others were to take over before',
      facts([worker(1), worker(2)], { givenUp: { kind: 'died', slot: 1, exit } }),
      2,
      { kind: 'serving' },
    ],
    [
      'one is still served by its predecessor',
      facts([worker(1), worker(2, { generation: 0 }), worker(2, { state: 'starting' })]),
      null,
      null,
    ],
    ['no more are started', facts([worker(1)], { spent: true }), null, { kind: 'spent' }],
    ['the place is no longer wanted', facts([worker(1)], { wanted: 1 }), 2, { kind: 'serving' }],
    ['none is wanted', facts([worker(1)], { wanted: 0 }), null, { kind: 'stopped' }],
  ])('when %s', (_title, given, slot, settlement) => {
    expect(settlementOf(given, slot)).toEqual(settlement)
  })
})

describe('Onlookers', () => {
  test('are asked until they see something, and then no more', async () => {
    const onlookers = new Onlookers()
    let looks = 0
    const seen = onlookers.until(() => (++looks === 2 ? 'seen' : null))
    onlookers.look()
    onlookers.look()
    expect(await seen).toBe('seen')
    expect(looks).toBe(2)
  })
})
