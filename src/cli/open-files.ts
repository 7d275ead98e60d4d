/**
 * How many files this process may have open, and how many of them may be connections of clients: workers, logs and
 * files to send need some as well, or a worker that has died could not be replaced while clients are many.
 */
import { readFileSync } from 'node:fs'
import type { SitePlan } from './site-plan.js'

/** Node itself, listening sockets, logs, and files that are being sent. */
const ownFiles = 40

/** Of a worker, besides a connection for each thread: its output, three connections, its file, and what starting costs. */
const filesOfWorker = 8

/** However low the limit is. */
const leastConnections = 10

/** The limit of this process (Node has raised it as far as it may); null where the system has no file that says so. */
export function openFileLimit(): number | null {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1')
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
    return soft === undefined ? null : Number(soft)
  } catch {
    return null
  }
}

/**
 * Sample: with a limit of 1024 and three workers of five threads there may be 906. Room is left for two generations
 * of workers, the old and the new one of a reload.
 */
export function mostConnections(
  limit: number | null,
  { processes, threads }: Pick<SitePlan, 'processes' | 'threads'>,
): number {
  if (limit === null) return Number.POSITIVE_INFINITY
  const workers = 2 * processes * (threads + filesOfWorker)
  return Math.max(leastConnections, limit - ownFiles - workers)
}
