/** Sends parts of an open file with back-pressure. */
import { close, read } from 'node:fs'
import { nextBlockSize, smallestBlock } from './block-size.js'
import type { ByteRange } from './range-header.js'

/** Something to send: bytes at hand, or bytes of the file. */
export type Piece = Buffer | ByteRange

/** Where pieces go: a response after its head. */
export interface PieceReceiver {
  readonly destroyed: boolean
  write(piece: Buffer, written: (error?: Error | null) => void): unknown
  end(last?: Buffer): unknown
  /** The same for a body that stays as it is and may be sent again. */
  endKept?(kept: { readonly body: Buffer }): unknown
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
}

/**
 * Sends `pieces` one after the other, ends the response and closes the descriptor, whatever happens. When the
 * file has become shorter than it was, the announced length cannot be kept: the connection is cut, for
 * only so the client learns that its copy is incomplete.
 */
export function sendPieces(
  descriptor: number,
  pieces: readonly Piece[],
  response: PieceReceiver,
): void {
  new Sender(descriptor, pieces, response).start()
}

const nothing = Buffer.alloc(0)

class Sender {
  readonly #descriptor: number
  readonly #response: PieceReceiver
  readonly #pieces: Piece[]
  #block = nothing
  #blockSize = smallestBlock
  #reading = false
  #stopped = false

  constructor(descriptor: number, pieces: readonly Piece[], response: PieceReceiver) {
    this.#descriptor = descriptor
    this.#pieces = [...pieces]
    this.#response = response
  }

  start(): void {
    if (this.#response.destroyed) return this.#stop()
    this.#response.once('close', this.#stop)
    this.#proceed()
  }

  readonly #stop = (): void => {
    if (this.#stopped) return
    this.#stopped = true
    this.#response.off('close', this.#stop)
    // A descriptor closed under a running read could by then belong to another file.
    if (!this.#reading) this.#close()
  }

  readonly #proceed = (error?: Error | null): void => {
    if (this.#stopped) return
    if (error) return this.#cut()
    const piece = this.#pieces.shift()
    if (piece === undefined) {
      this.#stop()
      this.#response.end()
    } else if (Buffer.isBuffer(piece)) {
      this.#response.write(piece, this.#proceed)
    } else {
      this.#read(piece)
    }
  }

  #read(range: ByteRange): void {
    const length = Math.min(range.end - range.start + 1, this.#blockSize)
    // A smaller one makes way for a larger one, and the other way round; at the end of a file there is room enough.
    if (this.#block.length < length || this.#block.length > 2 * this.#blockSize) {
      this.#block = Buffer.allocUnsafeSlow(length)
    }
    this.#reading = true
    read(this.#descriptor, this.#block, 0, length, range.start, (error, count) => {
      this.#reading = false
      if (this.#stopped) return this.#close()
      if (error !== null || count === 0) return this.#cut()
      const rest = { start: range.start + count, end: range.end }
      if (rest.start <= rest.end) this.#pieces.unshift(rest)
      this.#send(this.#block.subarray(0, count))
    })
  }

  #send(block: Buffer): void {
    const start = performance.now()
    this.#response.write(block, error => {
      this.#blockSize = nextBlockSize(this.#blockSize, performance.now() - start)
      this.#proceed(error)
    })
  }

  #cut(): void {
    this.#stop()
    this.#response.destroy()
  }

  #close(): void {
    close(this.#descriptor, () => {})
  }
}
