/** What the status page of a server tells of its workers. */
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { OutsideFacts } from '../front/status/status-board.js'
import type { CpuTime, WorkerFacts } from '../front/status/status-facts.js'
import type { Settings } from '../settings/settings.js'
import { cpuTimes } from '../supervisor/cpu-times.js'
import type { WorkerSnapshot } from '../supervisor/fleet-options.js'
import { ownVersion } from './own-version.js'
import type { SitePlan } from './site-plan.js'

/** What it is gathered from. */
export interface StatusSource {
  /** Seconds since the epoch at the start of the server. */
  readonly started: number
  readonly settings: Settings
  readonly plan: SitePlan
  readonly port: number
  /** Null: the site has no application. */
  readonly fleet: {
    readonly generation: number
    readonly wanted: number
    snapshot(): readonly WorkerSnapshot[]
  } | null
}

export function statusSource({ started, settings, plan, port, fleet }: StatusSource): OutsideFacts {
  const workers = fleet === null ? [] : workerFacts(fleet.snapshot(), fleet.wanted, plan.threads)
  return {
    version: `Apache (modwsgi-dev/${ownVersion()}) Node.js/${process.versions.node}`,
    built: builtAt(),
    started,
    generation: fleet?.generation ?? 0,
    workers,
    workersCpu: sum(workers.map(({ cpu }) => cpu)),
    vhost: `${settings.serverName || plan.listenerHost}:${port}`,
  }
}

/** All in the order of their places; several may have one, and of those that are wanted some may be missing. */
function workerFacts(
  entries: readonly WorkerSnapshot[],
  wanted: number,
  threads: number,
): WorkerFacts[] {
  const present = entries.map(({ slot, generation, pid, state, places }) => ({
    slot,
    generation,
    pid,
    state,
    threads: Math.max(threads, places.length),
    places,
    cpu: cpuTimes(pid),
  }))
  const taken = new Set(entries.map(({ slot }) => slot))
  const missing = Array.from({ length: wanted }, (_, at) => at + 1)
    .filter(slot => !taken.has(slot))
    .map(slot => ({ ...nobody, slot, threads }))
  return [...present, ...missing].sort((a, b) => a.slot - b.slot)
}

const nobody = {
  generation: 0,
  pid: undefined,
  state: 'missing',
  places: [],
  cpu: { user: 0, system: 0 },
} as const

function sum(times: readonly CpuTime[]): CpuTime {
  const total = (part: keyof CpuTime) =>
    Math.round(times.reduce((seconds, time) => seconds + time[part], 0) * 100) / 100
  return { user: total('user'), system: total('system') }
}

/** Of the file that runs. */
function builtAt(): string {
  return statSync(fileURLToPath(import.meta.url))
    .mtime.toISOString()
    .slice(0, 19)
}
