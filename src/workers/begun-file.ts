/**
 * The numbers of the requests that one worker has begun: a file that it has in its memory, with a place of four bytes
 * for each thread (docs/protocol.md). It is read when the worker is dead, which needs no name any more: whatever clears
 * the temporary folder may have removed it.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'

const placeSize = 4

export class BegunFile {
  readonly #descriptor: number | null
  readonly #size: number

  /**
   * Makes the file. Where that cannot be done the worker does not find it and ends, which is the way of everything that
   * keeps a worker from starting.
   * @param path where the worker opens it
   */
  constructor(
    readonly path: string,
    threads: number,
  ) {
    this.#size = placeSize * threads
    this.#descriptor = makeFile(path, this.#size)
  }

  /** The highest number of a request that was begun; 0: none. To be asked once, last: it gives the file up. */
  highest(): number {
    // Nothing is known: nothing may be done twice.
    if (this.#descriptor === null) return Number.POSITIVE_INFINITY
    const places = Buffer.alloc(this.#size)
    readSync(this.#descriptor, places, 0, this.#size, 0)
    closeSync(this.#descriptor)
    rmSync(this.path, { force: true })
    let highest = 0
    for (let at = 0; at < this.#size; at += placeSize)
      highest = Math.max(highest, places.readUInt32BE(at))
    return highest
  }
}

function makeFile(path: string, size: number): number | null {
  try {
    const descriptor = openSync(path, 'wx+', 0o600)
    writeSync(descriptor, Buffer.alloc(size))
    return descriptor
  } catch {
    return null
  }
}
