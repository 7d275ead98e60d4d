/** `--compress-responses`: has responses compressed on their way. */
import { GzipEncoder, gzipOptions, zlib } from '../../http/gzip-encoder.js'
import { PreparedBody } from '../../http/prepared-body.js'
import type { HttpResponse } from '../../http/response.js'
import type { FileCoder } from '../../static/site.js'
import { fieldValue } from '../field-list.js'
import { isPageType } from '../live-reload/page-response.js'
import type { Answerable, HeadNotes, HttpExchange } from '../reply.js'
import type { ResponseHead } from '../response-head.js'
import { CodedBodies } from './coded-bodies.js'
import {
  addGzip,
  addVary,
  type Coding,
  type CodingFacts,
  type CodingRule,
  codingOf,
  largestSmallBody,
} from './content-coding.js'
import { type FileAnswer, FileCompression } from './file-compression.js'
import { acceptsGzip } from './gzip-acceptance.js'
import { ScriptCompression } from './script-compression.js'

/** Bytes of nothing, compressed. */
const emptySize = 20

export class Compression {
  readonly #rule: CodingRule
  readonly #bodies = new CodedBodies()

  constructor(rule: CodingRule) {
    this.#rule = rule
  }

  /**
   * Has a response compressed if it is to be.
   *
   * @param decides its status
   * @param fields those that will be sent, but for the type
   */
  apply(
    exchange: Answerable,
    decides: number,
    fields: string[],
    type: string | null,
    notes: HeadNotes,
  ): void {
    const { response } = exchange
    // Another server was asked for a head alone, and Apache takes it as it is.
    if (notes.forwarded && response.isHead) return
    const coding = this.#codingOf(exchange, factsOf(decides, fields, type, notes))
    if (coding === 'varies') return addVary(fields)
    if (coding === 'as it is') return
    addGzip(fields)
    const page = notes.whole?.page
    if (page !== undefined) return sendPage(response, fields, zlib().gzipSync(page, gzipOptions))
    if (notes.isEmpty) fields.push('Content-Length', String(emptySize))
    if (!response.isHead) response.encode(new GzipEncoder('each piece'))
  }

  /** Compresses the file that answers a request. */
  fileCoder(http: HttpExchange, writeHead: FileAnswer['writeHead']): FileCoder {
    return new FileCompression(this.#bodies, {
      response: http.response,
      writeHead,
      wants: file =>
        this.#codingOf(http, {
          status: 200,
          type: file.contentType ?? null,
          fields: file.fields,
          wholeSize: file.size,
        }) === 'gzip' && !isTagged(http, file.contentType),
    })
  }

  /**
   * Compresses what a CGI script prints below this head; null: it goes out as it is.
   * @param unwanted called when nobody wants what it prints from here on
   */
  script(http: HttpExchange, head: ResponseHead, unwanted: () => void): ScriptCompression | null {
    const { fields, decides: status } = head
    const type = fields.at(-2) === 'Content-Type' ? fields.at(-1)! : null
    const coding = this.#codingOf(http, { status, type, fields, wholeSize: null })
    return coding === 'as it is' ? null : new ScriptCompression(http, head, coding, unwanted)
  }

  #codingOf({ request }: Answerable, facts: CodingFacts): Coding {
    return codingOf(facts, this.#rule, () => {
      const accepted = request?.headers['accept-encoding']
      return accepted !== undefined && acceptsGzip(accepted)
    })
  }
}

function sendPage(response: HttpResponse, fields: string[], coded: Buffer): void {
  fields.push('Content-Length', String(coded.length))
  if (!response.isHead) response.encode(new PreparedBody(coded))
}

/** What another server has said; of a small body all is there at once. */
function forwardedFacts(
  status: number,
  fields: readonly string[],
  type: string | null,
): CodingFacts {
  const length = Number(fieldValue(fields, 'Content-Length') ?? Number.NaN)
  return {
    status,
    type: type ?? fieldValue(fields, 'Content-Type'),
    fields,
    wholeSize: length <= largestSmallBody ? length : null,
  }
}

/** A part of a file is cut out of what has become of the whole. */
function factsOf(
  status: number,
  fields: readonly string[],
  type: string | null,
  { whole, forwarded }: HeadNotes,
): CodingFacts {
  if (forwarded) return forwardedFacts(status, fields, type)
  if (whole === undefined) return { status, type, fields, wholeSize: null }
  const { size: wholeSize, contentType = null } = whole
  if (status === 206) return { status: 200, type: contentType, fields, wholeSize }
  return { status, type, fields, wholeSize }
}

/** Something may still be put into it on its way. */
function isTagged({ rules }: HttpExchange, type: string | undefined): boolean {
  return rules.live !== null && type !== undefined && isPageType(type)
}
