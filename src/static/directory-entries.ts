/** What a directory holds, as a listing shows it. */
import { readdirSync, type Stats, statSync } from 'node:fs'
import type { ListingQuery } from './listing-query.js'
import { compareNaturally } from './natural-order.js'
import { fileSystemPath } from './raw-path.js'
import type { DirectoryToList } from './resolution.js'

export interface DirectoryEntry {
  /** Latin-1 characters of raw bytes; that of a directory ends with a slash. */
  readonly name: string
  /** In bytes; -1 for a directory, whose size says nothing. */
  readonly size: number
  readonly modified: Date
}

/**
 * Files and directories, hidden ones too; what is neither, or a link to nowhere, is left out. Null for a
 * directory that may not be read.
 */
export function readEntries(
  directory: DirectoryToList,
  query: ListingQuery,
): DirectoryEntry[] | null {
  let names: string[]
  try {
    names = readdirSync(fileSystemPath(directory.path), 'latin1')
  } catch {
    return null
  }
  const indexNames = query.form === 'plain' ? [] : directory.indexNames
  const entries = names
    .filter(query.shows)
    .flatMap(name => readEntry(directory.path, name, indexNames) ?? [])
  return entries.sort(orderOf(query))
}

function readEntry(
  directory: string,
  name: string,
  indexNames: readonly string[],
): DirectoryEntry | null {
  const stats = look(directory + name)
  if (stats?.isDirectory()) {
    // The time is that of what answers for it.
    const index = indexNames.map(index => look(`${directory}${name}/${index}`)).find(isFile)
    return { name: `${name}/`, size: -1, modified: (index ?? stats).mtime }
  }
  return stats?.isFile() ? { name, size: stats.size, modified: stats.mtime } : null
}

function look(path: string): Stats | undefined {
  try {
    return statSync(fileSystemPath(path), { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

const isFile = (stats: Stats | undefined) => stats?.isFile()

type Order = (a: DirectoryEntry, b: DirectoryEntry) => number

/** By the key, then by name. In a plain listing only the names are known. */
function orderOf({ key, descending, form, byVersion }: ListingQuery): Order {
  const byKey = form === 'plain' ? undefined : orders[key]
  const order: Order = (a, b) =>
    byKey?.(a, b) || (byVersion && compareNaturally(a.name, b.name)) || (a.name < b.name ? -1 : 1)
  return descending ? (a, b) => order(b, a) : order
}

const orders: Readonly<Record<string, Order>> = {
  M: (a, b) => a.modified.getTime() - b.modified.getTime(),
  S: (a, b) => a.size - b.size,
}
