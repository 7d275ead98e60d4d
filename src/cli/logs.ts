/**
 * From settings to logs: which form the lines have, and where they go.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { UserError } from '../base/errors.js'
import { accessFormat } from '../logging/access-format.js'
import { apacheLines } from '../logging/apache-format.js'
import { errorFormat } from '../logging/error-format.js'
import type { LogEntry } from '../logging/events.js'
import { FormatError } from '../logging/format-text.js'
import { entryFields, requestFields } from '../logging/json-fields.js'
import type { LogLevels } from '../logging/levels.js'
import { type Log, openLog } from '../logging/log.js'
import type { FileSink, LogFiles } from '../logging/log-files.js'
import { prettyEntry, prettyRequest } from '../logging/pretty-format.js'
import { programSink } from '../logging/program-sink.js'
import { rotatingFileSink } from '../logging/rotating-file.js'
import type { ServedRequest } from '../logging/served-request.js'
import type { ServerNames } from '../logging/server-names.js'
import { fileSink, type LogSink, terminalSink } from '../logging/sinks.js'
import { jsonWriter, type LogWriter, textWriter } from '../logging/writers.js'
import { speaksHttps } from '../settings/https.js'
import type { Settings } from '../settings/settings.js'
import type { Configuration } from './another-configuration.js'
import { planLogProgram } from './log-program.js'
import { type CommandPlace, planWorker, type SitePlan } from './site-plan.js'

/** Opens a writer once its sink is there. */
type WriterOf<Fact> = (sink: LogSink) => LogWriter<Fact>

/**
 * The form of the lines, and who rotates their files. Made before anything else: a format or a program that cannot be
 * used ends the start.
 */
export interface LogForms {
  /** The program of --rotatelogs-executable with its arguments; null: we do it. */
  readonly program: readonly string[] | null
  readonly errors: WriterOf<LogEntry>
  readonly access: WriterOf<ServedRequest> | null
}

type Style = 'pretty' | 'apache' | 'json'

/**
 * Throws {@link UserError} for a format that cannot be used.
 * @param running what counts when a line is written
 */
export function planLogForms(
  settings: Settings,
  plan: SitePlan,
  place: CommandPlace,
  running: () => Configuration,
): LogForms {
  const server = {
    name: settings.serverName || plan.listenerHost,
    address: plan.listenOn[0] ?? plan.listenerHost,
    port: settings.port,
    secure: speaksHttps(settings),
    environ: environOf(running, settings.port),
  }
  return {
    program: planLogProgram(settings, place),
    errors: errorWriter(settings, server, place.env),
    access: settings.accessLog ? accessWriter(settings, server, place.env) : null,
  }
}

/** The variables of a configuration, made once for each: lines of the log ask for them again and again. */
function environOf(running: () => Configuration, port: number) {
  let made: {
    readonly of: Configuration
    readonly environ: ReturnType<ServerNames['environ']>
  } | null = null
  return () => {
    const now = running()
    if (made?.of !== now) {
      made = { of: now, environ: planWorker(now.settings, now.plan, port, now.env).environ }
    }
    return made.environ
  }
}

function errorWriter(
  settings: Settings,
  server: ServerNames,
  env: NodeJS.ProcessEnv,
): WriterOf<LogEntry> {
  const { errorLogFormat } = settings
  const format = errorLogFormat
    ? checked('--error-log-format', errorLogFormat, () => errorFormat(errorLogFormat, server))
    : apacheLines
  switch (styleOf(settings, errorLogFormat, 2)) {
    case 'json':
      return sink => jsonWriter(sink, entry => entry.level, entryFields)
    case 'pretty':
      return sink => textWriter(sink, prettyEntry(isColoured(settings, 2, env)))
    case 'apache':
      return sink => textWriter(sink, format)
  }
}

function accessWriter(
  settings: Settings,
  server: ServerNames,
  env: NodeJS.ProcessEnv,
): WriterOf<ServedRequest> {
  const text = settings.accessLogFormat ?? ''
  const format = checked('--access-log-format', text, () => accessFormat(text, server))
  switch (styleOf(settings, text, 1)) {
    case 'json':
      return sink => jsonWriter(sink, () => 'info', requestFields)
    case 'pretty':
      return sink => textWriter(sink, prettyRequest(isColoured(settings, 1, env)))
    case 'apache':
      return sink => textWriter(sink, format)
  }
}

function styleOf(settings: Settings, format: string | null, descriptor: 1 | 2): Style {
  if (settings.logFormat !== null) return settings.logFormat as Style
  return !format && onTerminal(settings, descriptor) ? 'pretty' : 'apache'
}

function onTerminal(settings: Settings, descriptor: 1 | 2): boolean {
  return settings.logToTerminal && isatty(descriptor)
}

/** See https://no-color.org and https://force-color.org. */
function isColoured(settings: Settings, descriptor: 1 | 2, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true
  return onTerminal(settings, descriptor) && env['TERM'] !== 'dumb'
}

function checked<Value>(option: string, text: string, make: () => Value): Value {
  try {
    return make()
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    throw new UserError(`${option} ${JSON.stringify(text)} ${cause.message}`, 2, { cause })
  }
}

/**
 * Opens the logs. Throws {@link UserError} when a file cannot be written.
 * @param files takes those that are files, here and in the functions below
 */
export function openLogs(
  settings: Settings,
  plan: SitePlan,
  forms: LogForms,
  levels: LogLevels,
  files: LogFiles,
): Log {
  makeLogDirectory(settings)
  const open = (path: string, descriptor: 1 | 2) => {
    if (settings.logToTerminal) return terminalSink(descriptor)
    return openSink(settings, plan, forms, files, path)
  }
  return openLog({
    levels,
    errors: forms.errors(open(plan.errorLog, 2)),
    access: forms.access?.(open(plan.accessLog, 1)) ?? null,
  })
}

/** The logs of --service-log-file, by the name of the service. Throws {@link UserError}. */
export function openServiceLogs(
  settings: Settings,
  plan: SitePlan,
  forms: LogForms,
  levels: LogLevels,
  files: LogFiles,
): Map<string, Log> {
  const folder = settings.logDirectory ?? plan.serverRoot
  const services = plan.services.map(([name]) => name)
  return new Map(
    settings.serviceLogFile
      .filter(([name]) => services.includes(name))
      .map(([name, file]) => {
        const errors = forms.errors(openSink(settings, plan, forms, files, join(folder, file)))
        return [name, openLog({ levels, errors, access: null })]
      }),
  )
}

/**
 * A file, or several one after the other, or a program that is told their names as Apache would; which one it has
 * open is its own affair, so that it is none of `files`.
 */
function openSink(
  { rotateLogs, maxLogSize }: Settings,
  { serverRoot }: SitePlan,
  { program }: LogForms,
  files: LogFiles,
  path: string,
): LogSink {
  if (!rotateLogs) return opened(path, files, () => fileSink(path))
  const bytes = maxLogSize * 1024 * 1024
  if (program === null) return opened(path, files, () => rotatingFileSink(path, bytes))
  return programSink([...program, `${path}.%Y-%m-%d-%H_%M_%S`, `${maxLogSize}M`], serverRoot)
}

/** The log of a start that fails, for `--startup-log`; it stays empty otherwise. Null: on the terminal only. */
export function openStartupLog(
  settings: Settings,
  plan: SitePlan,
  files: LogFiles,
): LogSink | null {
  if (!settings.startupLog || settings.logToTerminal) return null
  makeLogDirectory(settings)
  return opened(plan.startupLog, files, () => fileSink(plan.startupLog))
}

/** One level, as mod_wsgi-express; what is missing above it is told when the log is opened. */
export function makeLogDirectory({ logDirectory }: Settings): void {
  if (logDirectory === null) return
  try {
    mkdirSync(logDirectory)
  } catch {
    // It is there, or opening a log in it says what is wrong.
  }
}

function opened(path: string, files: LogFiles, open: () => FileSink): FileSink {
  try {
    return files.add(open())
  } catch (cause) {
    throw new UserError(`the log ${path} cannot be written: ${(cause as Error).message}`, 2, {
      cause,
    })
  }
}
