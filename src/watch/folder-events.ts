/**
 * Signs by the events of the system, which come from the folders that files lie in: so the return of a file is seen
 * like its change. A folder that is not there is awaited in the one above it.
 */
import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import type { FolderListener, FolderOpener } from './folder-opener.js'
import { identityOf } from './look-at.js'
import type { SignHearer, SignSource } from './signs.js'
import { isInstalled } from './watched-file.js'

export interface FolderOpeners {
  /** For folders with code of the project. */
  readonly project: FolderOpener
  /** For folders of installed packages, and those in which something may come. */
  readonly plain: FolderOpener
}

interface Folder {
  /** Null: it is not there. */
  readonly identity: string | null
  readonly opener: FolderOpener
}

export class FolderEvents implements SignSource, FolderListener {
  readonly #openers: FolderOpeners
  readonly #hearer: SignHearer
  readonly #fails: (error: NodeJS.ErrnoException) => void
  /** Files of the set, by the folder that tells of them. */
  readonly #files = new Map<string, Set<string>>()
  /** Those that are watched, or awaited. */
  readonly #folders = new Map<string, Folder>()
  /** Links to files, by the path that they lead to. */
  readonly #links = new Map<string, string>()
  /** Folders that this user may not watch. */
  readonly #closedFolders = new Set<string>()
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
    for (const folder of folders) this.#need(folder, this.#openers.plain)
  }

  /**
   * True when events of this file should have come: its folder is watched, and is still the one that was. Where it is
   * another one by now, that is watched from now on.
   */
  sees(path: string): boolean {
    const folder = dirname(path)
    if (this.#closed || this.#closedFolders.has(folder) || this.#check(folder)) return false
    return this.#folders.get(folder)?.identity != null
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([this.#openers.project.closeAll(), this.#openers.plain.closeAll()])
  }

  happened(folder: string, entry: string | null): void {
    if (this.#closed) return
    if (entry === null) return this.#signAll(folder)
    // A folder that is moved or removed says so itself, by its own name.
    if (entry === basename(folder)) this.#checkBelow(folder)
    const path = join(folder, entry)
    if (this.#folders.has(path)) this.#checkBelow(path)
    if (this.#files.get(folder)?.has(path)) this.#followLink(path)
    const link = this.#links.get(path)
    if (link !== undefined) this.#hearer.sign(link)
    this.#hearer.sign(path)
  }

  failed(error: NodeJS.ErrnoException): void {
    // It went between two looks: whoever looks next sees that.
    if (this.#closed || error.code === 'ENOENT' || error.code === 'ENOTDIR') return
    // The sweep looks at its files all the same.
    if ((error.code === 'EACCES' || error.code === 'EPERM') && error.path)
      this.#closedFolders.add(error.path)
    else this.#fails(error)
  }

  #fileIn(folder: string, path: string): void {
    const files = this.#files.get(folder)
    if (files) files.add(path)
    else this.#files.set(folder, new Set([path]))
    this.#need(folder, this.#openerOf(folder))
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

  #need(folder: string, opener: FolderOpener): void {
    if (this.#folders.has(folder) || this.#closed) return
    const identity = identityOf(folder)
    this.#folders.set(folder, { identity, opener })
    const above = dirname(folder)
    if (identity !== null) return opener.open(folder, this)
    if (above === folder) return
    this.#need(above, this.#openerOf(above))
    // It may have come before the one above was watched.
    this.#check(folder)
  }

  #checkBelow(folder: string): void {
    const known = [...this.#folders.keys()].filter(
      path => path === folder || path.startsWith(folder + sep),
    )
    // From above, so that one which comes between two checks is seen by the events of the one above.
    for (const path of known.sort()) this.#check(path)
  }

  /** True when another folder is there than before, or none any more: all of its files have a sign then. */
  #check(folder: string): boolean {
    const known = this.#folders.get(folder)
    if (known === undefined || known.identity === identityOf(folder)) return false
    if (known.identity !== null) known.opener.close(folder)
    this.#folders.delete(folder)
    this.#need(folder, known.opener)
    this.#signAll(folder)
    return true
  }

  #signAll(folder: string): void {
    for (const path of this.#files.get(folder) ?? []) this.#hearer.sign(path)
    this.#hearer.sign(folder)
  }

  #openerOf(folder: string): FolderOpener {
    return isInstalled(folder + sep) ? this.#openers.plain : this.#openers.project
  }
}
