/**
 * Takes the stream of a worker's descriptors 1 and 2 apart: records written by Python code of the worker
 * package (docs/protocol.md, "The log"), and everything else, which C code and child processes wrote.
 */
import { decodeUtf8 } from '../base/text-bytes.js'

/** What a worker wrote through Python in one piece: a line, or several that belong together. */
export interface WorkerLine {
  /** Seconds since the epoch. */
  readonly time: number
  /** Thread number of the system. */
  readonly thread: number
  readonly level: string
  /** Lines are separated by line ends; bytes that are no UTF-8 are lone surrogates U+DC80 to U+DCFF. */
  readonly text: string
  /** `ADDRESS:PORT` of the client whose request was in progress in that thread. */
  readonly remote?: string
  /** The same, of a request about which access control was asked. */
  readonly client?: string
  /** SCRIPT_FILENAME of that request. */
  readonly script?: string
  /** `mod_wsgi.request_id` of it. */
  readonly requestId?: string
}

/** What {@link OutputReader} finds, in the order in which it was written. */
export interface OutputListener {
  line(line: WorkerLine): void
  /** A whole line of raw output, without its end; text as in {@link WorkerLine}. */
  raw(text: string): void
}

interface Record {
  t: number
  i: number
  l: string
  x: string
  s: number
  m?: number
  r?: string
  c?: string
  p?: string
  q?: string
}

/** A longer raw line becomes several: none is cut in the log, and output without line ends fills no memory. */
const longestRawLine = 7_900

const recordStart = '\x1e'

/** Longest record, with room: a worker makes none above 4096 bytes but for the names of very long paths. */
const longestRecord = 64 * 1024

export class OutputReader {
  readonly #marker: string
  readonly #listener: OutputListener
  /** What is not yet taken apart, one character for each byte: the beginning of a record or of a line. */
  #rest = ''
  /** A raw line that has not ended; a record may come in between. */
  #raw = ''
  /** Beginnings of lines whose records say that more follows, by thread and stream. */
  readonly #unfinished = new Map<string, string>()

  constructor(secret: string, listener: OutputListener) {
    this.#marker = `${recordStart}${secret}\x1f`
    this.#listener = listener
  }

  push(bytes: Buffer): void {
    this.#rest += bytes.toString('latin1')
    this.#take()
  }

  /** The stream has ended: what is left is a line, too. */
  end(): void {
    this.#addRaw(this.#rest)
    this.#rest = ''
    if (this.#raw !== '') this.#endRaw()
  }

  #take(): void {
    let text = this.#rest
    while (text !== '') {
      const start = text.indexOf(recordStart)
      if (start !== 0) {
        const raw = start < 0 ? text : text.slice(0, start)
        this.#addRaw(raw)
        text = text.slice(raw.length)
        continue
      }
      if (text.length < this.#marker.length && this.#marker.startsWith(text)) break
      if (!text.startsWith(this.#marker)) {
        // The character by itself: somebody's raw output.
        this.#addRaw(recordStart)
        text = text.slice(1)
        continue
      }
      const end = text.indexOf('\n')
      if (end < 0 && text.length <= longestRecord) break
      if (end < 0 || end > longestRecord) {
        // Nobody's record: it would be kept for ever.
        this.#addRaw(recordStart)
        text = text.slice(1)
        continue
      }
      this.#record(text.slice(this.#marker.length, end))
      text = text.slice(end + 1)
    }
    this.#rest = text
  }

  #record(json: string): void {
    const record = parseRecord(Buffer.from(json, 'latin1').toString('utf8'))
    if (record === null) return this.#addRaw(`${json}\n`)
    const key = `${record.i} ${record.s}`
    const text = (this.#unfinished.get(key) ?? '') + record.x
    if (record.m === 1) {
      this.#unfinished.set(key, text)
      return
    }
    this.#unfinished.delete(key)
    this.#listener.line({
      time: record.t,
      thread: record.i,
      level: record.l,
      text,
      ...(record.r === undefined ? {} : { remote: record.r }),
      ...(record.c === undefined ? {} : { client: record.c }),
      ...(record.p === undefined ? {} : { script: record.p }),
      ...(record.q === undefined ? {} : { requestId: record.q }),
    })
  }

  #addRaw(text: string): void {
    const lines = text.split('\n')
    this.#raw += lines[0] ?? ''
    for (const line of lines.slice(1)) {
      this.#endRaw()
      this.#raw = line
    }
    this.#cutRaw()
  }

  #cutRaw(): void {
    while (this.#raw.length > longestRawLine) {
      this.#tellRaw(this.#raw.slice(0, longestRawLine))
      this.#raw = this.#raw.slice(longestRawLine)
    }
  }

  #endRaw(): void {
    this.#cutRaw()
    this.#tellRaw(this.#raw)
    this.#raw = ''
  }

  #tellRaw(bytes: string): void {
    this.#listener.raw(decodeUtf8(Buffer.from(bytes, 'latin1')))
  }
}

/** Null for what the worker package does not write: an application may know the secret. */
function parseRecord(json: string): Record | null {
  let value: Partial<Record> | null
  try {
    value = JSON.parse(json) as Partial<Record> | null
  } catch {
    return null
  }
  const isText = (field: unknown) => field === undefined || typeof field === 'string'
  const isRecord =
    typeof value?.t === 'number' &&
    typeof value.i === 'number' &&
    typeof value.l === 'string' &&
    typeof value.x === 'string' &&
    [value.r, value.c, value.p, value.q].every(isText)
  return isRecord ? (value as Record) : null
}
