/**
 * What sees signs of change. A sign says that something may have happened to a path; whether anything did is found
 * out by comparing, which is not done here.
 */
import type { BigIntStats } from 'node:fs'

/** Who is told. */
export interface SignHearer {
  /** Something may have happened to a file that was added, or to one beside it. */
  sign(path: string): void
}

/** Sees signs at files by whatever means. */
export interface SignSource {
  /** Paths that are there or not: their return is a sign as well. */
  add(paths: readonly string[]): void
  remove(path: string): void
  close(): Promise<void>
}

/** Compares what a look at a path has found with what is known; null: it is not there. */
export type Differs = (path: string, found: BigIntStats | null) => boolean
