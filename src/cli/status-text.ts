/** What the control script says about the server. */
import type { ServerState, StalePid } from './run-record.js'

/**
 * One line about a server.
 *
 * @param now milliseconds since the epoch
 */
export function statusText(state: ServerState, now: number): string {
  if (state.kind === 'stopped') return `modwsgi-dev does not run${staleText(state.stale)}`
  const { pid, record } = state
  if (record === null) return `modwsgi-dev (pid ${pid}) runs`
  const { port, since } = record
  return `modwsgi-dev (pid ${pid}) runs on port ${port}, for ${durationText((now - since) / 1000)}`
}

/** What a pid file names that no server has written, or not this one; empty where there is nothing to say. */
export function staleText(stale: StalePid | null): string {
  if (stale === null) return ''
  const what = stale.taken ? 'is another program now' : 'has ended'
  return ` (the pid file names process ${stale.pid}, which ${what})`
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/**
 * Seconds in the two largest units that there are.
 *
 * @example durationText(7_384) // '2 h 3 min'
 */
export function durationText(seconds: number): string {
  let left = Math.max(0, Math.round(seconds))
  const first = units.findIndex(([, size]) => left >= size)
  if (first < 0) return '0 s'
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return count === 0 ? '' : `${count} ${unit}`
  })
  return parts.filter(part => part !== '').join(' ')
}
