/**
 * The log: events in, lines out. Every line is written when `emit` returns, so that the last one before an
 * end is never lost.
 */
import { systemClock } from '../base/clock.js'
import { describe } from './describe.js'
import type { LogEntry, LogEvent } from './events.js'
import { isLogged, type LogLevels } from './levels.js'
import type { ServedRequest } from './served-request.js'
import type { LogWriter } from './writers.js'

export interface Log {
  /** Whether there is an access log: without one nobody makes a `served` event. */
  readonly wantsServed?: boolean
  emit(event: LogEvent): void
  close(): void
}

export interface LogParts {
  readonly levels: Pick<LogLevels, 'rules'>
  readonly errors: LogWriter<LogEntry>
  /** Null: no access log. */
  readonly access: LogWriter<ServedRequest> | null
}

/** Opens a log that writes served requests, and entries of the levels that are wanted. */
export function openLog({ levels, errors, access }: LogParts): Log {
  return {
    wantsServed: access !== null,
    emit(event) {
      if (event.type === 'served') {
        access?.write(event)
        return
      }
      const entry = describe(event, systemClock.epoch())
      if (isLogged(levels.rules, entry.module, entry.level)) errors.write(entry)
    },
    close() {
      errors.close()
      access?.close()
    },
  }
}
