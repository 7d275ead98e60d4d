import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { StatRounds } from '../../src/watch/stat-rounds.js'
import { HandClock } from '../rig/hand-clock.js'

const here = fileURLToPath(import.meta.url)

/** Rounds over paths of which all differ; those that begin with /far are far. */
function differingRounds() {
  const clock = new HandClock()
  const signs: string[] = []
  const options = {
    clock,
    pace: { pause: 400, forEach: 0.5 },
    differs: () => true,
    isFar: (path: string) => path.startsWith('/far'),
  }
  const rounds = new StatRounds(options, { sign: path => signs.push(path) })
  return { clock, signs, rounds }
}

describe('StatRounds', () => {
  test('looks at near paths at once, and waits for far ones beside the server', async () => {
    const { clock, signs, rounds } = differingRounds()
    rounds.add(['/far/a.py', here, '/not/there.py'])
    clock.strike()
    expect(signs).toEqual([here, '/not/there.py'])
    await clock.ordered()
    expect(signs).toEqual([here, '/not/there.py', '/far/a.py'])
  })

  test('begins again after each round, and what was added meanwhile is part of it', async () => {
    const { clock, signs, rounds } = differingRounds()
    rounds.add(['/near/a.py'])
    clock.strike()
    rounds.add(['/near/b.py'])
    await clock.ordered()
    clock.strike()
    expect(signs).toEqual(['/near/a.py', '/near/a.py', '/near/b.py'])
  })

  test('pauses longer the more there is to look at, a far path being three', () => {
    const { clock, rounds } = differingRounds()
    rounds.add(Array.from({ length: 10 }, (_, at) => `/near/${at}.py`))
    expect(clock.orders).toMatchObject([{ milliseconds: 400 }])
    const many = differingRounds()
    many.rounds.add([
      ...Array.from({ length: 1000 }, (_, at) => `/near/${at}.py`),
      ...Array.from({ length: 200 }, (_, at) => `/far/${at}.py`),
    ])
    expect(many.clock.orders).toMatchObject([{ milliseconds: 800 }])
  })

  test('leaves out what was removed, and ends with the last', async () => {
    const { clock, signs, rounds } = differingRounds()
    rounds.add(['/near/a.py', '/near/b.py'])
    rounds.remove('/near/a.py')
    clock.strike()
    expect(signs).toEqual(['/near/b.py'])
    await clock.ordered()
    rounds.remove('/near/b.py')
    clock.strike()
    expect(signs).toEqual(['/near/b.py'])
  })

  test('tells nothing once it is closed', async () => {
    const { clock, signs, rounds } = differingRounds()
    rounds.add(['/far/a.py'])
    clock.strike()
    await rounds.close()
    // The answer about the far path has come when others have that were asked later.
    for (let time = 0; time < 5; time++) await stat(here)
    expect(signs).toEqual([])
    expect(clock.orders).toEqual([])
  })
})
