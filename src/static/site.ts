/**
 * The static side of a site: which file, directory, redirect or application answers a path.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** What the options say about static files. Paths are latin-1 characters of the raw bytes. */
export interface StaticOptions {
  /** `--url-alias`, in any order; targets are absolute. */
  readonly aliases: readonly (readonly [urlPath: string, target: string])[]
  /** `--document-root`, absolute; may be an empty directory. */
  readonly documentRoot: string
  /** `--mount-point`: `/`, `/app`, or `/app/`. */
  readonly mountPoint: string
  /** False for `--application-type static`. */
  readonly hasApplication: boolean
  /** `--directory-index`: names, blank separated. */
  readonly directoryIndex: string | null
  /** `--directory-listing`. */
  readonly directoryListing: boolean
  /** `--mime-types`; null: the first existing file of Python's `mimetypes.knownfiles`, else none. */
  readonly mimeTypesFile: string | null
  /** Extensions of `--add-handler` and the like, with their dot; existing files having one of them resolve to `handler`. */
  readonly handlerExtensions?: readonly string[]
  /** Value of the `Server` field; null leaves the field to the caller. */
  readonly serverHeader: string | null
}

/** A regular file that {@link StaticSite.resolve} found. */
export interface StaticFile {
  /** Where it is, as latin-1 characters of the raw bytes. */
  readonly path: string
}

/** A directory whose entries are to be shown. */
export interface DirectoryToList {
  readonly path: string
  /** Its URL path, with the slash at the end, not encoded. */
  readonly urlPath: string
}

/** What answers a path. All strings are latin-1 characters of the raw bytes, except `location`. */
export type Resolution =
  | {
      readonly kind: 'application'
      readonly scriptFilename: string
      readonly scriptName: string
      readonly pathInfo: string
    }
  | {
      readonly kind: 'handler'
      readonly extension: string
      readonly scriptFilename: string
      readonly scriptName: string
      readonly pathInfo: string
    }
  | { readonly kind: 'redirect'; readonly location: string }
  | StaticResolution

/** The resolutions that {@link respond} answers. */
export type StaticResolution =
  | { readonly kind: 'file'; readonly file: StaticFile }
  | { readonly kind: 'listing'; readonly directory: DirectoryToList }
  | { readonly kind: 'refused'; readonly status: 403 | 404 }

export interface StaticSite {
  readonly options: StaticOptions
  /**
   * Decides what answers a decoded path: merged slashes, dot segments resolved, latin-1 characters of the
   * raw bytes, `/` first.
   */
  resolve(path: string): Resolution
}

/** Opens the static side of a site. */
export function openStaticSite(options: StaticOptions): StaticSite {
  return {
    options,
    resolve: path => ({
      kind: 'application',
      scriptFilename: options.documentRoot + path,
      scriptName: path,
      pathInfo: '',
    }),
  }
}

/** One request and what is needed to answer it. */
export interface StaticExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Writes the page the server makes up for `status`, with these further fields (name, value, name, value). */
  serverPage(status: number, fields: readonly string[]): void
  /** Status of the answer instead of 200: this file is the error document of that status. */
  readonly status?: number
}

/** Answers with what a path resolved to: methods, conditions, ranges, HEAD. */
export function respond(
  _site: StaticSite,
  _resolution: StaticResolution,
  exchange: StaticExchange,
): void {
  exchange.serverPage(404, [])
}
