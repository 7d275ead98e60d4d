/** Compresses one file that answers a request. */
import type { HttpResponse } from '../../http/response.js'
import {
  type FileCoder,
  type LoadedFile,
  type OpenedFile,
  type SendLoaded,
  sendPieces,
  wholeFields,
} from '../../static/site.js'
import type { CodedBodies, CodedBody } from './coded-bodies.js'
import { CodedStream } from './coded-stream.js'
import { addGzip, gzipTag } from './content-coding.js'

/** A request that a file answers. */
export interface FileAnswer {
  readonly response: HttpResponse
  /** Whether this file is to be compressed for this client. */
  wants(file: LoadedFile | OpenedFile): boolean
  writeHead(status: number, fields: string[]): void
}

export class FileCompression implements FileCoder {
  readonly #bodies: CodedBodies
  readonly #answer: FileAnswer

  constructor(bodies: CodedBodies, answer: FileAnswer) {
    this.#bodies = bodies
    this.#answer = answer
  }

  code(file: LoadedFile | OpenedFile, send: SendLoaded): boolean {
    if (!this.#answer.wants(file)) return false
    if (file.body === null) this.#stream(file, send)
    else this.#bodies.code(file.body, coded => this.#sendBody(file, coded, send))
    return true
  }

  #sendBody(file: LoadedFile, coded: CodedBody | null, send: SendLoaded): void {
    const { response } = this.#answer
    if (coded === null) return response.destroy()
    if (response.destroyed) return
    if (coded.isMeasured) return send(codedFile(file, coded.body))
    if (this.#sendHead(file)) response.endKept(coded)
  }

  #stream(file: OpenedFile, send: SendLoaded): void {
    const receiver = new CodedStream(this.#answer.response, {
      whole: body => send(codedFile(file, body)),
      long: () => this.#sendHead(file),
    })
    sendPieces(file.descriptor, [{ start: 0, end: file.size - 1 }], receiver)
  }

  /** The head of a file whose length is not told. True: a body follows. */
  #sendHead(file: LoadedFile | OpenedFile): boolean {
    const { response } = this.#answer
    this.#answer.writeHead(200, wholeFields(gzipFields(file), null, file.contentType))
    if (response.isHead) response.end()
    return !response.isHead
  }
}

/** The compressed form of a file, as a file. */
function codedFile(file: LoadedFile | OpenedFile, body: Buffer): LoadedFile {
  const { validators, contentType } = file
  const ownFields = gzipFields(file)
  return {
    size: body.length,
    contentType,
    validators: { ...validators, etag: gzipTag(validators.etag) },
    ownFields,
    fields: wholeFields(ownFields, body.length, contentType),
    body,
  }
}

function gzipFields({ ownFields }: LoadedFile | OpenedFile): string[] {
  const fields = [...ownFields]
  addGzip(fields)
  return fields
}
