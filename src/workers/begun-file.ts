/**
 * The file in which a worker notes the requests that its threads begin (docs/protocol.md): what it had begun when it
 * died cannot be asked from it any more.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'

const slotSize = 4

/** Kept open from the start: it can be read when no more files can be opened, or its folder has gone. */
export class BegunFile {
  readonly #slots: Buffer
  #descriptor: number | null

  /** Makes the file, or throws what the system says. */
  constructor(
    readonly path: string,
    threads: number,
  ) {
    this.#slots = Buffer.alloc(slotSize * threads)
    this.#descriptor = openSync(path, 'w+', 0o600)
    // Whole, and not as a hole: the worker maps it, and a full disk would end it then.
    writeSync(this.#descriptor, this.#slots)
  }

  /** Of each thread the number of the request that it began last; null: not known. */
  numbers(): ReadonlySet<number> | null {
    if (this.#descriptor === null) return null
    try {
      readSync(this.#descriptor, this.#slots, 0, this.#slots.length, 0)
    } catch {
      return null
    }
    const slots = this.#slots.length / slotSize
    return new Set(
      Array.from({ length: slots }, (_, at) => this.#slots.readUInt32BE(at * slotSize)),
    )
  }

  /** Closes and removes it. */
  remove(): void {
    if (this.#descriptor === null) return
    closeSync(this.#descriptor)
    this.#descriptor = null
    rmSync(this.path, { force: true })
  }
}
