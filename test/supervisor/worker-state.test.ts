import { describe, expect, test } from 'vitest'
import { step, type WorkerEvent, type WorkerState } from '../../src/supervisor/worker-state.js'

const states: readonly WorkerState[] = ['starting', 'ready', 'draining', 'stopping', 'gone']
const events: readonly WorkerEvent[] = [
  'ready',
  'retire',
  'leaving',
  'idle',
  'deadline',
  'kill',
  'exited',
]

/** Every pair: next state and actions, `-` for an ignored one, `!` for one that cannot happen. */
const expected: Record<WorkerState, Record<WorkerEvent, string>> = {
  starting: {
    ready: 'ready enlist',
    retire: 'stopping withdraw kill',
    leaving: 'stopping start-deadline',
    idle: '-',
    deadline: '!',
    kill: 'stopping withdraw kill',
    exited: 'gone withdraw release',
  },
  ready: {
    ready: '-',
    retire: 'draining withdraw start-deadline',
    leaving: 'draining withdraw start-deadline',
    idle: '-',
    deadline: '!',
    kill: 'stopping withdraw kill',
    exited: 'gone withdraw release',
  },
  draining: {
    ready: '-',
    retire: '-',
    leaving: '-',
    idle: 'stopping send-shutdown',
    deadline: 'stopping withdraw kill',
    kill: 'stopping withdraw kill',
    exited: 'gone withdraw release',
  },
  stopping: {
    ready: '-',
    retire: '-',
    leaving: '-',
    idle: '-',
    deadline: 'stopping kill',
    kill: 'stopping kill',
    exited: 'gone withdraw release',
  },
  gone: {
    ready: '-',
    retire: '-',
    leaving: '-',
    idle: '-',
    deadline: '-',
    kill: '-',
    exited: '!',
  },
}

describe('step()', () => {
  for (const state of states) {
    for (const event of events) {
      test(`from ${state} on ${event}: ${expected[state][event]}`, () => {
        const row = expected[state][event]
        if (row === '!') return expect(() => step(state, event)).toThrow('Internal error:')
        const { next, actions } = step(state, event)
        const wanted = row === '-' ? [state] : row.split(' ')
        expect([next, ...actions]).toEqual(wanted)
      })
    }
  }
})
