/**
 * The life of one worker process as a table, without I/O and timers: state and event give the next state
 * and what somebody else has to do.
 *
 *     starting ──loaded──> ready ──retire──> draining ──idle──> stopping ──exited──> gone
 *        │                   │                  │                  ▲
 *        │                   └────stopping──────┼──> draining      │ (told to leave)
 *        ├──retire──────────────────────────────┼──────────────────┤
 *        │                                      └──deadline: killed┘
 *        └──exited (from every state)──────────────────────────────────────────────> gone
 */
import { InternalError } from '../base/errors.js'

export type WorkerState = 'starting' | 'ready' | 'draining' | 'stopping' | 'gone'

export type WorkerEvent =
  /** The worker takes requests (its application loaded, or it answers 500 until it does). */
  | 'ready'
  /** It is to end: old code, too many of them, shutdown. */
  | 'retire'
  /** It leaves by itself: a signal was sent to it. */
  | 'leaving'
  /** No request is running in it. */
  | 'idle'
  /** The time it had to finish is over. */
  | 'deadline'
  /** It is to end without any wait. */
  | 'kill'
  /** The process is gone. */
  | 'exited'

export type WorkerAction =
  /** Give it requests. */
  | 'enlist'
  /** Give it no more requests. */
  | 'withdraw'
  /** Start the time after which `deadline` comes. */
  | 'start-deadline'
  /** Tell it to run exit functions and end. */
  | 'send-shutdown'
  /** End it by force. */
  | 'kill'
  /** Release what belongs to it: timer, entries. */
  | 'release'

export interface Step {
  readonly next: WorkerState
  readonly actions: readonly WorkerAction[]
}

type Row = { readonly [event in WorkerEvent]?: Step }

const gone: Step = { next: 'gone', actions: ['withdraw', 'release'] }
const killed: Step = { next: 'stopping', actions: ['withdraw', 'kill'] }

/** Pairs that are not listed cannot happen, except those of {@link ignored}. */
const table: { readonly [state in WorkerState]: Row } = {
  starting: {
    ready: { next: 'ready', actions: ['enlist'] },
    // Nobody waits for anything that a process with half-imported code could still do.
    retire: killed,
    leaving: { next: 'stopping', actions: ['start-deadline'] },
    kill: killed,
    exited: gone,
  },
  ready: {
    retire: { next: 'draining', actions: ['withdraw', 'start-deadline'] },
    leaving: { next: 'draining', actions: ['withdraw', 'start-deadline'] },
    kill: killed,
    exited: gone,
  },
  draining: {
    idle: { next: 'stopping', actions: ['send-shutdown'] },
    deadline: killed,
    kill: killed,
    exited: gone,
  },
  stopping: {
    deadline: { next: 'stopping', actions: ['kill'] },
    kill: { next: 'stopping', actions: ['kill'] },
    exited: gone,
  },
  gone: {},
}

/** Facts that may arrive late, and orders that are already being carried out. */
const ignored: { readonly [state in WorkerState]: readonly WorkerEvent[] } = {
  starting: ['idle'],
  ready: ['ready', 'idle'],
  draining: ['ready', 'retire', 'leaving'],
  stopping: ['ready', 'retire', 'leaving', 'idle'],
  gone: ['ready', 'retire', 'leaving', 'idle', 'deadline', 'kill'],
}

/** The step from a state on an event. Throws an internal error for a pair that cannot happen. */
export function step(state: WorkerState, event: WorkerEvent): Step {
  const found = table[state][event]
  if (found) return found
  if (ignored[state].includes(event)) return { next: state, actions: [] }
  throw new InternalError(`a worker that is ${state} cannot have the event ${event}`)
}
