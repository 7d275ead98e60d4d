/**
 * Sees changes of the files that the application has loaded, and of those it looked for in vain. It tells
 * of the first sign at once, and of the change when it is settled; it restarts nothing itself.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { Clock } from '../base/clock.js'
import {
  contentHash,
  isInstalled,
  modifiedOf,
  type Signature,
  signatureOf,
  sizeOf,
} from './watched-file.js'

/** A file as a worker loaded it; null: it was looked for and not there. */
export type LoadedFile = readonly [path: string, modifiedNanoseconds: number | null]

export interface WatchListener {
  /** Something happens to a file of the set; `settled` or `unchanged` follows. */
  touched(): void
  /** These files are different from what was loaded, and still. */
  settled(files: readonly string[]): void
  /** Nothing is different after all. */
  unchanged(): void
  failed(reason: string): void
}

/** A file is still when its signature stayed the same for so many milliseconds. */
const stillAfter = 10
/** Milliseconds until files that have just settled are compared once more. */
const secondLookAfter = 60
/** The same for files that were just added: a file that is not there yet cannot tell when it is watched. */
const secondLooksAtNewFiles = [60, 1000]
/** A file that is empty or gone may be in the middle of a save; it gets this long to come back. */
const saveMayTake = 100

/** Stands for the signature of a file that is not as it was when it was loaded. */
const changedSinceLoad = 'changed since load'

interface Known {
  signature: Signature
  /** Hash of the content that was loaded; null where it is not known. */
  hash: string | null
}

export class SourceWatcher {
  readonly #listener: WatchListener
  readonly #clock: Clock
  readonly #files = new Map<string, Known>()
  readonly #folders = new Set<string>()
  /** Those of the folders that are there, as far as we know. */
  readonly #present = new Set<string>()
  readonly #touched = new Set<string>()
  /** Cancel the second looks that are ordered. */
  readonly #looks = new Set<() => void>()
  #settling = false
  readonly #watcher: FSWatcher

  constructor(listener: WatchListener, clock: Clock) {
    this.#listener = listener
    this.#clock = clock
    this.#watcher = watch([], {
      // 'add' says that a file is being watched from now on: what happened to it before is compared then.
      ignoreInitial: false,
      depth: 0,
      ignored: path => !this.#files.has(path) && !this.#folders.has(path),
    })
    this.#watcher.on('all', (kind, path) => this.#event(kind, path))
    // chokidar passes over a change that follows another within 50 ms; what the kernel said is all here.
    this.#watcher.on('raw', (_, name, details) => this.#rawEvent(name, details))
    this.#watcher.on('error', error => listener.failed(String((error as Error).message ?? error)))
  }

  /** Number of files in the set. */
  get size(): number {
    return this.#files.size
  }

  /** Adds files to the set. One that changed since it was loaded counts as touched at once. */
  add(files: readonly LoadedFile[]): void {
    const paths: string[] = []
    for (const [path, modified] of files) {
      if (this.#files.has(path)) continue
      const signature = signatureOf(path)
      const same = sameTime(modified, signature)
      // Read here and now, so that no save can come between: a project's own files are few and small.
      const hash = same && signature !== null && !isInstalled(path) ? contentHash(path) : null
      this.#files.set(path, { signature: same ? signature : changedSinceLoad, hash })
      paths.push(path, ...this.#newFolders(path))
      if (!same) this.#touch(path)
    }
    if (paths.length > 0) {
      this.#watcher.add(paths)
      for (const wait of secondLooksAtNewFiles) this.#lookAgain(paths, wait)
    }
  }

  async close(): Promise<void> {
    for (const cancel of this.#looks) cancel()
    await this.#watcher.close()
  }

  /** The folder of a file, so that its removal and its return are seen; one higher if there is none yet. */
  #newFolders(path: string): string[] {
    const folder = dirname(path)
    const wanted = existsSync(folder) ? [folder] : [folder, dirname(folder)]
    const fresh = wanted.filter(candidate => !this.#folders.has(candidate))
    for (const candidate of fresh) {
      this.#folders.add(candidate)
      if (existsSync(candidate)) this.#present.add(candidate)
    }
    return fresh
  }

  #rawEvent(name: string, details: unknown): void {
    const watched = (details as { watchedPath?: string }).watchedPath
    if (watched === undefined) return
    const path = this.#folders.has(watched) ? join(watched, name ?? '') : watched
    if (this.#files.has(path)) this.#touch(path)
  }

  #event(kind: string, path: string): void {
    if (this.#files.has(path)) return this.#touch(path)
    if (!this.#folders.has(path)) return
    // A folder came or went: so may files of the set that lie in it.
    if (kind === 'unlinkDir') this.#present.delete(path)
    if (kind === 'addDir' && !this.#present.has(path)) {
      this.#present.add(path)
      this.#watcher.add(path)
    }
    for (const [file, known] of this.#files) {
      if (dirname(file) === path && signatureOf(file) !== known.signature) this.#touch(file)
    }
  }

  #touch(path: string): void {
    // A sign without a difference: chokidar sees the file for the first time, or somebody read it.
    if (signatureOf(path) === this.#files.get(path)!.signature) return
    this.#touched.add(path)
    if (this.#settling) return
    this.#settling = true
    this.#listener.touched()
    void this.#settle()
  }

  async #settle(): Promise<void> {
    const changed = new Set<string>()
    const seen = new Set<string>()
    while (this.#touched.size > 0) {
      const paths = [...this.#touched]
      this.#touched.clear()
      for (const path of paths) seen.add(path)
      await Promise.all(paths.map(path => this.#untilStill(path)))
      for (const path of paths) {
        if (this.#differs(path)) changed.add(path)
      }
    }
    this.#settling = false
    this.#lookAgain([...seen], secondLookAfter)
    if (changed.size > 0) this.#listener.settled([...changed].sort())
    else this.#listener.unchanged()
  }

  /** A second look at what was just compared, in case a sign of the next save got lost beside the first. */
  #lookAgain(paths: readonly string[], milliseconds: number): void {
    const cancel = this.#clock.after(milliseconds, () => {
      this.#looks.delete(cancel)
      for (const path of paths) if (this.#files.has(path)) this.#touch(path)
    })
    this.#looks.add(cancel)
  }

  async #untilStill(path: string): Promise<void> {
    let before = signatureOf(path)
    let waited = 0
    for (;;) {
      await this.#pause(stillAfter)
      waited += stillAfter
      const now = signatureOf(path)
      const halfSaved = sizeOf(now) === 0 && waited < saveMayTake
      if (now === before && !halfSaved) return
      before = now
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise(resolve => this.#clock.after(milliseconds, resolve))
  }

  /** Compares with what was loaded, and remembers the present state as the loaded one. */
  #differs(path: string): boolean {
    const known = this.#files.get(path)!
    const signature = signatureOf(path)
    const hash = signature === null ? null : contentHash(path)
    const same = known.hash !== null && known.hash === hash
    const stillMissing = signature === null && known.signature === null
    known.signature = signature
    known.hash = hash
    return !same && !stillMissing
  }
}

/** JSON numbers hold nanoseconds only to about a microsecond. */
function sameTime(modified: number | null, signature: Signature): boolean {
  const now = modifiedOf(signature)
  if (modified === null || now === null) return modified === null && now === null
  return Math.abs(Number(now) - modified) < 2_000
}
