/**
 * Compresses a body on its way: what is written goes out as soon as it is compressed. Little of it is compressed where
 * it is, more in a thread of Node's, so that nobody waits for it.
 */
import type Zlib from 'node:zlib'
import { loadLater } from '../base/load-later.js'
import type { BodyEncoder, EncoderSink, Written } from './response.js'

/** Loaded with the first response that is compressed. */
export const zlib = loadLater<typeof Zlib>('node:zlib')

/** Those of mod_deflate. */
export const gzipOptions = {
  // Z_DEFAULT_COMPRESSION
  level: -1,
  windowBits: 15,
  memLevel: 9,
} as const

/** Bytes that are compressed at once, which takes about half a millisecond. */
export const mostAtOnce = 32 * 1024

/** Bytes that may wait to be compressed before whoever writes them has to wait. */
const mostWaiting = 64 * 1024

/** When what is compressed goes out: after each piece that is written, or when there is enough of it. */
export type Flushing = 'each piece' | 'when full'

export class GzipEncoder implements BodyEncoder {
  readonly #flushing: Flushing
  #sink!: EncoderSink
  /** Null until there is more than one piece. */
  #stream: Zlib.Gzip | null = null
  #waiting: Buffer[] = []
  #waitingBytes = 0
  /** Who is told when what waits is compressed. */
  #told: Written[] = []
  #busy = false
  #ending = false
  /** The one before the last of what came out, since the last one goes out with the end. */
  #held: Buffer | null = null
  #wantsRoom = false
  #blocked = false

  constructor(flushing: Flushing) {
    this.#flushing = flushing
  }

  begin(sink: EncoderSink): void {
    this.#sink = sink
  }

  write(piece: Buffer, written?: Written): boolean {
    if (piece.length > 0) this.#take(piece, written)
    else if (written !== undefined) process.nextTick(written)
    this.#wantsRoom = this.#isFull
    return !this.#wantsRoom
  }

  end(piece: Buffer): void {
    if (this.#ending) return
    this.#ending = true
    if (this.#stream === null && piece.length <= mostAtOnce) {
      return this.#sink.last(zlib().gzipSync(piece, gzipOptions))
    }
    this.#take(piece)
  }

  drained(): void {
    this.#blocked = false
    this.#stream?.resume()
    this.#tellRoom()
  }

  destroy(): void {
    this.#ending = true
    this.#waiting = []
    this.#told = []
    this.#stream?.destroy()
  }

  get #isFull(): boolean {
    return this.#blocked || this.#waitingBytes > mostWaiting
  }

  #take(piece: Buffer, written?: Written): void {
    this.#waiting.push(piece)
    this.#waitingBytes += piece.length
    if (written !== undefined) this.#told.push(written)
    if (!this.#busy) this.#compress()
  }

  /** All that waits: pieces that came while others were compressed go out together. */
  #compress(): void {
    const [first] = this.#waiting
    if (first === undefined) return this.#tellRoom()
    const piece = this.#waiting.length === 1 ? first : Buffer.concat(this.#waiting)
    const told = this.#told
    this.#waiting = []
    this.#waitingBytes = 0
    this.#told = []
    this.#stream ??= this.#open()
    if (this.#ending) return void this.#stream.end(piece, () => tell(told))
    this.#busy = true
    this.#stream.write(piece, error => {
      if (error) return
      this.#busy = false
      tell(told)
      this.#compress()
    })
  }

  #tellRoom(): void {
    if (!this.#wantsRoom || this.#isFull) return
    this.#wantsRoom = false
    this.#sink.room()
  }

  #open(): Zlib.Gzip {
    const { constants, createGzip } = zlib()
    const flush = this.#flushing === 'each piece' ? constants.Z_SYNC_FLUSH : constants.Z_NO_FLUSH
    return createGzip({ ...gzipOptions, flush })
      .on('data', (piece: Buffer) => this.#came(piece))
      .on('end', () => this.#sink.last(this.#held ?? nothing))
      .on('error', () => this.#sink.failed())
  }

  #came(piece: Buffer): void {
    const next = this.#ending ? this.#held : piece
    if (this.#ending) this.#held = piece
    if (next === null || this.#sink.put(next)) return
    this.#blocked = true
    this.#stream!.pause()
  }
}

function tell(told: readonly Written[]): void {
  for (const written of told) written()
}

const nothing = Buffer.alloc(0)
