/**
 * The numbers of the requests that one worker has begun: a file that it has in its memory, with a slot of four bytes
 * for each thread (docs/protocol.md). It is read when the worker is dead, which needs no name and no new descriptor:
 * whatever clears the temporary folder may have removed it, and there may be no room for one more open file.
 */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'

const slotSize = 4

export class BegunFile {
  readonly #slots: Buffer
  #descriptor: number | null

  /** Makes the file, or throws what the system says. */
  constructor(
    readonly path: string,
    threads: number,
  ) {
    this.#slots = Buffer.alloc(slotSize * threads)
    this.#descriptor = openSync(path, 'wx+', 0o600)
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
    try {
      unlinkSync(this.path)
    } catch {
      // It went with its folder, or the folder is not ours any more.
    }
  }
}
