/**
 * Bytes of small files kept in memory. An entry counts only for the very state of the file it was read
 * from: whoever asks brings fresh `Stats`, and the slightest difference drops the entry.
 */
import type { Stats } from 'node:fs'

/** What is remembered of a file besides its state. */
export interface CachedContent {
  readonly body: Buffer
}

/** Files above this size are not kept: reading them anew costs little compared with sending them. */
export const largestCachedFile = 256 * 1024

/** The memory that bodies may take, in bytes. A site's stylesheets and scripts fit several times over. */
const defaultCapacity = 64 * 1024 * 1024

/** What an entry costs besides its body; it bounds the number of empty files. */
const entryOverhead = 1024

/**
 * A file that changed less than this many milliseconds ago is not kept. Within one tick of the file
 * system's clock (4 ms on Linux, up to 2 s elsewhere) it could change once more without a sign of it in
 * its times, and the first content would stay for good.
 */
const unsettledMilliseconds = 2500

/** What of a file is another when it has changed. */
export type FileState = Pick<Stats, 'mtimeMs' | 'ctimeMs' | 'size' | 'ino' | 'dev'>

interface Entry<Content> {
  readonly state: FileState
  readonly content: Content
}

/** A bounded store of file contents; what was used longest ago goes first. */
export class FileCache<Content extends CachedContent> {
  readonly #entries = new Map<string, Entry<Content>>()
  readonly #capacity: number
  #used = 0

  constructor(capacity = defaultCapacity) {
    this.#capacity = capacity
  }

  /** Bytes in use, the overhead of each entry included. */
  get used(): number {
    return this.#used
  }

  /** The content of the file at `path`, if `stats` say that it is still the same file in the same state. */
  get(path: string, stats: FileState): Content | undefined {
    const entry = this.#entries.get(path)
    if (entry === undefined) return undefined
    if (!isSameState(entry.state, stats)) {
      this.#drop(path, entry)
      return undefined
    }
    // Insertion order is order of use.
    this.#entries.delete(path)
    this.#entries.set(path, entry)
    return entry.content
  }

  /**
   * Keeps `content`, read from the file in this state at the moment `now` (milliseconds since the
   * epoch), unless the file is too large or too fresh.
   */
  put(path: string, state: FileState, content: Content, now: number): void {
    if (content.body.length > largestCachedFile || !isSettled(state, now)) return
    const previous = this.#entries.get(path)
    if (previous !== undefined) this.#drop(path, previous)
    this.#entries.set(path, { state, content })
    this.#used += costOf(content)
    this.#shrink()
  }

  #shrink(): void {
    for (const [path, entry] of this.#entries) {
      if (this.#used <= this.#capacity) return
      this.#drop(path, entry)
    }
  }

  #drop(path: string, entry: Entry<Content>): void {
    this.#entries.delete(path)
    this.#used -= costOf(entry.content)
  }
}

/** Whether two looks at a path saw the same file, unchanged: also one rewritten with its old time set back. */
function isSameState(a: FileState, b: FileState): boolean {
  return (
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.dev === b.dev
  )
}

function isSettled({ mtimeMs, ctimeMs }: FileState, now: number): boolean {
  return Math.max(mtimeMs, ctimeMs) < now - unsettledMilliseconds
}

function costOf({ body }: CachedContent): number {
  return body.length + entryOverhead
}
