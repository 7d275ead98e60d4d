/**
 * What a CGI script prints, on its way through compression. As mod_deflate has it: until there is more than is worth
 * nothing, and then until there is enough of it compressed, nothing goes out, not even the head.
 */
import { removeField } from '../field-list.js'
import { type HttpExchange, writeHead } from '../reply.js'
import type { ResponseHead } from '../response-head.js'
import { CodedStream } from './coded-stream.js'
import { addGzip, largestSmallBody } from './content-coding.js'

export class ScriptCompression {
  readonly #http: HttpExchange
  readonly #head: ResponseHead
  readonly #coding: 'varies' | 'gzip'
  readonly #unwanted: () => void
  /** Null once there is enough to go on with. */
  #first: Buffer[] | null = []
  #firstBytes = 0
  #coded: CodedStream | null = null

  /**
   * @param head of the response, which is not written yet
   * @param coding what becomes of it, if it is not too small
   * @param unwanted called when nobody wants what the script prints from here on
   */
  constructor(
    http: HttpExchange,
    head: ResponseHead,
    coding: 'varies' | 'gzip',
    unwanted: () => void,
  ) {
    this.#http = http
    this.#head = head
    this.#coding = coding
    this.#unwanted = unwanted
  }

  /** Takes what the script has printed. False: wait for `written`. */
  write(piece: Buffer, written: () => void): boolean {
    if (this.#first === null) return this.#pass(piece, written)
    this.#first.push(piece)
    this.#firstBytes += piece.length
    if (this.#firstBytes <= largestSmallBody) return true
    const first = Buffer.concat(this.#first)
    this.#first = null
    this.#begin()
    return this.#pass(first, written)
  }

  end(): void {
    if (this.#first !== null) this.#sendSmall(Buffer.concat(this.#first))
    else if (this.#coded !== null) this.#coded.end()
    else this.#http.response.end()
  }

  #begin(): void {
    const { response } = this.#http
    if (this.#coding === 'varies') return this.#writeHead(this.#head.fields)
    this.#coded = new CodedStream(response, {
      whole: body => {
        this.#writeHead(this.#gzipFields(body.length))
        response.end(body)
      },
      long: () => {
        this.#writeHead(this.#gzipFields(null))
        if (!response.isHead) return true
        response.end()
        this.#unwanted()
        return false
      },
    })
  }

  #pass(piece: Buffer, written: () => void): boolean {
    const { response } = this.#http
    if (this.#coded !== null) {
      this.#coded.write(piece, written)
      return false
    }
    if (response.write(piece)) return true
    response.once('drain', written)
    return false
  }

  #sendSmall(body: Buffer): void {
    const { fields } = this.#head
    removeField(fields, 'content-length')
    const type = takeType(fields)
    const whole = { size: body.length, contentType: type[1] }
    fields.push('Content-Length', String(body.length), ...type)
    this.#writeHead(fields, whole)
    this.#http.response.end(body)
  }

  #gzipFields(length: number | null): string[] {
    const fields = [...this.#head.fields]
    const type = takeType(fields)
    addGzip(fields)
    if (length !== null) fields.push('Content-Length', String(length))
    return [...fields, ...type]
  }

  #writeHead(fields: readonly string[], whole?: { size: number; contentType: string | undefined }) {
    const { status, reason, close, speaksOfConnection, coding, contradicts, decides } = this.#head
    const notes = { close, speaksOfConnection, coding, contradicts, decides, whole }
    writeHead(this.#http, status, reason, fields, notes)
  }
}

/** A type comes last. */
function takeType(fields: string[]): string[] {
  return fields.at(-2) === 'Content-Type' ? fields.splice(-2) : []
}
