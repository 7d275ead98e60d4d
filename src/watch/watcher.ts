/**
 * Sees changes of the files that the application has loaded, and of those it looked for in vain. It tells
 * of the first sign at once, and of the change when it is settled; it restarts nothing itself.
 */
import type { BigIntStats } from 'node:fs'
import type { Clock } from '../base/clock.js'
import type { PollingCause } from '../logging/events.js'
import { ChokidarOpener, PlainOpener } from './folder-opener.js'
import { IncludedFiles } from './included-files.js'
import { LaterHashes } from './later-hashes.js'
import { readMounts } from './mounts.js'
import type { PollingWish } from './polling-wish.js'
import type { ReloadRules } from './reload-rules.js'
import { SignSources, type SignSourcesMeans } from './sign-sources.js'
import {
  contentHash,
  isInstalled,
  modifiedOf,
  type Signature,
  signatureFrom,
  signatureOf,
  sizeOf,
} from './watched-file.js'

/**
 * A file as a worker loaded it; null: it was looked for and not there. The hash is that of {@link contentHash}, told where
 * the file had been written just before.
 */
export type LoadedFile = readonly [
  path: string,
  modifiedNanoseconds: number | null,
  hash?: string | null,
]

export interface WatchListener {
  /** Something happens to a file of the set; `settled` or `unchanged` follows. */
  touched(): void
  /** These files are different from what was loaded, and still. */
  settled(files: readonly string[]): void
  /** Nothing is different after all. */
  unchanged(): void
  /** A file is written all the time, and is passed over until it is still. */
  restless(file: string): void
  /** Files are polled from now on, those of a mount that the cause names or all. */
  polls(cause: PollingCause): void
}

/** What is watched and how; tests replace the rest. */
export interface WatchMeans extends Partial<SignSourcesMeans> {
  readonly clock: Clock
  readonly rules: ReloadRules
  readonly polling: PollingWish
}

/** A file is still when its signature stayed the same for so many milliseconds. */
const stillAfter = 10
/** Milliseconds until files that have just settled are compared once more. */
const secondLookAfter = 60
/** The same for files that were just added: a file that is not there yet cannot tell when it is watched. */
const secondLooksAtNewFiles = [60, 1000]
/** A file that is empty or gone may be in the middle of a save; it gets this long to come back. */
const saveMayTake = 100
/** A file that is not still by then is {@link WatchListener.restless}. */
const longestSave = 3000
/** Milliseconds between two looks whether it is still. */
const lookForRest = 1000

/** Stands for the signature of a file that is not as it was when it was loaded. */
const changedSinceLoad = 'changed since load'

interface Known {
  signature: Signature
  /** Hash of the content that was loaded; null where it is not known. */
  hash: string | null
  /** What workers have loaded, where its time is not the one that is known: something between two saves, perhaps. */
  strange: { readonly modified: number | null; readonly hash: string | null }[]
}

export class SourceWatcher {
  readonly #listener: WatchListener
  readonly #clock: Clock
  readonly #rules: ReloadRules
  readonly #files = new Map<string, Known>()
  readonly #touched = new Set<string>()
  /** Cancel the second looks that are ordered. */
  readonly #looks = new Set<() => void>()
  #settling = false
  /** Files that are written all the time, as they were when they were looked at. */
  readonly #restless = new Map<string, Signature>()
  #closed = false
  readonly #sources: SignSources
  readonly #included: IncludedFiles | null
  /** Settles when the files that --reload-include names are known. */
  readonly ready: Promise<void>
  readonly #laterHashes: LaterHashes

  constructor(listener: WatchListener, means: WatchMeans) {
    this.#listener = listener
    this.#clock = means.clock
    this.#rules = means.rules
    this.#laterHashes = new LaterHashes(means.clock, path => this.#hashLater(path))
    this.#sources = new SignSources(
      {
        mounts: readMounts(),
        openers: { project: new ChokidarOpener(), plain: new PlainOpener() },
        ...means,
      },
      {
        sign: path => this.#sign(path),
        differs: (path, found) => this.#differsFrom(path, found),
        polls: cause => listener.polls(cause),
      },
    )
    this.#included = means.rules.includesAny
      ? new IncludedFiles(means.rules, {
          filesFound: (paths, isNew) => this.#addFound(paths, isNew),
          foldersFound: folders => this.#sources.addFolders(folders),
        })
      : null
    this.ready = this.#included?.start() ?? Promise.resolve()
  }

  /** Number of files in the set. */
  get size(): number {
    return this.#files.size
  }

  /**
   * Adds files to the set, but for excluded ones. One that changed since it was loaded counts as touched at once, also
   * when others have loaded it before: a save may have been undone before it was settled, with a worker that has it.
   */
  add(files: readonly LoadedFile[]): void {
    const paths: string[] = []
    for (const [path, modified, hash = null] of files) {
      const known = this.#files.get(path)
      if (known) this.#loadedAgain(path, known, modified, hash)
      if (known || this.#rules.excludes(path)) continue
      const signature = signatureOf(path)
      const same = sameTime(modified, signature)
      this.#files.set(path, {
        signature: same ? signature : changedSinceLoad,
        hash: null,
        strange: [],
      })
      if (same && signature !== null) this.#hashAtFirst(path)
      paths.push(path)
      if (!same) this.#touch(path)
    }
    if (paths.length > 0) this.#watch(paths)
  }

  #loadedAgain(path: string, known: Known, modified: number | null, hash: string | null): void {
    if (known.signature === changedSinceLoad || sameTime(modified, known.signature)) return
    known.strange.push({ modified, hash })
    this.#touch(path)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const cancel of this.#looks) cancel()
    this.#included?.close()
    this.#laterHashes.close()
    await this.#sources.close()
  }

  /** Files that are no code: as they are now, or new. */
  #addFound(found: readonly string[], isNew: boolean): void {
    const paths = found.filter(path => !this.#files.has(path))
    for (const path of paths) {
      this.#files.set(path, {
        signature: isNew ? null : signatureOf(path),
        hash: null,
        strange: [],
      })
      if (isNew) this.#touch(path)
      else if (this.#files.get(path)!.signature !== null) this.#hashAtFirst(path)
    }
    if (paths.length > 0) this.#watch(paths)
  }

  #watch(paths: readonly string[]): void {
    this.#sources.add(paths)
    for (const wait of secondLooksAtNewFiles) this.#lookAgain(paths, wait)
  }

  #hashAtFirst(path: string): void {
    if (isInstalled(path)) return this.#laterHashes.add(path)
    // Read here and now, so that no save can come between: a project's own files are few and small.
    this.#files.get(path)!.hash = contentHash(path)
  }

  /** The content counts as the loaded one if nobody has written since. */
  #hashLater(path: string): void {
    const known = this.#files.get(path)
    if (!known || known.hash !== null) return
    const hash = contentHash(path)
    if (signatureOf(path) === known.signature) known.hash = hash
  }

  #sign(path: string): void {
    if (this.#files.has(path)) this.#touch(path)
    else this.#included?.sign(path)
  }

  #differsFrom(path: string, found: BigIntStats | null): boolean {
    const known = this.#files.get(path)
    if (known) return signatureFrom(found) !== known.signature
    return this.#included?.differs(path, found) === true
  }

  #touch(path: string): void {
    // A sign without a difference: somebody read it, or it was compared already.
    const known = this.#files.get(path)!
    if (this.#restless.has(path)) return
    if (known.strange.length === 0 && signatureOf(path) === known.signature) return
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
      const still = await Promise.all(paths.map(path => this.#untilStill(path)))
      if (this.#closed) return
      for (const [at, path] of paths.entries()) {
        if (!still[at]) this.#leaveAlone(path)
        else if (this.#differs(path)) changed.add(path)
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

  #leaveAlone(path: string): void {
    if (!this.#restless.has(path)) this.#listener.restless(path)
    this.#restless.set(path, signatureOf(path))
    const cancel = this.#clock.after(lookForRest, () => {
      this.#looks.delete(cancel)
      if (signatureOf(path) !== this.#restless.get(path)) return this.#leaveAlone(path)
      this.#restless.delete(path)
      this.#touch(path)
    })
    this.#looks.add(cancel)
  }

  /** False: it is not, after a long time. */
  async #untilStill(path: string): Promise<boolean> {
    let before = signatureOf(path)
    let waited = 0
    for (;;) {
      await this.#pause(stillAfter)
      waited += stillAfter
      const now = signatureOf(path)
      const halfSaved = sizeOf(now) === 0 && waited < saveMayTake
      if (now === before && !halfSaved) return true
      if (waited >= longestSave || this.#closed) return false
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
    const isStrange = known.strange.some(
      loaded =>
        !sameTime(loaded.modified, signature) && (loaded.hash === null || loaded.hash !== hash),
    )
    known.signature = signature
    known.hash = hash
    known.strange = []
    return isStrange || (!same && !stillMissing)
  }
}

/** JSON numbers hold nanoseconds only to about a microsecond. */
function sameTime(modified: number | null, signature: Signature): boolean {
  const now = modifiedOf(signature)
  if (modified === null || now === null) return modified === null && now === null
  return Math.abs(Number(now) - modified) < 2_000
}
