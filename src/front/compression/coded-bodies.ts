/**
 * The compressed forms of files that are in memory. They are kept as long as the files are, and take no more room than
 * those; who asks while one is made waits for that.
 */
import { gzipOptions, mostAtOnce, zlib } from '../../http/gzip-encoder.js'
import { longestMeasured } from './coded-stream.js'

export interface CodedBody {
  readonly body: Buffer
  /** See {@link longestMeasured}: it goes out with its length, and in parts. */
  readonly isMeasured: boolean
}

type Taker = (coded: CodedBody | null) => void

export class CodedBodies {
  readonly #made = new WeakMap<Buffer, CodedBody>()
  readonly #awaited = new WeakMap<Buffer, Taker[]>()

  /** Gives the compressed form of `body`, at once or later; null if there is none. */
  code(body: Buffer, take: Taker): void {
    const known = this.#made.get(body) ?? (body.length <= mostAtOnce ? codeAtOnce(body) : null)
    if (known !== null) {
      this.#made.set(body, known)
      return take(known)
    }
    const others = this.#awaited.get(body)
    if (others !== undefined) return void others.push(take)
    const takers = [take]
    this.#awaited.set(body, takers)
    codeLater(body, coded => {
      this.#awaited.delete(body)
      if (coded !== null) this.#made.set(body, coded)
      for (const each of takers) each(coded)
    })
  }
}

function codeAtOnce(body: Buffer): CodedBody {
  // The library gives nothing away before the end of so short a text.
  return { body: zlib().gzipSync(body, gzipOptions), isMeasured: true }
}

function codeLater(body: Buffer, take: Taker): void {
  const pieces: Buffer[] = []
  let isMeasured = true
  const stream = zlib()
    .createGzip(gzipOptions)
    .on('data', (piece: Buffer) => pieces.push(piece))
    .on('error', () => take(null))
    .on('end', () => take({ body: Buffer.concat(pieces), isMeasured }))
  stream.write(body, () => {
    const soFar = pieces.reduce((sum, piece) => sum + piece.length, stream.readableLength)
    isMeasured = soFar < longestMeasured
    stream.end()
  })
}
