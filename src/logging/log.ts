/**
 * The log: events in, lines out. pino filters by level and hands each entry to a synchronous
 * destination, so that the last line before an end is never lost.
 */
import { pino } from 'pino'
import { systemClock } from '../base/clock.js'
import { apacheLine } from './apache-format.js'
import { describe } from './describe.js'
import type { LogEntry, LogEvent } from './events.js'
import { type LogLevel, logLevels } from './levels.js'

export interface Log {
  emit(event: LogEvent): void
  close(): void
}

/** Where lines go. `close` comes once, last. */
export interface LogSink {
  write(line: string): void
  close(): void
}

/** Opens a log that writes entries of at least this level to the sink. */
export function openLog(level: LogLevel, sink: LogSink): Log {
  const logger = pino(
    {
      level,
      customLevels: logLevels,
      useOnlyCustomLevels: true,
      base: null,
      timestamp: false,
      formatters: { level: label => ({ level: label }) },
    },
    {
      write: (json: string) =>
        sink.write(apacheLine((JSON.parse(json) as { entry: LogEntry }).entry)),
    },
  )
  return {
    emit(event) {
      const entry = describe(event, systemClock.epoch())
      logger[entry.level]({ entry })
    },
    close: () => sink.close(),
  }
}

/** The terminal's standard error. */
export function terminalSink(): LogSink {
  return synchronousSink({ dest: 2 })
}

/** A file, appended, made with mode 0644 when it is not there. Throws when it cannot be opened. */
export function fileSink(path: string): LogSink {
  return synchronousSink({ dest: path, append: true, mode: 0o644 })
}

function synchronousSink(options: {
  dest: number | string
  append?: boolean
  mode?: number
}): LogSink {
  const destination = pino.destination({ ...options, sync: true })
  // A log that cannot be written (disk full, terminal gone) must not end the server.
  destination.on('error', () => {})
  let closed = false
  return {
    write(line) {
      // What happens after the end of the log is still told.
      if (closed) process.stderr.write(line)
      else destination.write(line)
    },
    close() {
      closed = true
      destination.end()
    },
  }
}

/** Keeps lines in memory, for tests. */
export function memorySink(): LogSink & { readonly lines: string[] } {
  const lines: string[] = []
  return { lines, write: line => lines.push(line), close: () => {} }
}
