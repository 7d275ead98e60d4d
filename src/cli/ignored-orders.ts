/** Signals that a server does not follow. */
import type { Order } from '../supervisor/signals.js'
import type { Configuration } from './another-configuration.js'
import { hasTerminal } from './terminal.js'

/** Whether a signal means nothing here, or is for somebody else. */
export function isIgnored({ kind, signal }: Order, { settings, plan }: Configuration): boolean {
  // The kernel sends it to whoever is in the foreground of a terminal whose size changes.
  if (kind === 'finish') return hasTerminal()
  if (kind === 'restart' || kind === 'more' || kind === 'fewer') return plan.mode === 'debug'
  // Under gdb it means gdb: its prompt, or the program that it runs.
  return settings.enableGdb && signal === 'SIGINT'
}
