/** What the status page tells, gathered at one moment. */
import type { PlaceSnapshot } from '../../workers/place-figures.js'

/** Letters of Apache's scoreboard that there are here, see {@link letterNames}. */
export type Letter = '_' | 'S' | 'W' | 'G' | 'I' | '.'

export interface StatusFacts {
  /** Sample: `Apache (modwsgi-dev/1.2.0) Node.js/22.1.0`. */
  readonly version: string
  /** When the command was built; ISO 8601, to the second. */
  readonly built: string
  /** Seconds since the epoch. */
  readonly now: number
  readonly started: number
  /** Of the workers that are wanted now, from 0. */
  readonly generation: number
  /** Of the last 1, 5 and 15 minutes. */
  readonly load: readonly number[]
  readonly accesses: number
  readonly bytes: number
  /** Milliseconds that all requests together took. */
  readonly duration: number
  /** Seconds of processor time: of the server itself, and of its workers. */
  readonly cpu: CpuTime
  readonly workersCpu: CpuTime
  readonly connections: ConnectionCounts
  /** New connections are taken. */
  readonly accepting: boolean
  readonly workers: readonly WorkerFacts[]
  /** `HOST:PORT` */
  readonly vhost: string
}

export interface CpuTime {
  readonly user: number
  readonly system: number
}

/** Open connections, by what they do. */
export interface ConnectionCounts {
  readonly total: number
  /** A request is being read, or waits for its answer. */
  readonly waiting: number
  readonly writing: number
  readonly keepAlive: number
  readonly closing: number
}

/** One worker process, or the place of one that is missing. */
export interface WorkerFacts {
  /** From 1. */
  readonly slot: number
  readonly generation: number
  readonly pid: number | undefined
  readonly state: 'missing' | 'starting' | 'ready' | 'draining' | 'stopping' | 'gone'
  readonly threads: number
  /** What is known of its threads: those that are not listed have had nothing to do. */
  readonly places: readonly PlaceSnapshot[]
  readonly cpu: CpuTime
}

/** The letters of a worker's threads. */
export function lettersOf({ state, threads, places }: WorkerFacts): Letter[] {
  return Array.from({ length: threads }, (_, at) => {
    const isBusy = places[at]?.status === 'W'
    switch (state) {
      case 'starting':
        return 'S'
      case 'ready':
        return isBusy ? 'W' : '_'
      case 'draining':
        return isBusy ? 'G' : 'I'
      case 'stopping':
        return 'I'
      default:
        return '.'
    }
  })
}

/** How many threads do what. */
export interface ThreadCounts {
  readonly busy: number
  readonly graceful: number
  readonly idle: number
}

/** @param letters of some threads */
export function countThreads(letters: readonly Letter[]): ThreadCounts {
  const count = (letter: Letter) => letters.filter(found => found === letter).length
  return { busy: count('W'), graceful: count('G'), idle: count('_') }
}

/** Processes that there are: the server itself as well. */
export function livingWorkers(facts: StatusFacts): readonly WorkerFacts[] {
  return facts.workers.filter(({ state }) => state !== 'missing' && state !== 'gone')
}

export function isStopping({ state }: WorkerFacts): boolean {
  return state === 'draining' || state === 'stopping'
}

/** Whole seconds since the start. */
export function uptimeOf({ now, started }: StatusFacts): number {
  return Math.max(0, Math.floor(now - started))
}

/** Percents of one processor since the start. */
export function cpuLoadOf(facts: StatusFacts): number {
  const { cpu, workersCpu } = facts
  const seconds = cpu.user + cpu.system + workersCpu.user + workersCpu.system
  return (seconds / Math.max(1, uptimeOf(facts))) * 100
}
