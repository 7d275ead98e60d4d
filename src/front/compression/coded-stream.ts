/**
 * A file on its way through compression. What mod_deflate has of it before it sends the first bytes it sends with a
 * length, and in parts to those who ask for ranges: that is held back here until it is all, or too much.
 */
import { GzipEncoder } from '../../http/gzip-encoder.js'
import type { EncoderSink, HttpResponse, Written } from '../../http/response.js'
import type { PieceReceiver } from '../../static/site.js'

/** Compressed bytes that mod_deflate has when it sends the first ones: a header, and its DeflateBufferSize. */
export const longestMeasured = 10 + 8096

/** Who gets what becomes of a file. */
export interface CodedTaker {
  /** All of it, compressed. */
  whole(body: Buffer): void
  /** It is too long to be held; what comes now goes into the response. False: nobody wants it. */
  long(): boolean
}

export class CodedStream implements PieceReceiver, EncoderSink {
  readonly #response: HttpResponse
  readonly #taker: CodedTaker
  readonly #encoder = new GzipEncoder('when full')
  #held: Buffer[] = []
  #heldBytes = 0
  #passes = false
  #read = false
  #stopReading = () => {}

  constructor(response: HttpResponse, taker: CodedTaker) {
    this.#response = response
    this.#taker = taker
    this.#encoder.begin(this)
    response.once('close', () => this.#encoder.destroy())
  }

  // PieceReceiver: the file.

  get destroyed(): boolean {
    return this.#response.destroyed
  }

  write(piece: Buffer, written: Written): void {
    this.#encoder.write(piece, written)
  }

  end(): void {
    this.#read = true
    this.#encoder.end(nothing)
  }

  destroy(): void {
    this.#response.destroy()
  }

  once(event: 'close', listener: () => void): void {
    this.#stopReading = listener
    this.#response.once(event, listener)
  }

  off(event: 'close', listener: () => void): void {
    this.#stopReading = () => {}
    this.#response.off(event, listener)
  }

  // EncoderSink: what is compressed.

  put(body: Buffer): boolean {
    if (this.#passes) return this.#pass(body)
    this.#held.push(body)
    this.#heldBytes += body.length
    if (this.#read || this.#heldBytes < longestMeasured) return true
    this.#passes = true
    if (this.#taker.long()) return this.#pass(this.#takeHeld())
    this.#encoder.destroy()
    this.#stopReading()
    return false
  }

  last(body: Buffer): void {
    if (this.#passes) return this.#response.end(body)
    this.#held.push(body)
    this.#taker.whole(this.#takeHeld())
  }

  room(): void {
    // Whoever reads the file waits for each piece to be written.
  }

  failed(): void {
    this.#response.destroy()
  }

  #pass(body: Buffer): boolean {
    if (this.#response.write(body)) return true
    this.#response.once('drain', () => this.#encoder.drained())
    return false
  }

  #takeHeld(): Buffer {
    const held = this.#held
    this.#held = []
    return Buffer.concat(held)
  }
}

const nothing = Buffer.alloc(0)
