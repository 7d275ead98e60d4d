import { describe, expect, test } from 'vitest'
import { type Placed, place } from '../../src/supervisor/placement.js'

/** `2/1 ready`: place 2, generation 1. */
function workers(...texts: string[]): Placed[] {
  return texts.map(text => {
    const [, slot, generation, state] = /(\d)\/(\d) (\w+)/.exec(text)!
    return { slot: Number(slot), generation: Number(generation), state: state as Placed['state'] }
  })
}

function placed(
  present: string[],
  wanted: number,
  generation: number,
  renewing = false,
  oldest = generation,
) {
  const { retire, start, ...rest } = place(workers(...present), {
    workers: wanted,
    generation,
    oldest,
    renewing,
  })
  const ends = retire.map(({ handle, cause }) => `${handle.slot}/${handle.generation} ${cause}`)
  return { ends, start: [...start], renewing: rest.renewing }
}

describe('place()', () => {
  test('starts what is missing', () => {
    expect(placed(['2/0 ready'], 3, 0)).toEqual({ ends: [], start: [1, 3], renewing: false })
  })

  test('ends what is too much, and what runs old code', () => {
    expect(placed(['1/1 ready', '2/1 ready', '1/0 ready', '3/0 starting'], 1, 1)).toEqual({
      ends: ['2/1 shutdown_signal', '1/0 script_reload', '3/0 script_reload'],
      start: [],
      renewing: false,
    })
  })

  test('renews one after the other, the successor first', () => {
    const steps: [string[], string[], number[], boolean][] = [
      [['1/0 ready', '2/0 ready'], [], [1], true],
      [['1/0 ready', '2/0 ready', '1/1 starting'], [], [], true],
      [['1/0 ready', '2/0 ready', '1/1 ready'], ['1/0 graceful_signal'], [2], true],
      [['2/0 ready', '1/1 ready', '2/1 starting'], [], [], true],
      [['2/0 ready', '1/1 ready', '2/1 ready'], ['2/0 graceful_signal'], [], false],
    ]
    for (const [present, ends, start, renewing] of steps) {
      expect(placed(present, 2, 1, true)).toEqual({ ends, start, renewing })
    }
  })

  test('while renewing replaces at once what has died or does not yet serve', () => {
    expect(placed(['2/1 ready', '3/1 starting'], 4, 2, true)).toEqual({
      ends: ['3/1 script_reload'],
      start: [2, 1, 3, 4],
      renewing: true,
    })
  })

  test('while renewing again keeps all that serve, however old', () => {
    expect(placed(['1/0 ready', '2/1 ready', '1/1 starting'], 2, 2, true)).toEqual({
      ends: ['1/1 script_reload'],
      start: [1],
      renewing: true,
    })
  })

  test('keeps older generations beside the present one when newer workers were no use', () => {
    expect(placed(['1/0 ready', '2/1 ready', '1/2 ready'], 3, 1, false, 0)).toEqual({
      ends: ['1/2 script_reload'],
      start: [3],
      renewing: false,
    })
  })

  test('with a smaller number keeps those beyond it until all others are renewed', () => {
    const steps: [string[], string[], number[], boolean][] = [
      [['1/0 ready', '2/0 ready', '3/0 ready'], [], [1], true],
      [['1/0 ready', '2/0 ready', '3/0 ready', '1/1 ready'], ['1/0 graceful_signal'], [2], true],
      [
        ['2/0 ready', '3/0 ready', '1/1 ready', '2/1 ready'],
        ['2/0 graceful_signal', '3/0 graceful_signal'],
        [],
        false,
      ],
    ]
    for (const [present, ends, start, renewing] of steps) {
      expect(placed(present, 2, 1, true)).toEqual({ ends, start, renewing })
    }
  })
})
