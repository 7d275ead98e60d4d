/**
 * Sees changes of files that were sent to browsers: those of the last while, each told once it is written to its end
 * and has another content than before.
 */
import { type FSWatcher, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '../base/clock.js'
import { identityOf } from './look-at.js'
import { contentHash, type Signature, signatureOf, sizeOf } from './watched-file.js'

export interface ServedFilesListener {
  /** Files have changed that were served under these URL paths; `onlyStyles`: all of them are style sheets. */
  changed(urlPaths: readonly string[], onlyStyles: boolean): void
  failed(reason: string): void
}

/** Files that are watched; of more those are left out that were served longest ago. */
const mostFiles = 500
/** URL paths that are known of one file. */
const mostPaths = 8
/** A file is still when its signature stayed the same for so many milliseconds. */
const stillAfter = 20
/** A file that is empty or gone may be in the middle of a save; it gets this long to come back. */
const saveMayTake = 200
/** Milliseconds between looks at all files, and whether folders are still those that are watched. */
const lookAgain = 1000
/** Larger files are different when they were written, whatever is in them. */
const largestHashed = 8 * 1024 * 1024

interface Served {
  signature: Signature
  /** Of the content; null where it is not known. */
  hash: string | null
  readonly urlPaths: Set<string>
}

interface Folder {
  readonly watcher: FSWatcher
  /** Which one it is: another may be put in its place. */
  readonly identity: string
}

export class ServedFiles {
  readonly #listener: ServedFilesListener
  readonly #clock: Clock
  /** In the order in which they were served last. */
  readonly #files = new Map<string, Served>()
  readonly #folders = new Map<string, Folder>()
  readonly #touched = new Set<string>()
  #settling = false
  #closed = false
  /** That something could not be watched was told. */
  #failed = false
  #cancelLook: (() => void) | null = null

  constructor(listener: ServedFilesListener, clock: Clock) {
    this.#listener = listener
    this.#clock = clock
  }

  /** Number of files that are watched. */
  get size(): number {
    return this.#files.size
  }

  /** A file is served, under this URL path. */
  add(path: string, urlPath: string): void {
    // Only tools of the browser ask for maps.
    if (this.#closed || path.endsWith('.map')) return
    const known = this.#files.get(path)
    if (known === undefined) this.#note(path, urlPath)
    else {
      if (known.urlPaths.size < mostPaths) known.urlPaths.add(urlPath)
      this.#files.delete(path)
      this.#files.set(path, known)
    }
  }

  close(): void {
    this.#closed = true
    this.#cancelLook?.()
    for (const { watcher } of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  #note(path: string, urlPath: string): void {
    const signature = signatureOf(path)
    this.#files.set(path, {
      signature,
      hash: hashOf(path, signature),
      urlPaths: new Set([urlPath]),
    })
    this.#watchFolder(dirname(path))
    this.#forgetOldest()
    this.#cancelLook ??= this.#clock.after(lookAgain, () => this.#look())
  }

  #forgetOldest(): void {
    for (const path of this.#files.keys()) {
      if (this.#files.size <= mostFiles) return
      this.#files.delete(path)
      const folder = dirname(path)
      const isEmpty = ![...this.#files.keys()].some(other => dirname(other) === folder)
      if (isEmpty) this.#unwatchFolder(folder)
    }
  }

  #watchFolder(folder: string): void {
    if (this.#folders.has(folder)) return
    const identity = identityOf(folder)
    if (identity === null) return
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name !== null) this.#touch(join(folder, name))
      })
      // Of a folder that has gone; its return is seen by the look at all of them.
      watcher.on('error', () => this.#unwatchFolder(folder))
      this.#folders.set(folder, { watcher, identity })
    } catch (error) {
      // No more can be watched, for example: then the looks have to do.
      if (!this.#failed) this.#listener.failed((error as Error).message)
      this.#failed = true
    }
  }

  #unwatchFolder(folder: string): void {
    this.#folders.get(folder)?.watcher.close()
    this.#folders.delete(folder)
  }

  /** Events are only the faster way: some file systems send none, and a link says nothing of the file that it leads to. */
  #look(): void {
    for (const folder of new Set([...this.#files.keys()].map(path => dirname(path)))) {
      if (this.#folders.get(folder)?.identity === identityOf(folder)) continue
      this.#unwatchFolder(folder)
      this.#watchFolder(folder)
    }
    for (const path of this.#files.keys()) this.#touch(path)
    this.#cancelLook = this.#clock.after(lookAgain, () => this.#look())
  }

  #touch(path: string): void {
    const known = this.#files.get(path)
    const signature = signatureOf(path)
    // One that has gone is seen when it is back.
    if (known === undefined || signature === null || signature === known.signature) return
    this.#touched.add(path)
    if (this.#settling) return
    this.#settling = true
    void this.#settle()
  }

  async #settle(): Promise<void> {
    const changed = new Set<string>()
    while (this.#touched.size > 0) {
      const paths = [...this.#touched]
      this.#touched.clear()
      await Promise.all(paths.map(path => this.#untilStill(path)))
      for (const path of paths) if (this.#differs(path)) changed.add(path)
    }
    this.#settling = false
    if (changed.size === 0 || this.#closed) return
    const urlPaths = [...changed].flatMap(path => [...(this.#files.get(path)?.urlPaths ?? [])])
    this.#listener.changed(
      urlPaths,
      [...changed].every(path => /\.css$/i.test(path)),
    )
  }

  async #untilStill(path: string): Promise<void> {
    let before = signatureOf(path)
    for (let waited = stillAfter; !this.#closed; waited += stillAfter) {
      await new Promise<void>(resolve => this.#clock.after(stillAfter, resolve))
      const now = signatureOf(path)
      const halfSaved = sizeOf(now) === 0 && waited < saveMayTake
      if (now === before && !halfSaved) return
      before = now
    }
  }

  /** Compares with what was there, and remembers what is there. A file that has gone is nothing to load. */
  #differs(path: string): boolean {
    const known = this.#files.get(path)
    const signature = signatureOf(path)
    if (known === undefined || signature === null) return false
    const hash = hashOf(path, signature)
    const same = hash !== null && hash === known.hash
    known.signature = signature
    known.hash = hash
    return !same
  }
}

function hashOf(path: string, signature: Signature): string | null {
  return signature === null || sizeOf(signature) > largestHashed ? null : contentHash(path)
}
