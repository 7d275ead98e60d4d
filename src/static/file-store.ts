/**
 * Files opened for answering: from the memory if they are unchanged, else from the disk. Only regular
 * files are ever opened, and opening never waits for another process.
 */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { FileCache, type FileState, largestCachedFile } from './file-cache.js'
import { type TypeOfExtension, typeOfFile } from './mime-table.js'
import { fileSystemPath } from './raw-path.js'
import type { StaticFile } from './resolution.js'
import { type Validators, validatorsOf } from './validators.js'

/** A file at one moment. */
export interface Representation {
  readonly size: number
  readonly contentType: string | undefined
  readonly validators: Validators
  /** The fields of any response about it: name, value, name, value. */
  readonly ownFields: readonly string[]
  /** Those of the response that brings the whole file: length and type besides. */
  readonly fields: string[]
}

/** A small file: all of its bytes. */
export interface LoadedFile extends Representation {
  readonly body: Buffer
}

/** A large file: an open descriptor, which the receiver has to close. */
export interface OpenedFile extends Representation {
  readonly body: null
  readonly descriptor: number
}

export interface FileStoreOptions {
  readonly typeOf: TypeOfExtension
  /** Fields that every response starts with. */
  readonly commonFields: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** O_NONBLOCK: a file that became a named pipe since it was looked at must not hold up the process. */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK

export class FileStore {
  readonly #options: FileStoreOptions
  readonly #cache = new FileCache<LoadedFile>()

  constructor(options: FileStoreOptions) {
    this.#options = options
  }

  /** The type of a file name, whether or not there is such a file. */
  typeOf(filename: string): string | undefined {
    return typeOfFile(filename, this.#options.typeOf)
  }

  /** The file, or the status that refuses it: 403 if it may not be read or is not regular, 404 if it has gone. */
  open(file: StaticFile): LoadedFile | OpenedFile | 403 | 404 {
    const kept = this.#cache.get(file.path, file.stats)
    if (kept !== undefined) return kept
    if (!file.stats.isFile()) return 403
    try {
      return this.#openAnew(file.path)
    } catch (error) {
      return isGone(error) ? 404 : 403
    }
  }

  #openAnew(path: string): LoadedFile | OpenedFile | 403 {
    const descriptor = openSync(fileSystemPath(path), openFlags)
    let keepOpen = false
    try {
      const stats = fstatSync(descriptor, { bigint: true })
      if (!stats.isFile()) return 403
      const size = Number(stats.size)
      if (size <= largestCachedFile) return this.#load(path, descriptor, stats)
      const representation = this.#describe(path, size, stats.mtimeNs)
      keepOpen = true
      return { ...representation, body: null, descriptor }
    } finally {
      if (!keepOpen) closeSync(descriptor)
    }
  }

  #load(path: string, descriptor: number, stats: BigIntStats): LoadedFile {
    // The times first, the bytes then: a change in between makes the entry stale, never the bytes.
    const state = stateOf(stats)
    const body = readUpTo(descriptor, state.size)
    const loaded = { ...this.#describe(path, body.length, stats.mtimeNs), body }
    if (body.length === state.size) this.#cache.put(path, state, loaded, this.#options.now())
    return loaded
  }

  #describe(path: string, size: number, modifiedNs: bigint): Representation {
    const now = this.#options.now()
    const validators = validatorsOf({ size, modified: floorDivide(modifiedNs, 1000n) }, now)
    const contentType = this.typeOf(path)
    const ownFields = [
      ...this.#options.commonFields,
      'Last-Modified',
      validators.lastModified,
      'ETag',
      validators.etag,
      'Accept-Ranges',
      'bytes',
    ]
    return {
      size,
      contentType,
      validators,
      ownFields,
      fields: wholeFields(ownFields, size, contentType),
    }
  }
}

/** Adds length and type, if they are to be told. */
export function wholeFields(
  own: readonly string[],
  size: number | null,
  type: string | undefined,
): string[] {
  const fields = [...own]
  if (size !== null) fields.push('Content-Length', String(size))
  if (type !== undefined) fields.push('Content-Type', type)
  return fields
}

/** The numbers that `Stats` would have: Node makes those of times from seconds and nanoseconds, too. */
function stateOf({ mtimeNs, ctimeNs, size, ino, dev }: BigIntStats): FileState {
  return {
    mtimeMs: milliseconds(mtimeNs),
    ctimeMs: milliseconds(ctimeNs),
    size: Number(size),
    ino: Number(ino),
    dev: Number(dev),
  }
}

function milliseconds(nanoseconds: bigint): number {
  const seconds = floorDivide(nanoseconds, 1_000_000_000n)
  return Number(seconds) * 1000 + Number(nanoseconds - seconds * 1_000_000_000n) / 1e6
}

/** The first `size` bytes, or as many as there still are. */
function readUpTo(descriptor: number, size: number): Buffer {
  const body = Buffer.allocUnsafeSlow(size)
  let length = 0
  while (length < size) {
    const count = readSync(descriptor, body, length, size - length, length)
    if (count === 0) break
    length += count
  }
  return body.subarray(0, length)
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}
