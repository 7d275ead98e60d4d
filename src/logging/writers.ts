/** From a described fact to lines in a sink: as text, or as JSON by pino. */
import type Pino from 'pino'
import { loadLater } from '../base/load-later.js'
import type { JsonLine } from './json-fields.js'
import { type LogLevel, logLevels } from './levels.js'
import type { LogSink } from './sinks.js'

const pino = loadLater<typeof Pino>('pino')

/** Takes entries, or served requests. */
export interface LogWriter<Fact> {
  write(fact: Fact): void
  close(): void
}

/** @param format gives whole lines with their ends */
export function textWriter<Fact>(sink: LogSink, format: (fact: Fact) => string): LogWriter<Fact> {
  return { write: fact => sink.write(format(fact)), close: () => sink.close() }
}

/** One object for each line: `{"level":"error","time":"2026-11-21T11:36:42.755Z",...,"msg":"..."}`. */
export function jsonWriter<Fact>(
  sink: LogSink,
  level: (fact: Fact) => LogLevel,
  describe: (fact: Fact) => JsonLine,
): LogWriter<Fact> {
  let logger: ReturnType<typeof openPino> | null = null
  return {
    write(fact) {
      logger ??= openPino(sink)
      const { fields, msg } = describe(fact)
      logger[level(fact)](fields, msg)
    },
    close: () => sink.close(),
  }
}

function openPino(sink: LogSink) {
  return pino()(
    {
      // Levels were looked at before.
      level: 'trace8',
      customLevels: logLevels,
      useOnlyCustomLevels: true,
      base: null,
      timestamp: false,
      formatters: { level: label => ({ level: label }) },
    },
    { write: (line: string) => sink.write(line) },
  )
}
