import { describe, expect, test } from 'vitest'
import { type KeptBody, KeptWires } from '../../src/http/kept-wires.js'

const kept = (size = 10): KeptBody => ({ body: Buffer.alloc(size, 'b') })

/** What comes out for these heads, each at its second. */
function joined(wires: KeptWires, body: KeptBody, heads: [head: string, second: number][]) {
  return heads.map(([head, second]) => wires.join(head, body, second)?.toString('latin1') ?? null)
}

const often = (head: string, second: number): [string, number][] =>
  Array.from({ length: 5 }, () => [head, second])

describe('KeptWires', () => {
  test('joins what is sent often within a second', () => {
    const all = joined(new KeptWires(), kept(), [...often('h\xe9ad', 1), ['h\xe9ad', 1]])
    expect(all).toEqual([null, null, null, null, 'h\xe9adbbbbbbbbbb', 'h\xe9adbbbbbbbbbb'])
  })

  test('never gives one head for another', () => {
    const heads: [string, number][] = [...often('one', 1), ['two', 1], ['one', 1], ['one', 2]]
    const last = joined(new KeptWires(), kept(), heads).slice(-3)
    expect(last).toEqual([null, 'onebbbbbbbbbb', null])
  })

  test('keeps nothing for longer than a second', () => {
    const wires = new KeptWires()
    joined(wires, kept(), often('one', 1))
    expect(wires.bytes).toBe(13)
    joined(wires, kept(), [['one', 2]])
    expect(wires.bytes).toBe(0)
  })

  test('keeps no more than its bound, and no large body', () => {
    const wires = new KeptWires()
    const bodies = Array.from({ length: 200 }, () => kept(64 * 1024))
    const made = bodies.filter(body => joined(wires, body, often('head', 1)).at(-1) !== null)
    expect(made.length).toBeGreaterThan(100)
    expect(made.length).toBeLessThan(200)
    expect(wires.bytes).toBeLessThanOrEqual(8 * 1024 * 1024)
    expect(joined(new KeptWires(), kept(64 * 1024 + 1), often('head', 1)).at(-1)).toBe(null)
  })
})
