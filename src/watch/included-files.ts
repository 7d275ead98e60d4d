/** Finds the files that --reload-include names: those that are there, and those that come. */
import { type BigIntStats, type Dirent, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { lookAt } from './look-at.js'
import type { ReloadRules } from './reload-rules.js'

/** What becomes of what is found. */
export interface IncludedFilesOwner {
  /** Files that are there from the start (`new` false), or came later. */
  filesFound(paths: readonly string[], isNew: boolean): void
  /** Folders in which something may come. */
  foldersFound(folders: readonly string[]): void
}

interface Look {
  readonly folder: string
  readonly modified: bigint | null
  readonly entries: readonly Dirent[]
}

export class IncludedFiles {
  readonly #rules: ReloadRules
  readonly #owner: IncludedFilesOwner
  /** Folders that were looked at, and when their entries changed. */
  readonly #folders = new Map<string, bigint>()
  /** Signs that came before all was looked at, when nothing can be told to be new; null: it was. */
  #waiting: Set<string> | null = new Set()
  #closed = false

  constructor(rules: ReloadRules, owner: IncludedFilesOwner) {
    this.#rules = rules
    this.#owner = owner
  }

  /** Looks at all that is there, folder by folder. */
  async start(): Promise<void> {
    const left = [this.#rules.folder]
    for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
      const modified = modifiedTime(folder)
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
      if (this.#closed) return
      left.push(...this.#take({ folder, modified, entries }, false))
    }
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const path of waiting) this.sign(path)
  }

  close(): void {
    this.#closed = true
  }

  /** Something happened to a path that is no file of the set. */
  sign(path: string): void {
    if (this.#waiting) return void this.#waiting.add(path)
    if (this.#folders.has(path)) return this.#look(path)
    if (!this.#folders.has(dirname(path))) return
    if (this.#rules.includes(path) || isFolder(path)) this.#look(dirname(path))
  }

  /** True when entries of this folder came or went since it was looked at. */
  differs(folder: string, found: BigIntStats | null): boolean {
    const before = this.#folders.get(folder)
    return before !== undefined && found !== null && found.mtimeNs !== before
  }

  #look(folder: string): void {
    const left = [folder]
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const modified = modifiedTime(next)
      left.push(...this.#take({ folder: next, modified, entries: entriesOf(next) }, true))
    }
  }

  /** Takes over what is new in a folder, and gives the folders in it that were not looked at. */
  #take({ folder, modified, entries }: Look, isNew: boolean): string[] {
    const isFresh = !this.#folders.has(folder)
    if (modified === null) this.#folders.delete(folder)
    else this.#folders.set(folder, modified)
    // A virtual environment, whatever it is called.
    if (modified === null || entries.some(({ name }) => name === 'pyvenv.cfg')) return []
    if (isFresh) this.#owner.foldersFound([folder])
    const paths = entries
      .filter(entry => !entry.isDirectory())
      .map(({ name }) => join(folder, name))
    const files = paths.filter(path => this.#rules.includes(path))
    if (files.length > 0) this.#owner.filesFound(files, isNew)
    return entries
      .filter(entry => entry.isDirectory())
      .map(({ name }) => join(folder, name))
      .filter(path => !this.#folders.has(path) && this.#rules.walks(path, basename(path)))
  }
}

/** Nanoseconds; null: not there. Asked before the entries are read, so that what comes meanwhile makes a difference. */
function modifiedTime(folder: string): bigint | null {
  return lookAt(folder)?.mtimeNs ?? null
}

function isFolder(path: string): boolean {
  return lookAt(path)?.isDirectory() === true
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
