/** What a worker says of its load: the files it has loaded, and how it went. */
import type { LoadFailure } from './load-failure.js'
/** A source file that a worker loaded; null instead of a time: looked for and not there. */
export type ReportedFile = readonly [path: string, modifiedNanoseconds: number | null]

/** A module, with the seconds of its own code and those with all that it imports. */
export type SlowImport = readonly [
  name: string,
  ownSeconds: number,
  seconds: number,
  isProject: boolean,
]

/** The application is loaded, or cannot be. */
export interface LoadResult {
  readonly loaded: boolean
  readonly error: string | null
  /** The script ran but does not have the callable. */
  readonly missing: boolean
  /** Seconds the load took. */
  readonly seconds: number
  /** The slowest imports of a load that took long, the slowest first. */
  readonly imports?: readonly SlowImport[]
  /** What was raised, in parts; null or absent: nothing, or it was not asked for. */
  readonly failure?: LoadFailure | null
}

/** A worker that could not load the application has loaded it with a request. */
export const loadedLater: LoadResult = { loaded: true, error: null, missing: false, seconds: 0 }
