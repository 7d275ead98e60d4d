import { randomBytes } from 'node:crypto'
import zlib, { createGunzip, type Gzip, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type Flushing, GzipEncoder } from '../../src/http/gzip-encoder.js'
import type { EncoderSink } from '../../src/http/response.js'

const createGzip = vi.spyOn(zlib, 'createGzip')

/** Everything that comes out, and ways to wait for it. */
class Outcome implements EncoderSink {
  readonly pieces: Buffer[] = []
  /** What {@link put} answers. */
  takesMore = true
  rooms = 0
  failures = 0
  ended = false
  #wake = () => {}

  put(body: Buffer): boolean {
    this.pieces.push(body)
    this.#wake()
    return this.takesMore
  }

  last(body: Buffer): void {
    this.pieces.push(body)
    this.ended = true
    this.#wake()
  }

  room(): void {
    this.rooms++
    this.#wake()
  }

  failed(): void {
    this.failures++
  }

  get bytes(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      const change = new Promise<void>(resolve => {
        this.#wake = resolve
      })
      if (await isSo()) return
      await change
    }
  }

  /** What a client can read by now. */
  readable(): Promise<string> {
    return new Promise((resolve, reject) => {
      const unzip = createGunzip()
      const texts: string[] = []
      unzip.on('data', piece => texts.push(piece.toString('latin1')))
      unzip.on('error', reject)
      for (const piece of this.pieces) unzip.write(piece)
      unzip.flush(() => resolve(texts.join('')))
    })
  }
}

function begin(flushing: Flushing = 'each piece') {
  const outcome = new Outcome()
  const encoder = new GzipEncoder(flushing)
  encoder.begin(outcome)
  return { outcome, encoder }
}

/** As much time as another one takes for all of it. */
async function wholeBlockPasses(block: Buffer): Promise<void> {
  const { outcome, encoder } = begin()
  encoder.end(block)
  await outcome.until(() => outcome.ended)
}

const streamMade = (): Gzip => createGzip.mock.results.at(-1)!.value as Gzip

describe('GzipEncoder', () => {
  test('a body in any pieces is the same afterwards', async () => {
    const anyPieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 50 }).map(bytes => Buffer.from(bytes)),
        fc.constant(Buffer.alloc(70_000, 'text of some length ')),
        fc.constant(randomBytes(40_000)),
      ),
      { maxLength: 6 },
    )
    const anyFlushing = fc.constantFrom<Flushing>('each piece', 'when full')
    await fc.assert(
      fc.asyncProperty(anyPieces, anyFlushing, fc.boolean(), async (pieces, flushing, ends) => {
        const { outcome, encoder } = begin(flushing)
        const last = ends ? pieces.at(-1) : undefined
        for (const piece of last ? pieces.slice(0, -1) : pieces) encoder.write(piece)
        encoder.end(last ?? Buffer.alloc(0))
        await outcome.until(() => outcome.ended)
        const after = gunzipSync(Buffer.concat(outcome.pieces))
        expect(after.equals(Buffer.concat(pieces))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('each piece can be read before there is another', async () => {
    const { outcome, encoder } = begin()
    let text = ''
    for (const piece of ['one', 't', 'three '.repeat(20_000), 'four']) {
      encoder.write(Buffer.from(piece))
      text += piece
      await outcome.until(async () => (await outcome.readable()) === text)
    }
    expect(outcome.ended).toBe(false)
  })

  test('a small body is compressed at once', () => {
    const { outcome, encoder } = begin()
    encoder.end(Buffer.from('small'))
    expect(outcome.ended).toBe(true)
    expect(gunzipSync(Buffer.concat(outcome.pieces)).toString()).toBe('small')
  })

  test('tells when a piece may be written over', async () => {
    const { outcome, encoder } = begin('when full')
    const block = Buffer.alloc(1000)
    for (const letter of 'abc') {
      await new Promise<void>(resolve => {
        encoder.write(block.fill(letter), () => resolve())
      })
    }
    encoder.end(Buffer.alloc(0))
    await outcome.until(() => outcome.ended)
    const expected = ['a', 'b', 'c'].map(letter => letter.repeat(1000)).join('')
    expect(gunzipSync(Buffer.concat(outcome.pieces)).toString()).toBe(expected)
  })

  test('asks to wait while nobody takes what comes out, and holds little meanwhile', async () => {
    const { outcome, encoder } = begin()
    outcome.takesMore = false
    const block = randomBytes(1_000_000)
    encoder.write(block)
    await outcome.until(() => outcome.pieces.length > 0)
    await wholeBlockPasses(block)
    expect(outcome.bytes).toBeLessThan(100_000)
    expect(encoder.write(Buffer.from('more'))).toBe(false)
    expect(outcome.rooms).toBe(0)

    outcome.takesMore = true
    encoder.drained()
    await outcome.until(() => outcome.rooms === 1)
    encoder.end(Buffer.alloc(0))
    await outcome.until(() => outcome.ended)
    expect(gunzipSync(Buffer.concat(outcome.pieces)).length).toBe(block.length + 'more'.length)
  })

  test('asks to wait while more is written than can be compressed', async () => {
    const { outcome, encoder } = begin()
    const block = randomBytes(40_000)
    expect([1, 2, 3].map(() => encoder.write(block))).toEqual([true, true, false])
    await outcome.until(() => outcome.rooms === 1)
    expect(encoder.write(block)).toBe(true)
  })

  test('frees what it holds when nobody wants the rest', async () => {
    const { outcome, encoder } = begin()
    encoder.write(randomBytes(100_000))
    encoder.write(randomBytes(100_000))
    const stream = streamMade()
    const closed = new Promise(resolve => stream.once('close', resolve))
    encoder.destroy()
    await closed
    const { bytes } = outcome
    encoder.end(Buffer.from('more'))
    await new Promise(setImmediate)
    expect([outcome.ended, outcome.bytes, outcome.failures]).toEqual([false, bytes, 0])
  })

  test('says so when the library fails', async () => {
    const { outcome, encoder } = begin()
    encoder.write(Buffer.from('text'))
    streamMade().destroy(new Error('no memory'))
    await new Promise(setImmediate)
    expect(outcome.failures).toBe(1)
  })
})
