/**
 * Signs by the events of the system, which come from the folders that files lie in: so the return of a file is seen
 * like its change. A folder that is not there is awaited in the one above it.
 */
import { lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import type { FolderListener, FolderOpener } from './folder-opener.js'
import type { SignHearer, SignSource } from './signs.js'
import { isInstalled } from './watched-file.js'

export interface FolderOpeners {
  readonly project: FolderOpener
  readonly installed: FolderOpener
}

export class FolderEvents implements SignSource, FolderListener {
  readonly #openers: FolderOpeners
  readonly #hearer: SignHearer
  readonly #fails: (error: NodeJS.ErrnoException) => void
  /** Files of the set, by the folder that tells of them. */
  readonly #files = new Map<string, Set<string>>()
  /** The inode of a folder that is watched; null: it is not there. */
  readonly #inodes = new Map<string, bigint | null>()
  /** Links to files, by the path that they lead to. */
  readonly #links = new Map<string, string>()
  #closed = false

  /** `fails` is told what kept a folder from being watched. */
  constructor(
    openers: FolderOpeners,
    hearer: SignHearer,
    fails: (error: NodeJS.ErrnoException) => void,
  ) {
    this.#openers = openers
    this.#hearer = hearer
    this.#fails = fails
  }

  add(paths: readonly string[]): void {
    for (const path of paths) {
      this.#fileIn(dirname(path), path)
      this.#followLink(path)
    }
  }

  /** Its folder stays watched: others lie there. */
  remove(path: string): void {
    for (const files of this.#files.values()) files.delete(path)
  }

  /** Watches folders for what comes into them. */
  addFolders(folders: readonly string[]): void {
    for (const folder of folders) this.#need(folder)
  }

  /**
   * True when events of this file should have come: its folder is watched, and is still the one that was. Where it is
   * another one by now, that is watched from now on.
   */
  sees(path: string): boolean {
    return !this.#closed && !this.#check(dirname(path)) && this.#inodes.get(dirname(path)) !== null
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([this.#openers.project.closeAll(), this.#openers.installed.closeAll()])
  }

  happened(folder: string, entry: string | null): void {
    if (this.#closed) return
    if (entry === null) return this.#signAll(folder)
    // A folder that is moved or removed says so itself, by its own name.
    if (entry === basename(folder)) this.#checkBelow(folder)
    const path = join(folder, entry)
    if (this.#inodes.has(path)) this.#checkBelow(path)
    if (this.#files.get(folder)?.has(path)) this.#followLink(path)
    const link = this.#links.get(path)
    if (link !== undefined) this.#hearer.sign(link)
    this.#hearer.sign(path)
  }

  failed(error: NodeJS.ErrnoException): void {
    // It went between two looks: whoever looks next sees that.
    if (this.#closed || error.code === 'ENOENT' || error.code === 'ENOTDIR') return
    this.#fails(error)
  }

  #fileIn(folder: string, path: string): void {
    const files = this.#files.get(folder)
    if (files) files.add(path)
    else this.#files.set(folder, new Set([path]))
    this.#need(folder)
  }

  /** What is written through a link happens in another folder. */
  #followLink(path: string): void {
    try {
      if (!lstatSync(path).isSymbolicLink()) return
      const target = realpathSync(path)
      this.#links.set(target, path)
      this.#fileIn(dirname(target), path)
    } catch {
      // Not there, or a link to nothing: seen when it comes.
    }
  }

  #need(folder: string): void {
    if (this.#inodes.has(folder) || this.#closed) return
    const inode = inodeOf(folder)
    this.#inodes.set(folder, inode)
    if (inode !== null) return this.#opener(folder).open(folder, this)
    if (dirname(folder) !== folder) this.#need(dirname(folder))
  }

  #checkBelow(folder: string): void {
    for (const known of [...this.#inodes.keys()]) {
      if (known === folder || known.startsWith(folder + sep)) this.#check(known)
    }
  }

  /** True when another folder is there than before, or none any more: all of its files have a sign then. */
  #check(folder: string): boolean {
    const before = this.#inodes.get(folder)
    const inode = inodeOf(folder)
    if (before === undefined || before === inode) return false
    if (before !== null) this.#opener(folder).close(folder)
    this.#inodes.delete(folder)
    this.#need(folder)
    this.#signAll(folder)
    return true
  }

  #signAll(folder: string): void {
    for (const path of this.#files.get(folder) ?? []) this.#hearer.sign(path)
    this.#hearer.sign(folder)
  }

  #opener(folder: string): FolderOpener {
    return isInstalled(folder + sep) ? this.#openers.installed : this.#openers.project
  }
}

function inodeOf(folder: string): bigint | null {
  const stats = statSync(folder, { bigint: true, throwIfNoEntry: false })
  return stats?.isDirectory() ? stats.ino : null
}
