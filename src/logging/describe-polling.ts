/** The wording of why files are polled, with what helps. */
import type { PollingCause } from './events.js'
import type { LogLevel } from './levels.js'

interface Wording {
  readonly level: LogLevel
  readonly text: string
}

/** What to set instead, at least: what editors and other watchers ask for. */
const enough: Record<string, number> = {
  'fs.inotify.max_user_watches': 524_288,
  'fs.inotify.max_user_instances': 1024,
  'user.max_inotify_watches': 524_288,
  'user.max_inotify_instances': 1024,
  'ulimit -n': 65_536,
}

/** One line for the log. What somebody has to know to set his machine right is a warning. */
export function describePolling(cause: PollingCause): Wording {
  switch (cause.why) {
    case 'asked':
      return { level: 'warn', text: `files are polled for changes (${cause.variable})` }
    case 'limit':
      return { level: 'warn', text: limitText(cause) }
    case 'failed':
      return {
        level: 'warn',
        text: `files cannot be watched (${cause.reason}), and are polled for changes from now on`,
      }
    case 'mount':
      return {
        level: 'warn',
        text: `files below ${cause.point} are polled for changes: its file system (${cause.type}) does not tell of all`,
      }
    case 'missed': {
      const where = cause.mount ? `files below ${cause.mount.point} (${cause.mount.type})` : 'files'
      return {
        level: 'warn',
        text: `${cause.file} has changed and the system did not tell: ${where} are polled for changes from now on`,
      }
    }
  }
}

function limitText({ limit, value }: Extract<PollingCause, { why: 'limit' }>): string {
  const all = value === null ? '' : ` of ${value}`
  const polled = 'files are polled for changes from now on'
  const least = enough[limit]
  if (least === undefined)
    return `no more files can be watched, the limit ${limit}${all} is reached: ${polled}`
  const wanted = Math.max(least, 2 * (value ?? 0))
  const remedy = limit.includes('.') ? `sysctl ${limit}=${wanted}` : `${limit} ${wanted}`
  return `no more files can be watched, the limit ${limit}${all} is reached: ${polled}; events come again after \`${remedy}\` and a new start`
}
