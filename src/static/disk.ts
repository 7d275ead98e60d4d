/**
 * What is on the disk at a file name, found as Apache's directory walk finds it: component by component
 * down to the first that is not a directory.
 */
import { lstatSync, type Stats, statSync } from 'node:fs'
import { fileSystemPath } from './raw-path.js'

/** One file name looked at; `special` is a pipe, a socket or a device. */
export type Look =
  | { readonly type: 'file'; readonly stats: Stats }
  | { readonly type: 'special'; readonly stats: Stats }
  | { readonly type: 'directory' }
  | { readonly type: 'missing' }
  | { readonly type: 'denied' }

/** Where a walk ended. */
export interface Place {
  /** Up to and including the file, or what is missing. A directory keeps the slash it was asked with. */
  readonly filename: string
  /** What follows: empty, or from a slash on. */
  readonly pathInfo: string
  /** The deepest directory on the way, with a slash at the end. */
  readonly directory: string
}

/** What a file name leads to. */
export type Found =
  | ({ readonly type: 'file'; readonly stats: Stats } & Place)
  | ({ readonly type: 'special'; readonly stats: Stats } & Place)
  | ({ readonly type: 'directory' } & Place)
  | ({ readonly type: 'missing' } & Place)
  /** A component may not be searched, is a link to nowhere, is too long, or is no directory but should be. */
  | { readonly type: 'denied' }

/** A name that APR cannot take, at least on Linux: its PATH_MAX, less room for a slash and the NUL. */
const longestName = 4093

const denied = { type: 'denied' } as const
const missing = { type: 'missing' } as const
const directory = { type: 'directory' } as const
const noThrow = { throwIfNoEntry: false } as const

/** Sees the disk, and directories that count as present although nobody made them. */
export class Disk {
  readonly #presumed: ReadonlySet<string>

  /** `presumed`: names of directories, without a slash at the end. */
  constructor(presumed: Iterable<string> = []) {
    this.#presumed = new Set(presumed)
  }

  /**
   * Finds what `filename` leads to. Its first `known` characters name a directory, with its slash, that is
   * taken to be there; a name missing right below it costs one system call, and so does a file in it.
   */
  find(filename: string, known: number): Found {
    if (filename.length > longestName) return denied
    if (known >= filename.length) return foundAt(directory, filename, filename.length)
    let start = known
    if (known > 1) {
      const end = endOfComponent(filename, known)
      const look = this.look(filename.slice(0, end))
      if (look.type !== 'directory') return foundAt(look, filename, end)
      start = end + 1
    }
    return this.#findWhole(filename) ?? this.#walk(filename, start)
  }

  /** Mostly the whole name is there, and its parents need no look. */
  #findWhole(filename: string): Found | null {
    const end = filename.endsWith('/') ? filename.length - 1 : filename.length
    const look = this.look(filename.slice(0, end))
    return look.type === 'missing' || look.type === 'denied' ? null : foundAt(look, filename, end)
  }

  #walk(filename: string, known: number): Found {
    for (let start = known; start < filename.length; ) {
      const end = endOfComponent(filename, start)
      const look = this.look(filename.slice(0, end))
      if (look.type !== 'directory') return foundAt(look, filename, end)
      start = end + 1
    }
    return foundAt(directory, filename, filename.length)
  }

  /** Looks at one name, which has no slash at the end, following a symbolic link. */
  look(name: string): Look {
    const path = fileSystemPath(name)
    try {
      const link = lstatSync(path, noThrow)
      if (link === undefined) return this.#presumed.has(name) ? directory : missing
      const stats = link.isSymbolicLink() ? statSync(path) : link
      if (stats.isFile()) return { type: 'file', stats }
      return stats.isDirectory() ? directory : { type: 'special', stats }
    } catch {
      return denied
    }
  }
}

/** The answer for the first `end` characters of `filename`, which name what was looked at. */
function foundAt(look: Look, filename: string, end: number): Found {
  if (look.type === 'denied') return denied
  if (look.type === 'directory') {
    return { type: 'directory', filename, pathInfo: '', directory: withSlash(filename) }
  }
  const name = filename.slice(0, end)
  const place = {
    filename: name,
    pathInfo: filename.slice(end),
    directory: name.slice(0, name.lastIndexOf('/') + 1),
  }
  if (look.type === 'missing') return { type: 'missing', ...place }
  if (look.type === 'special' && place.pathInfo !== '') return denied
  return { type: look.type, stats: look.stats, ...place }
}

function endOfComponent(filename: string, start: number): number {
  const slash = filename.indexOf('/', start)
  return slash < 0 ? filename.length : slash
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`
}
