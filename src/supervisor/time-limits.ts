/**
 * The limits of a worker as rules without I/O and timers: what is known of it, and the time, give what has to
 * happen. They are those of mod_wsgi's monitor thread (wsgi_daemon.c, 6.0.5), where the options say so.
 */

/** Seconds; 0: no such limit. */
export interface TimeLimits {
  /** --request-timeout */
  readonly request: number
  /** --interrupt-timeout */
  readonly interrupt: number
  /** --restart-interval */
  readonly restart: number
  /** --inactivity-timeout */
  readonly inactivity: number
  /** --startup-timeout */
  readonly startup: number
  /** --deadlock-timeout */
  readonly deadlock: number
  /** --graceful-timeout and --eviction-timeout */
  readonly graceful: number
  readonly eviction: number
  /** --shutdown-timeout */
  readonly shutdown: number
  /** Requests that run at a time. */
  readonly threads: number
}

/** A request that a worker has. Times are milliseconds of the clock. */
export interface RunningFact {
  readonly number: number
  readonly since: number
  /** When RequestTimeout was raised in it; null: it was not. */
  readonly interrupted: number | null
}

/** What is known of a worker. */
export interface WorkerFacts {
  readonly started: number
  /** When a request last began, ended or moved on; null before the first one. */
  readonly active: number | null
  /** When a request first found the application not loaded; null: it is loaded, or nobody has asked. */
  readonly unloaded: number | null
  /** When it was asked whether Python runs in it, unanswered so far. */
  readonly asked: number | null
  readonly running: readonly RunningFact[]
}

/** Why a worker is to end, in mod_wsgi's words for subscribers of `process_stopping`. */
export type LimitCause =
  | 'request_timeout'
  | 'startup_timeout'
  | 'restart_interval'
  | 'deadlock_timeout'
  | 'inactivity_timeout'

export type Verdict =
  /** Raise RequestTimeout in the request of this number. */
  | { readonly kind: 'interrupt'; readonly number: number }
  /** Replace the worker; what it has may take so many seconds more. */
  | { readonly kind: 'replace'; readonly cause: LimitCause; readonly seconds: number }

/**
 * What has to happen to a worker that serves. Several requests can be interrupted at once; a worker is replaced
 * for one cause.
 */
export function judge(limits: TimeLimits, facts: WorkerFacts, now: number): Verdict[] {
  const verdicts: Verdict[] = overdue(limits, facts, now)
  const cause = verdicts.some(({ kind }) => kind === 'replace') ? null : spent(limits, facts, now)
  if (cause !== null) verdicts.push(replace(cause, limits, facts, now))
  return verdicts
}

/** Milliseconds that one request may take: for several threads longer, as mod_wsgi 6.0 has it. */
export function longestRequest({ request, threads }: TimeLimits): number {
  return request * 1000 * (1 + Math.log(Math.max(1, threads)))
}

function overdue(limits: TimeLimits, facts: WorkerFacts, now: number): Verdict[] {
  if (limits.request === 0) return []
  const longest = longestRequest(limits)
  const verdicts: Verdict[] = []
  for (const { number, since, interrupted } of facts.running) {
    if (now - since <= longest) continue
    if (limits.interrupt > 0 && interrupted === null) verdicts.push({ kind: 'interrupt', number })
    else if (limits.interrupt === 0 || now - interrupted! > limits.interrupt * 1000) {
      return [...verdicts, replace('request_timeout', limits, facts, now)]
    }
  }
  return verdicts
}

function spent(limits: TimeLimits, facts: WorkerFacts, now: number): LimitCause | null {
  const over = (since: number | null, seconds: number) =>
    seconds > 0 && since !== null && now - since >= seconds * 1000
  if (over(facts.unloaded, limits.startup)) return 'startup_timeout'
  if (over(facts.started, limits.restart)) return 'restart_interval'
  if (over(facts.asked, limits.deadlock)) return 'deadlock_timeout'
  const idle = !isWorthWaiting(limits, facts.running, now)
  return idle && over(facts.active, limits.inactivity) ? 'inactivity_timeout' : null
}

function replace(cause: LimitCause, limits: TimeLimits, facts: WorkerFacts, now: number): Verdict {
  const seconds = secondsToEnd(cause, limits, facts.running, now)
  return { kind: 'replace', cause, seconds }
}

/** Why a worker ends that is not a limit of time, or not one that is watched here. */
export type EndCause =
  | LimitCause
  | 'graceful_signal'
  | 'eviction_signal'
  | 'cpu_time_limit'
  | 'memory_limit'
  | 'maximum_requests'
  | 'shutdown_signal'
  | 'script_reload'

/**
 * Seconds that a worker which has to end may still take: --shutdown-timeout, and before that a time in which
 * requests that are worth it are waited for. Infinity: without limit, as in mod_wsgi where that time is 0.
 */
export function secondsToEnd(
  cause: string,
  limits: TimeLimits,
  running: readonly RunningFact[],
  now: number,
): number {
  if (!isWorthWaiting(limits, running, now)) return limits.shutdown
  switch (cause as EndCause) {
    case 'request_timeout':
    case 'cpu_time_limit':
    case 'memory_limit':
    case 'maximum_requests':
      return limits.graceful + limits.shutdown
    case 'restart_interval':
    case 'graceful_signal':
      return (limits.graceful || Number.POSITIVE_INFINITY) + limits.shutdown
    case 'eviction_signal':
      return limits.eviction + limits.shutdown
    default:
      return limits.shutdown
  }
}

/** Whether a request runs that is not past all hope: longer than its limit and the one of its interruption. */
export function isWorthWaiting(
  { request, interrupt }: TimeLimits,
  running: readonly RunningFact[],
  now: number,
): boolean {
  const longest = (request + interrupt) * 1000
  return running.some(({ since }) => longest === 0 || now - since <= longest)
}

/** Milliseconds until a worker without requests has to be looked at again; null: not before something happens. */
export function nextLook(limits: TimeLimits, facts: WorkerFacts, now: number): number | null {
  const ends = [
    limits.startup > 0 && facts.unloaded !== null ? facts.unloaded + limits.startup * 1000 : null,
    limits.restart > 0 ? facts.started + limits.restart * 1000 : null,
    limits.inactivity > 0 && facts.active !== null ? facts.active + limits.inactivity * 1000 : null,
  ].filter(end => end !== null)
  return ends.length === 0 ? null : Math.max(0, Math.min(...ends) - now)
}
