/**
 * The words that the static side and its callers share: what a path may resolve to. Every string is made
 * of latin-1 characters, one for each raw byte, as Node hands over a request target; only `location` is
 * percent-encoded.
 */
import type { Stats } from 'node:fs'
import type { Alias } from './aliases.js'

/** Something at the end of a path that is not a directory. */
export interface StaticFile {
  readonly path: string
  /** Taken while this request was resolved; what the file is served from is checked against it. */
  readonly stats: Stats
}

/** A directory without an index file. */
export interface DirectoryToList {
  readonly path: string
  /** Its URL path, with the slash at the end, not encoded. */
  readonly urlPath: string
  /** False where listings are on but do not reach: directories outside the document root. */
  readonly listed: boolean
  /** Names that would answer for it, and do for the directories in it. */
  readonly indexNames: readonly string[]
}

/** The application answers. */
export interface ApplicationResolution {
  readonly kind: 'application'
  /** The document root and the path up to the first component that does not exist there. */
  readonly scriptFilename: string
  /** The part of the path that `scriptFilename` stands for, and what follows it. */
  readonly scriptName: string
  readonly pathInfo: string
}

/** A script of `--add-handler` or the like answers. */
export interface HandlerResolution {
  readonly kind: 'handler'
  /** The last extension of `scriptFilename`, as it is spelled there: `.foo`, or `.GZ` for `x.foo.GZ`. */
  readonly extension: string
  /** False below an alias for a file that is not there: the script is asked all the same. */
  readonly exists: boolean
  /** The alias that led to it; null in the document root. */
  readonly alias: Alias | null
  readonly scriptFilename: string
  readonly scriptName: string
  readonly pathInfo: string
}

/** A CGI script answers (`--with-cgi`). */
export interface ScriptResolution extends Omit<HandlerResolution, 'kind'> {
  readonly kind: 'script'
  /** False outside of the document root, where scripts do not run. */
  readonly runs: boolean
}

/** The resolutions that `respond` answers. */
export type StaticResolution =
  | { readonly kind: 'file'; readonly file: StaticFile }
  | { readonly kind: 'listing'; readonly directory: DirectoryToList }
  /** Nothing there; `filename` is what was looked for, and null for a directory. */
  | { readonly kind: 'refused'; readonly status: 404; readonly filename: string | null }
  | { readonly kind: 'refused'; readonly status: 403 }

/** A directory is asked for without its slash. */
export interface DirectoryRedirect {
  readonly kind: 'redirect'
  /** The path with the slash, percent-encoded. */
  readonly location: string
  readonly directory: string
  /** The application would have answered. */
  readonly forApplication: boolean
}

/** What answers a path. */
export type Resolution =
  | ApplicationResolution
  | HandlerResolution
  | ScriptResolution
  | DirectoryRedirect
  | StaticResolution
