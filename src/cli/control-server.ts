/**
 * What `apachectl` does: starts, stops and asks about the server of a server root that was set up.
 */
import { fileURLToPath } from 'node:url'
import { exitCode, UserError } from '../base/errors.js'
import { operatingMode } from '../settings/modes.js'
import type { Settings } from '../settings/settings.js'
import { isInBackground, startInBackground, tellOutcome, tellServing } from './background-start.js'
import { checkSite } from './check-site.js'
import { type ControlVerb, controlHelp, readApachectlWords } from './control-words.js'
import { planEnvironment } from './envvars.js'
import { makeLogDirectory } from './logs.js'
import { ownVersion } from './own-version.js'
import type { RunRecord } from './run-record.js'
import { look, pidFileOf, readSettings, settingsDigest } from './set-up-site.js'
import { removeLeftPidFile, signalServer, stopServer } from './signal-server.js'
import { type CommandPlace, planSite } from './site-plan.js'
import { startServer } from './start-server.js'
import { staleText, statusText } from './status-text.js'

const program = fileURLToPath(new URL('../../bin/modwsgi-dev.js', import.meta.url))

/** Of LSB for a status: the program does not run. */
const doesNotRun = 3

/** Seconds beside --shutdown-timeout that `stop` waits, for what the server ends by force. */
const stopReserve = 10

/** Seconds that a start waits for the application where --startup-timeout sets no limit. */
const longestLoad = 15

/** Does what the words after `apachectl` say; gives the exit code. Throws {@link UserError}. */
export async function controlServer(
  serverRoot: string,
  words: readonly string[],
  place: CommandPlace,
): Promise<number> {
  const request = readApachectlWords(words)
  switch (request.kind) {
    case 'help':
      process.stdout.write(controlHelp)
      return exitCode.ok
    case 'version':
      process.stdout.write(`modwsgi-dev ${ownVersion()}\n`)
      return exitCode.ok
    case 'unknown':
      if (request.word !== null) process.stderr.write(`apachectl does not know ${request.word}\n`)
      process.stderr.write(controlHelp)
      return exitCode.usage
    case 'verb':
      if (request.verb === 'start') return start(serverRoot, request.foreground, place)
      return actions[request.verb](serverRoot, place)
  }
}

type Action = (serverRoot: string, place: CommandPlace) => number | Promise<number>

const actions: Readonly<Record<Exclude<ControlVerb, 'start'>, Action>> = {
  stop,
  restart,
  graceful: restart,
  'graceful-stop': finish,
  configtest: checkSettings,
  status,
}

async function start(
  serverRoot: string,
  foreground: boolean,
  place: CommandPlace,
): Promise<number> {
  const state = look(serverRoot)
  if (state.kind === 'running') return say(`modwsgi-dev (pid ${state.pid}) already running`)
  if (state.stale) say(`starting${staleText(state.stale)}`)
  // gdb has a prompt.
  const stays = foreground || readSettings(serverRoot).enableGdb
  return stays ? serve(serverRoot, place) : startBehind(serverRoot, place)
}

/** Starts the server in a process of its own, which runs {@link serve}. */
async function startBehind(serverRoot: string, place: CommandPlace): Promise<number> {
  const settings = readSettings(serverRoot)
  const plan = planSite(settings, settings.entryPoint, place)
  makeLogDirectory(settings)
  return startInBackground({
    program,
    args: ['control-server', serverRoot, 'start', '-DFOREGROUND'],
    folder: plan.workingDirectory,
    errorLog: plan.errorLog,
  })
}

/** Is the server until its end. */
async function serve(serverRoot: string, place: CommandPlace): Promise<number> {
  const background = isInBackground()
  try {
    const settings = readSettings(serverRoot)
    return await startServer(withoutTerminal(settings, background), settings.entryPoint, place, {
      aliasAdvice: '',
      readAgain: async () => {
        const read = readSettings(serverRoot)
        return { settings: withoutTerminal(read, background), entryPoint: read.entryPoint }
      },
      foreground: !background,
      settings: settingsDigest(serverRoot),
      serving: firstLoad => {
        if (background) void tellServing(firstLoad, settings.startupTimeout || longestLoad)
      },
    })
  } catch (error) {
    if (background && error instanceof UserError)
      tellOutcome({ kind: 'failed', message: error.message, code: error.code })
    throw error
  }
}

/** There is no terminal in the background. */
function withoutTerminal(settings: Settings, background: boolean): Settings {
  return { ...settings, logToTerminal: settings.logToTerminal && !background }
}

async function stop(serverRoot: string): Promise<number> {
  const state = look(serverRoot)
  const pidFile = pidFileOf(serverRoot)
  if (state.kind === 'stopped') {
    if (state.stale) removeLeftPidFile(pidFile, state.stale.pid)
    return say(statusText(state, Date.now()))
  }
  const { pid } = state
  const seconds = shutdownTimeout(serverRoot) + stopReserve
  if (await stopServer(pid, seconds)) {
    removeLeftPidFile(pidFile, pid)
    return exitCode.ok
  }
  process.stderr.write(
    `modwsgi-dev (pid ${pid}) still runs after ${seconds} seconds: stop again ends it at once\n`,
  )
  return exitCode.failure
}

function shutdownTimeout(serverRoot: string): number {
  try {
    return readSettings(serverRoot).shutdownTimeout
  } catch {
    return 0
  }
}

/** New workers; a new server where settings have changed that count at its start only. */
async function restart(serverRoot: string, place: CommandPlace): Promise<number> {
  const state = look(serverRoot)
  if (state.kind === 'stopped') {
    say(`modwsgi-dev does not run, trying to start${staleText(state.stale)}`)
    return startBehind(serverRoot, place)
  }
  const { pid, record } = state
  const obstacle = whyNotByWorkers(serverRoot, record)
  await checkSetUp(serverRoot, place)
  if (obstacle === null) {
    signalServer(pid, 'SIGHUP')
    return exitCode.ok
  }
  if (record?.foreground)
    throw new UserError(
      `modwsgi-dev (pid ${pid}) has to be stopped and started where it runs: ${obstacle}`,
    )
  return (await stop(serverRoot)) || startBehind(serverRoot, place)
}

/** Null where new workers are all that a restart needs. */
function whyNotByWorkers(serverRoot: string, record: RunRecord | null): string | null {
  const settings = readSettings(serverRoot)
  if (record !== null && record.settings === null) return 'it was started with other settings'
  if (record !== null && record.settings !== settingsDigest(serverRoot))
    return 'settings have changed that count at the start only'
  return operatingMode(settings) === 'debug' ? 'in debug mode it has one worker for good' : null
}

/** Ends the server when the requests in progress are finished, which may take long: nobody waits for that. */
function finish(serverRoot: string): number {
  const state = look(serverRoot)
  if (state.kind === 'stopped') return say(statusText(state, Date.now()))
  if (state.record?.onTerminal) {
    throw new UserError(
      `modwsgi-dev (pid ${state.pid}) has a terminal, and ignores graceful-stop: use stop`,
    )
  }
  signalServer(state.pid, 'SIGWINCH')
  return exitCode.ok
}

/** Says it in the words of httpd, and where httpd says it. */
async function checkSettings(serverRoot: string, place: CommandPlace): Promise<number> {
  await checkSetUp(serverRoot, place)
  process.stderr.write('Syntax OK\n')
  return exitCode.ok
}

/** Throws {@link UserError} where the server would not start with the settings as they are now. */
async function checkSetUp(serverRoot: string, place: CommandPlace): Promise<void> {
  const settings = readSettings(serverRoot)
  const plan = planSite(settings, settings.entryPoint, place)
  await planEnvironment(settings, plan, place)
  await checkSite(settings, plan, place)
}

function status(serverRoot: string): number {
  const state = look(serverRoot)
  say(statusText(state, Date.now()))
  return state.kind === 'running' ? exitCode.ok : doesNotRun
}

function say(line: string): number {
  process.stdout.write(`${line}\n`)
  return exitCode.ok
}
