import { describe, expect, test } from 'vitest'
import type { FleetRules } from '../../src/supervisor/fleet-options.js'
import { Target } from '../../src/supervisor/target.js'

const rules = (processes: number, script: string) => ({ processes, script }) as FleetRules

const seen = ({ workers, generation, oldest, renewing, rules }: Target) => ({
  workers,
  generation,
  oldest,
  renewing,
  script: rules.script,
})

describe('Target', () => {
  test('goes back to the rules and the number of those that stay', () => {
    const target = new Target(rules(2, 'one'))
    target.next(true, rules(3, 'two'))
    expect(seen(target)).toEqual({
      workers: 3,
      generation: 1,
      oldest: 1,
      renewing: true,
      script: 'two',
    })
    target.giveUp([{ generation: 0 }, { generation: 0 }])
    expect(seen(target)).toEqual({
      workers: 2,
      generation: 0,
      oldest: 0,
      renewing: false,
      script: 'one',
    })
  })

  test('goes back to the last ones that served, however many attempts there were', () => {
    const target = new Target(rules(1, 'one'))
    target.next(true, rules(1, 'two'))
    target.next(true, rules(1, 'three'))
    target.giveUp([{ generation: 0 }])
    expect(seen(target)).toMatchObject({ generation: 1, oldest: 0, script: 'one' })
    target.next(true, rules(1, 'four'))
    target.renewed()
    target.next(true, rules(1, 'five'))
    target.giveUp([{ generation: 2 }])
    expect(seen(target)).toMatchObject({ generation: 2, oldest: 2, script: 'four' })
  })

  test('keeps a number that was ordered while the rules say nothing else', () => {
    const target = new Target(rules(1, 'one'))
    target.resize(4)
    target.next(true, rules(1, 'two'))
    expect(target.workers).toBe(4)
    target.next(true, rules(2, 'three'))
    expect(target.workers).toBe(2)
  })

  test('keeps new ones that serve beside the older ones', () => {
    const target = new Target(rules(3, 'one'))
    target.next(true, rules(3, 'two'))
    target.giveUp([{ generation: 1 }, { generation: 0 }])
    expect(seen(target)).toMatchObject({ generation: 1, oldest: 0, script: 'one' })
    expect([0, 1, 2].map(generation => target.counts({ generation }))).toEqual([true, true, false])
  })

  test('keeps a number that was ordered meanwhile', () => {
    const target = new Target(rules(1, 'one'))
    target.next(true, rules(2, 'two'))
    target.resize(3)
    target.giveUp([{ generation: 0 }])
    expect(target.workers).toBe(3)
  })

  test('wants none for good once the fleet ends', () => {
    const target = new Target(rules(2, 'one'))
    target.next(true, rules(3, 'two'))
    target.resize(0)
    target.giveUp([])
    expect(target.workers).toBe(0)
  })
})
