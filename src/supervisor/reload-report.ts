/**
 * What the log says of new workers that were ordered: one line when all of them are there, with what they were ordered
 * for and how long it took. Nobody waits long without a word: when it takes a while, or goes wrong, the changed files
 * are named before.
 */
import type { Clock } from '../base/clock.js'
import type { Log } from '../logging/log.js'
import type { LoadResult } from '../workers/load-result.js'
import type { Target } from './target.js'
import type { WorkerState } from './worker-state.js'

/** Milliseconds that a reload may take without a word. */
const longestSilence = 1000

/** Why new workers were ordered: files that have changed (absolute), or somebody's wish. */
export type ReloadCause = { readonly files: readonly string[] } | { readonly by: string }

/** What it looks at of a worker. */
export interface ReportedWorker {
  readonly slot: number
  readonly generation: number
  readonly state: WorkerState
  /** It was forked from a template. */
  readonly isWarm: boolean
  /** Null: it has not tried to load the application. */
  readonly load: LoadResult | null
}

/** A reload that is under way. */
interface UnderWay {
  /** The first sign of it, in the clock's milliseconds. */
  readonly since: number
  readonly files: readonly string[]
  readonly by: string | null
  readonly generation: number
  readonly folder: string
}

export class ReloadReport {
  readonly #log: Log
  readonly #clock: Clock
  /** When a file was first seen to change that is not reloaded yet, in the clock's milliseconds. */
  #sign: number | null = null
  #underWay: UnderWay | null = null
  /** Leaves out the word about what takes long; null: it was said, or there is nothing to say. */
  #cancelWord: (() => void) | null = null
  /** Of the workers whose slow imports were told. */
  #toldImports = -1

  constructor({ log, clock }: { readonly log: Log; readonly clock: Clock }) {
    this.#log = log
    this.#clock = clock
  }

  /** Something happens to a file: perhaps it changes. */
  touched(): void {
    this.#sign ??= this.#clock.now()
  }

  /** Nothing has changed after all. */
  untouched(): void {
    this.#sign = null
  }

  /** New workers are ordered. What was ordered before, and is not there yet, is a part of it. */
  begin(cause: ReloadCause, { generation, rules }: Target): void {
    const before = this.#underWay
    const files = 'files' in cause ? cause.files : []
    this.#underWay = {
      since: before?.since ?? this.#sign ?? this.#clock.now(),
      files: [...new Set([...(before?.files ?? []), ...files])],
      by: 'by' in cause ? cause.by : (before?.by ?? null),
      generation,
      folder: rules.command.workingDirectory,
    }
    this.#sign = null
    if (files.length === 0) return
    this.#cancelWord?.()
    this.#cancelWord = this.#clock.after(longestSilence, () => this.tell())
  }

  /** Names the changed files now, if that was not done: something else is about to be said because of them. */
  tell(): void {
    if (this.#cancelWord === null || this.#underWay === null) return
    this.#cancelWord()
    this.#cancelWord = null
    const { files, generation, folder } = this.#underWay
    this.#log.emit({ type: 'changed', files, generation, folder })
  }

  /** Nothing comes of it. */
  giveUp(): void {
    this.tell()
    this.drop()
  }

  /** Nobody wants to know any more. */
  drop(): void {
    this.#cancelWord?.()
    this.#cancelWord = null
    this.#underWay = null
  }

  /** A worker is ready. */
  look({ renewing, generation, workers: wanted }: Target, handles: Iterable<ReportedWorker>): void {
    if (this.#underWay === null || renewing) return
    const ready = [...handles].filter(
      handle => handle.generation === generation && handle.state === 'ready',
    )
    if (ready.length < wanted) return
    const { since, files, by, folder } = this.#underWay
    this.drop()
    this.#log.emit({
      type: 'reloaded',
      files,
      folder,
      by,
      seconds: (this.#clock.now() - since) / 1000,
      importSeconds: Math.max(0, ...ready.map(({ load }) => load?.seconds ?? 0)),
      workers: ready.length,
      warm: ready.filter(({ isWarm }) => isWarm).length,
      error: ready.find(({ load }) => load?.loaded === false)?.load?.error ?? null,
      generation,
    })
  }

  /** A worker has tried to load the application: if that took long, where the time went, once for all that load the same. */
  loadTried({ slot, generation, load }: ReportedWorker): void {
    if (!load?.imports || generation <= this.#toldImports) return
    this.#toldImports = generation
    this.#log.emit({ type: 'slowImports', slot, seconds: load.seconds, imports: load.imports })
  }
}
