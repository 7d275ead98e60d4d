/**
 * Signals to the supervisor. A handler only says which order came; somebody else carries it out.
 */

import { constants } from 'node:os'
import { type Clock, systemClock } from '../base/clock.js'

/** What a signal asks for. */
export type Order =
  /** Finish what is in progress, then end. */
  | { readonly kind: 'stop'; readonly signal: NodeJS.Signals }
  /** End at once. */
  | { readonly kind: 'quit'; readonly signal: NodeJS.Signals }
  /** New workers. */
  | { readonly kind: 'restart'; readonly signal: NodeJS.Signals }
  /** Finish what is in progress, however long it takes, then end. */
  | { readonly kind: 'finish'; readonly signal: NodeJS.Signals }
  /** Write the stacks of all workers to the log. */
  | { readonly kind: 'stacks'; readonly signal: NodeJS.Signals }
  /** One worker more, or less. */
  | { readonly kind: 'more'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'fewer'; readonly signal: NodeJS.Signals }
  /** Nothing but to say that it does nothing. */
  | { readonly kind: 'nothing'; readonly signal: NodeJS.Signals }

const orders: Readonly<Partial<Record<NodeJS.Signals, Order['kind']>>> = {
  SIGINT: 'stop',
  SIGTERM: 'stop',
  SIGQUIT: 'quit',
  SIGHUP: 'restart',
  SIGWINCH: 'finish',
  SIGUSR2: 'stacks',
  SIGTTIN: 'more',
  SIGTTOU: 'fewer',
  // Node opens its inspector at it where nobody listens.
  SIGUSR1: 'nothing',
}

/**
 * One Ctrl-C can arrive twice: from the terminal, and once more from npm or a shell that passes it on. Two of
 * the same signal within so many milliseconds are one.
 */
const sameKeystroke = 300

/** Hands orders to `receive` until the function it returns is called. A second stop is a quit. */
export function listenForSignals(
  receive: (order: Order) => void,
  clock: Clock = systemClock,
): () => void {
  let first: { signal: NodeJS.Signals; at: number } | null = null
  const handlers = (Object.keys(orders) as NodeJS.Signals[]).map(signal => {
    const handler = () => {
      const kind = orders[signal]!
      if (kind !== 'stop') return receive({ kind, signal })
      if (!first) {
        first = { signal, at: clock.now() }
        return receive({ kind, signal })
      }
      if (signal === first.signal && clock.now() - first.at < sameKeystroke) return
      receive({ kind: 'quit', signal })
    }
    process.on(signal, handler)
    return [signal, handler] as const
  })
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }
}

/** Exit code of a process ended by a signal, as shells count. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
