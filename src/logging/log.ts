/**
 * The log: events in, lines out. pino filters by level and hands each entry to a synchronous
 * destination, so that the last line before an end is never lost.
 */
import { constants, openSync } from 'node:fs'
import type Pino from 'pino'
import { systemClock } from '../base/clock.js'
import { loadLater } from '../base/load-later.js'
import { apacheLine } from './apache-format.js'
import { describe } from './describe.js'
import type { LogEntry, LogEvent } from './events.js'
import { type LogLevel, logLevels } from './levels.js'

const pino = loadLater<typeof Pino>('pino')

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
  let logger: ReturnType<typeof openLogger> | null = null
  return {
    emit(event) {
      const entry = describe(event, systemClock.epoch())
      // What pino would drop does not make it load, which takes longer than the first response.
      if (logLevels[entry.level] < logLevels[level]) return
      logger ??= openLogger(level, sink)
      logger[entry.level]({ entry })
    },
    close: () => sink.close(),
  }
}

function openLogger(level: LogLevel, sink: LogSink) {
  return pino()(
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
}

/** The terminal's standard error. */
export function terminalSink(): LogSink {
  return synchronousSink(2)
}

/**
 * A file, appended, made with mode 0644 when it is not there; never through a link that somebody else may have
 * put there. Throws when it cannot be opened.
 */
export function fileSink(path: string): LogSink {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
  return synchronousSink(openSync(path, flags, 0o644))
}

function synchronousSink(descriptor: number): LogSink {
  let destination: ReturnType<typeof openDestination> | null = null
  let closed = false
  return {
    write(line) {
      // What happens after the end of the log is still told.
      if (closed) {
        process.stderr.write(line)
        return
      }
      destination ??= openDestination(descriptor)
      destination.write(line)
    },
    close() {
      closed = true
      destination?.end()
    },
  }
}

function openDestination(descriptor: number) {
  const destination = pino().destination({ dest: descriptor, sync: true })
  // A log that cannot be written (disk full, terminal gone) must not end the server.
  destination.on('error', () => {})
  return destination
}
