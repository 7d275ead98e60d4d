/**
 * Makes log entries of events: level, module and wording, all in one place.
 */

import { neverReached } from '../base/never.js'
import { type AccessEvent, describeAccess } from './describe-access.js'
import { describePolling } from './describe-polling.js'
import type { EntryEvent, LogEntry, RunningRequest } from './events.js'
import { type LogLevel, logLevel } from './levels.js'
import {
  changedText,
  reloadDetails,
  reloadedText,
  slowImportsDetails,
  slowImportsText,
} from './reload-text.js'
import { countText as count, secondsText as seconds } from './text-parts.js'

/** The entry of an event that happened `now` (seconds since the epoch). */
export function describe(event: EntryEvent, now: number): LogEntry {
  switch (event.type) {
    case 'applicationLine': {
      const { type, slot, ...rest } = event
      const level = logLevel(event.level) ?? 'error'
      return { ...rest, event: type, level, module: 'wsgi', worker: slot }
    }
    case 'rawLine': {
      const { type, slot, ...rest } = event
      return { ...rest, event: type, time: now, level: 'error', module: 'wsgi', worker: slot }
    }
    case 'scriptFault':
    case 'scriptLine':
      return aboutScript(now, event)
    case 'requestLost':
      return aboutRequest(now, event, lostText(event))
    case 'badHead':
      return aboutRequest(
        now,
        event,
        `the application's response head cannot be sent: ${event.reason} (${what(event.request)})`,
      )
    case 'requestInterrupted':
      return aboutRequest(
        now,
        event,
        `the request runs longer than --request-timeout: RequestTimeout is raised in it (${what(event.request)})`,
      )
    case 'queueFull':
      return aboutRequest(
        now,
        event,
        `the queue was full (--daemon-backlog ${event.limit}) for --connect-timeout: answered 503 (${what(event.request)})`,
      )
    case 'workerSilent': {
      const outcome = event.begun ? 'its response ends here' : 'answered 504'
      return aboutRequest(
        now,
        event,
        `the application said nothing for --socket-timeout ${event.limit}: ${outcome} (${what(event.request)})`,
      )
    }
    case 'slowRequest':
      return aboutRequest(
        now,
        event,
        `${event.over ? 'was' : 'is'} slow: ${what(event.request)}`,
        'warn',
      )
    case 'queueTimeout':
      return aboutRequest(
        now,
        event,
        `the request waited longer than --queue-timeout ${event.limit} for a thread (${what(event.request)})`,
      )
    case 'accessRefused':
    case 'accessUnanswered':
    case 'accessProcessHangs':
    case 'accessProcessDied':
    case 'accessProcessFaulty':
      return { ...describeAccess(event), ...ownEntry(event, now) }
    default:
      return {
        ...own(event),
        ...workerOf(event),
        ...ownEntry(event, now),
      }
  }
}

function ownEntry({ type }: EntryEvent, time: number) {
  return { event: type, time, module: 'modwsgi_dev', pid: process.pid }
}

type OwnEvent = Exclude<
  Exclude<EntryEvent, AccessEvent>,
  {
    readonly type:
      | 'applicationLine'
      | 'rawLine'
      | 'requestLost'
      | 'queueTimeout'
      | 'badHead'
      | 'requestInterrupted'
      | 'queueFull'
      | 'workerSilent'
      | 'slowRequest'
      | 'scriptFault'
      | 'scriptLine'
  }
>

function own(event: OwnEvent): Pick<LogEntry, 'level' | 'text' | 'generation' | 'details'> {
  switch (event.type) {
    case 'serverStarted':
      return { level: 'notice', text: `serving ${event.url}` }
    case 'serverStopping':
      return {
        level: 'notice',
        text: `${event.cause}: stopping${event.running > 0 ? `, ${count(event.running, 'request')} in progress` : ''}`,
      }
    case 'serverStopped':
      return { level: 'notice', text: 'stopped' }
    case 'workerReady':
      return {
        level: 'info',
        text: `worker ${event.slot} (pid ${event.pid}) loaded the application in ${seconds(event.seconds)}`,
      }
    case 'loadFailed':
      return {
        level: 'notice',
        text: `worker ${event.slot} (pid ${event.pid}) could not load the application (${event.error}); each request tries again`,
      }
    case 'workerDied':
      return { level: 'error', text: diedText(event) }
    case 'workerDiedAlike':
      return {
        level: 'error',
        text: `${diedText(event)} as the one before it, ${event.times} times now`,
      }
    case 'workerFaulty':
      return { level: 'crit', text: `worker ${event.slot}${ofPid(event.pid)}: ${event.reason}` }
    case 'restartsSpent':
      return {
        level: 'error',
        text: `${event.attempts} workers in a row died while they started; the next attempt waits for ${event.waitsFor}`,
      }
    case 'startsWait':
      return {
        level: 'error',
        text: `no worker can be started now (${event.reason}); it is tried again until one can`,
      }
    case 'workerKilled':
      return { level: 'warn', text: killedText(event), details: runningDetails(event) }
    case 'limitReached':
      return { level: limitLevels[event.limit] ?? 'info', text: limitText(event) }
    case 'changed': {
      const { generation, files } = event
      return { level: 'warn', text: changedText(event), generation, details: { files } }
    }
    case 'restartOrdered': {
      const again = event.again ? ' again, after others died while they started' : ''
      return { level: 'warn', text: `${event.by}: starting new workers${again}` }
    }
    case 'reloaded':
      return {
        level: event.error === null ? 'warn' : 'error',
        text: reloadedText(event),
        generation: event.generation,
        details: reloadDetails(event),
      }
    case 'slowImports':
      return {
        level: 'warn',
        text: slowImportsText(event),
        details: slowImportsDetails(event),
      }
    case 'renewing':
      return { level: 'notice', text: `${event.cause}: new workers take over one after the other` }
    case 'renewalFailed':
      return {
        level: 'error',
        text: 'a new worker could not load the application: the present ones stay',
      }
    case 'attemptFailed':
      return {
        level: 'debug',
        text: `worker ${event.slot} (pid ${event.pid}) out of the template is no use (${event.reason}): one that starts from nothing takes its place`,
      }
    case 'templateReady':
      return { level: 'debug', text: templateText(event) }
    case 'templateFailed':
      return {
        level: 'debug',
        text: `template (pid ${event.pid}) ended before it was ready (${event.reason}): workers start from nothing`,
      }
    case 'resized':
      return { level: 'notice', text: `${count(event.workers, 'worker')} wanted from now on` }
    case 'configurationRead':
      return { level: 'warn', text: configurationText(event) }
    case 'configurationKept':
      return { level: 'error', text: `the configuration stays as it was: ${event.reason}` }
    case 'logKept':
      return { level: 'error', text: event.reason }
    case 'signalIgnored':
      return { level: 'warn', text: `${event.signal} does nothing here: ${event.why}` }
    case 'controlUnavailable':
      return { level: 'warn', text: `modwsgi-dev ctl cannot reach this server: ${event.reason}` }
    case 'filesPolled':
      return describePolling(event.cause)
    case 'fileRestless':
      return {
        level: 'warn',
        text: `${event.file} is written all the time: it is no reason for a reload until it is still`,
      }
    case 'servedFilesUnseen':
      return {
        level: 'warn',
        text: `pages do not follow changes of static files: ${event.reason}`,
      }
    case 'connectionRefused':
      return { level: 'warn', text: `a connection to the channel was refused: ${event.reason}` }
    case 'certificateKept':
      return { level: 'error', text: `the certificate of before still counts: ${event.reason}` }
    case 'connectionsFull':
      return { level: 'error', text: `new connections are closed at once: ${event.reason}` }
    case 'clientError':
      return { level: 'info', text: `client ${event.client}: ${event.reason}` }
    case 'proxyFailed':
      return {
        level: 'error',
        text: `${event.upstream} ${event.words}: ${event.request} of client ${event.client}`,
      }
    case 'clientDenied':
      return { level: 'error', text: `client ${event.client} denied: ${event.reason}` }
    default:
      return neverReached(event, 'log event')
  }
}

function workerOf(event: OwnEvent): { worker?: number } {
  return 'slot' in event ? { worker: event.slot } : {}
}

type AboutRequest = Extract<
  EntryEvent,
  {
    type:
      | 'requestLost'
      | 'queueTimeout'
      | 'badHead'
      | 'requestInterrupted'
      | 'queueFull'
      | 'workerSilent'
      | 'slowRequest'
  }
>

function aboutRequest(
  time: number,
  { type, request }: AboutRequest,
  text: string,
  level: LogLevel = 'error',
): LogEntry {
  const { client, scriptFilename } = request
  return {
    event: type,
    time,
    level,
    module: 'wsgi',
    pid: process.pid,
    client,
    script: scriptFilename,
    text,
  }
}

/** Under the name that Apache's module has in the log. */
function aboutScript(
  time: number,
  event: Extract<EntryEvent, { type: 'scriptFault' | 'scriptLine' }>,
): LogEntry {
  const { type, client, scriptFilename: script } = event
  const about = { event: type, time, level: 'error', module: 'cgid', client, script } as const
  return event.type === 'scriptLine'
    ? { ...about, pid: event.pid, text: event.text }
    : { ...about, pid: process.pid, text: event.reason }
}

function lostText(event: Extract<EntryEvent, { type: 'requestLost' }>): string {
  const outcome = event.begun ? 'its response ends here' : 'answered 502'
  return `the worker process went away during ${what(event.request)}: ${outcome}`
}

function templateText(event: Extract<EntryEvent, { type: 'templateReady' }>): string {
  const reasons = Object.entries(event.leftOut).map(([name, why]) => `${name} ${why}`)
  const leftOut = reasons.length > 0 ? `; left out: ${reasons.join('; ')}` : ''
  const what = `${count(event.modules, 'module')} of packages in ${seconds(event.seconds)}`
  return `template${ofPid(event.pid)} imported ${what}${leftOut}`
}

function diedText(event: Extract<EntryEvent, { type: 'workerDied' | 'workerDiedAlike' }>): string {
  const how = event.signal ? `ended by ${event.signal}` : exitedText(event.code)
  const who = event.askedBy ? ` (${event.askedBy})` : ''
  return `worker ${event.slot}${ofPid(event.pid)} ${how}${who}`
}

/** @param code null: whoever could tell has gone before it */
function exitedText(code: number | null): string {
  return code === null ? 'has ended' : `exited with status ${code}`
}

function runningDetails({ running }: Extract<EntryEvent, { type: 'workerKilled' }>) {
  const rows = running.map(({ method, target, client, seconds }) => {
    return { method, target, client, seconds }
  })
  return { running: rows }
}

function killedText({
  slot,
  pid,
  cause,
  seconds: limit,
  running,
}: Extract<EntryEvent, { type: 'workerKilled' }>): string {
  const worker = `worker ${slot}${ofPid(pid)}`
  const names = running.map(whose).join('; ')
  if (cause === 'script_reload' && names !== '') {
    return `${worker} with old code is ended by force, --shutdown-timeout (${limit} s) after the reload; cut off: ${names}`
  }
  const held = names === '' ? '' : `; still running: ${names}`
  return `${worker} is ended by force: it did not end within ${Math.round(limit * 10) / 10} seconds (${cause})${held}`
}

/** What is the fault of the site is shown; the others are as the user wants it. */
const limitLevels: Readonly<Record<string, LogLevel>> = {
  request_timeout: 'error',
  startup_timeout: 'error',
  deadlock_timeout: 'error',
  memory_limit: 'warn',
}

const limitWords: Readonly<Record<string, string>> = {
  request_timeout: 'a request runs longer than --request-timeout',
  startup_timeout: 'the application could not be loaded within --startup-timeout',
  deadlock_timeout: 'no Python code runs in it, for --deadlock-timeout',
  restart_interval: '--restart-interval is over',
  inactivity_timeout: 'no request came within --inactivity-timeout',
}

function limitText(event: Extract<EntryEvent, { type: 'limitReached' }>): string {
  const bytes = event.bytes === null ? '' : ` ${Math.round(event.bytes / 2 ** 20)} MB`
  const why = limitWords[event.limit] ?? `it uses${bytes} of memory, more than --memory-limit`
  const running = event.running.map(what).join('; ')
  const held = running ? `; running: ${running}` : ''
  return `worker ${event.slot}${ofPid(event.pid)} is replaced: ${why}${held}`
}

function what(request: RunningRequest): string {
  return `${request.method} ${request.target} after ${seconds(request.seconds)}`
}

function whose(request: RunningRequest): string {
  return `${request.method} ${request.target} from ${request.client} after ${seconds(request.seconds)}`
}

function ofPid(pid: number | null): string {
  return pid === null ? '' : ` (pid ${pid})`
}

function configurationText({
  changed,
  kept,
}: Extract<EntryEvent, { type: 'configurationRead' }>): string {
  const now = changed.length > 0 ? [`from now on with other values: ${changed.join(', ')}`] : []
  const later =
    kept.length > 0 ? [`with other values at the next start only: ${kept.join(', ')}`] : []
  return [...now, ...later].join('; ')
}
