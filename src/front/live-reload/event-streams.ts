/** The event streams on which open pages listen (text/event-stream). They cost no thread, and end at once with the server. */
import type { Clock } from '../../base/clock.js'
import { type Answerable, writeOwnHead } from '../reply.js'

/** Milliseconds between signs of life: what lies between may end a connection that is silent for a minute. */
const pulse = 25_000

/** Milliseconds that a page waits before it tries again, where the browser asks for that itself. */
const retryAfter = 1000

export class EventStreams {
  readonly #open = new Set<Answerable['response']>()
  readonly #clock: Clock
  #stopPulse: (() => void) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Number of pages that listen. */
  get size(): number {
    return this.#open.size
  }

  /** Answers with a stream that begins with this event. */
  open(exchange: Answerable, first: string, fields: readonly string[]): void {
    const { response } = exchange
    writeOwnHead(exchange, 200, [
      ...fields,
      'Cache-Control',
      'no-store',
      // For nginx: pass on what comes.
      'X-Accel-Buffering',
      'no',
      'Content-Type',
      'text/event-stream',
    ])
    response.write(Buffer.from(`retry: ${retryAfter}\ndata: ${first}\n\n`))
    this.#open.add(response)
    response.once('close', () => this.#open.delete(response))
    // A page that is closed ends its side; nothing else comes from it.
    if (!response.isOneOfMany) response.socket.once('end', () => this.#end(response))
    this.#stopPulse ??= this.#clock.after(pulse, () => this.#beat())
  }

  /** Tells all pages. */
  tell(event: string): void {
    this.#write(`data: ${event}\n\n`)
  }

  /** Ends all streams. */
  close(): void {
    this.#stopPulse?.()
    this.#stopPulse = null
    for (const response of [...this.#open]) this.#end(response)
  }

  #end(response: Answerable['response']): void {
    if (this.#open.delete(response)) response.end()
  }

  #beat(): void {
    this.#stopPulse = null
    if (this.#open.size === 0) return
    this.#write(':\n\n')
    this.#stopPulse = this.#clock.after(pulse, () => this.#beat())
  }

  #write(text: string): void {
    const bytes = Buffer.from(text)
    for (const response of this.#open) response.write(bytes)
  }
}
