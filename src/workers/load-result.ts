/** What a worker says of its load: the files it has loaded, and how it went. */
import type { LoadFailure } from './load-failure.js'

/** A source file that a worker loaded; null instead of a time: looked for and not there. */
export type ReportedFile = readonly [
  path: string,
  modifiedNanoseconds: number | null,
  /** SHA-1 of the content as base64, where the file had been written just before it was loaded. */
  hash?: string | null,
]

/** A module, with the seconds of its own code and those with all that it imports. */
export type SlowImport = readonly [
  name: string,
  ownSeconds: number,
  seconds: number,
  isProject: boolean,
]

/** What the application has changed of what modules see while they are imported. */
export interface ImportConditions {
  /** Variables of the environment; null: removed. */
  readonly environ: Readonly<Record<string, string | null>>
  /** sys.path; null: as at first. */
  readonly path: readonly string[] | null
}

/** Installed modules that were imported one after the other under the same conditions, by name. */
export type ImportGroup = readonly [conditions: ImportConditions, names: readonly string[]]

/** The application is loaded, or cannot be. */
export interface LoadResult {
  readonly loaded: boolean
  readonly error: string | null
  /** The script ran but does not have the callable. */
  readonly missing: boolean
  /** Seconds the load took. */
  readonly seconds: number
  /** What was changed when it was loaded; absent where files are not reported. */
  readonly conditions?: ImportConditions
  /** The slowest imports of a load that took long, the slowest first. */
  readonly imports?: readonly SlowImport[]
  /** What was raised, in parts; null or absent: nothing, or it was not asked for. */
  readonly failure?: LoadFailure | null
}

/** A worker that could not load the application has loaded it with a request. */
export const loadedLater: LoadResult = { loaded: true, error: null, missing: false, seconds: 0 }
