/** What a server answers on its control socket, one line of JSON each. docs/control.md is for users. */

/** A request that runs in a worker. */
export interface RunningAnswer {
  readonly method: string
  readonly target: string
  /** Since it was given to the worker. */
  readonly seconds: number
}

export interface WorkerAnswer {
  readonly slot: number
  readonly pid: number | null
  readonly state: string
  readonly generation: number
  /** That it has answered. */
  readonly requests: number
  /** Resident, in bytes; null where the system does not tell. */
  readonly memory: number | null
  readonly running: readonly RunningAnswer[]
}

export interface ServiceAnswer {
  readonly name: string
  /** Null while it waits to be started. */
  readonly pid: number | null
}

export interface StatusAnswer {
  readonly ok: true
  readonly pid: number
  readonly version: string
  readonly url: string
  readonly serverRoot: string
  /** `failing`: workers died while they started, and no others are started for now. */
  readonly state: 'serving' | 'failing' | 'stopping'
  /** Seconds. */
  readonly uptime: number
  /** Workers that are wanted. */
  readonly processes: number
  /** Of each worker. */
  readonly threads: number
  readonly generation: number
  /** Requests that wait for a thread. */
  readonly waiting: number
  /** Requests that are with the application or wait for it. */
  readonly inProgress: number
  readonly workers: readonly WorkerAnswer[]
  readonly services: readonly ServiceAnswer[]
}

export interface RestartAnswer {
  readonly ok: true
  /** Number of services, each of which is started again. */
  readonly services: number
  /** Why the configuration is the one of before: a sentence; null: it was read again, and counts. */
  readonly configurationKept: string | null
  readonly generation: number
  readonly workers: number
  readonly seconds: number
}

export interface StopAnswer {
  readonly ok: true
  readonly pid: number
  readonly inProgress: number
}

export interface StacksAnswer {
  readonly ok: true
  readonly workers: number
  /** The file they were written to; null: the terminal. */
  readonly log: string | null
}

export interface ReopenLogsAnswer {
  readonly ok: true
  readonly files: readonly string[]
}

export interface ResizeAnswer {
  readonly ok: true
  readonly processes: number
  readonly before: number
}

export interface KillWorkerAnswer {
  readonly ok: true
  readonly worker: number
  /** The process that was ended. */
  readonly killed: number | null
  /** The one that took its place. */
  readonly pid: number | null
}

export interface Refusal {
  readonly ok: false
  /** One sentence. */
  readonly error: string
}

/** By the name of the command. */
export interface AnswersOf {
  readonly status: StatusAnswer
  readonly restart: RestartAnswer
  readonly stop: StopAnswer
  readonly stacks: StacksAnswer
  readonly 'reopen-logs': ReopenLogsAnswer
  readonly resize: ResizeAnswer
  readonly 'kill-worker': KillWorkerAnswer
}

export type Answer = AnswersOf[keyof AnswersOf] | Refusal

export function refusal(error: string): Refusal {
  return { ok: false, error }
}
