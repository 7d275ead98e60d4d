/** Wording of what access control tells. */
import { decodeUtf8 } from '../base/text-bytes.js'
import type { EntryEvent, LogEntry, RunningRequest } from './events.js'
import { secondsText } from './text-parts.js'

/** The events of access control. */
export type AccessEvent = Extract<
  EntryEvent,
  {
    readonly type:
      | 'accessRefused'
      | 'accessUnanswered'
      | 'accessProcessHangs'
      | 'accessProcessDied'
      | 'accessProcessFaulty'
  }
>

/** Level and text, and of whose request it tells. */
export function describeAccess(
  event: AccessEvent,
): Pick<LogEntry, 'level' | 'text' | 'client' | 'script'> {
  const level = 'error'
  switch (event.type) {
    case 'accessRefused': {
      // A name with a line end in it is no other line.
      const text = decodeUtf8(Buffer.from(event.text.replaceAll('\n', '\\n'), 'latin1'))
      return { level, client: event.client, text }
    }
    case 'accessUnanswered': {
      const { client, scriptFilename: script } = event.request
      return { level, client, script, text: unansweredText(event.why, event.request) }
    }
    case 'accessProcessHangs':
      return {
        level,
        text: `the process of the access scripts${ofPid(event.pid)} is replaced: a script does not answer`,
      }
    case 'accessProcessDied':
      return { level, text: `the process of the access scripts${ofPid(event.pid)} ${endOf(event)}` }
    case 'accessProcessFaulty':
      return {
        level: 'crit',
        text: `the process of the access scripts${ofPid(event.pid)}: ${event.reason}`,
      }
  }
}

function unansweredText(why: 'waited' | 'hangs' | 'died', request: RunningRequest): string {
  const what = `${request.method} ${request.target} after ${secondsText(request.seconds)}`
  if (why === 'died') return `the process of the access scripts has ended: answered 500 (${what})`
  if (why === 'hangs')
    return `an access script has not answered within --request-timeout: answered 500 (${what})`
  return `no thread of the access scripts was free within --request-timeout: answered 500 (${what})`
}

function endOf({ code, signal }: Extract<AccessEvent, { type: 'accessProcessDied' }>): string {
  if (signal !== null) return `ended by ${signal}`
  return code === null ? 'has ended' : `exited with status ${code}`
}

function ofPid(pid: number | null): string {
  return pid === null ? '' : ` (pid ${pid})`
}
