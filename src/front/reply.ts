/**
 * Writes the head of a response the way Apache frames it: Date and Server first, and `Connection` only
 * where Apache sends it.
 */
import type { HttpRequest } from '../http/request.js'
import type { HttpResponse } from '../http/response.js'
import type { AccessRecord } from './access-record.js'
import { type AddedFields, addFields } from './added-fields.js'
import type { RequestBody } from './application-front.js'
import type { Compression } from './compression/compression.js'
import { fieldValue, mergeField, removeField, setField } from './field-list.js'
import type { VirtualHost } from './hosts/virtual-hosts.js'
import type { Failure, InternalRequest } from './internal-redirect.js'
import type { LiveReload } from './live-reload/live-reload.js'
import type { RequestHead } from './request-head.js'
import { httpDate, type ResponseHead } from './response-head.js'
import {
  closingStatuses,
  knownStatus,
  reasonPhrase,
  serverPage,
  serverPageType,
} from './server-page.js'

/** Value of the Server field and of SERVER_SOFTWARE. */
const serverSoftware = 'Apache'

/** The field by which a response of the application tells which worker it comes from. */
const workerFieldName = 'X-Modwsgi-Dev'

/** What the front knows about keeping connections. */
export interface FrontRules {
  /** Seconds an idle connection is kept; 0: none is kept. */
  readonly keepAliveTimeout: number
  /** True once the server is to stop: no connection is kept. */
  readonly stopping: boolean
  /** Null without --live-reload. */
  readonly live: LiveReload | null
  /** Null without --compress-responses. */
  readonly compression: Compression | null
}

/** A request and its response, and what was read of the request's head. */
export interface HttpExchange {
  readonly request: HttpRequest
  readonly response: HttpResponse
  readonly rules: FrontRules
  /** Null without an access log. */
  readonly access: AccessRecord | null
  head: RequestHead
  /** What is served: the target and method of the client, or those of an internal redirect. */
  target: string
  method: string
  /** The body, until somebody has it. */
  body: RequestBody
  /** Null where all hosts are the same one. */
  host: VirtualHost | null
  /** Null for what the client itself asks. */
  internal: InternalRequest | null
  /** An answer has failed, and no application has been asked since. */
  failing: boolean
  /** Of the worker that answers; null: another one does, or it does not matter (without --live-reload). */
  generation: number | null
  /** Fields that go with what is asked for; null: none, or the answer is another one. */
  added: AddedFields | null
  /** The first failure of those that led from one to the other. */
  firstFailure: Failure | null
  /** Who asks; null: nobody has been asked. */
  identity: Identity | null
}

/** A user whom access control has let in. */
export interface Identity {
  /** His keys of the environ, each after a NUL, alternating with their values. */
  readonly environ: string
  /** Fields that tell the client so: names and values, alternating. Those of failures have them not. */
  readonly fields: readonly string[]
}

/** What a response of the server's own needs; a request that could not be read has no head. */
export type Answerable = Pick<HttpExchange, 'response' | 'rules'> & Partial<HttpExchange>

/** A body that the server has, before anything is put into it or made of it. */
export interface WholeBody {
  /** In bytes. */
  readonly size: number
  readonly contentType: string | undefined
  /** Where it is short, and at hand. */
  readonly page?: Buffer
}

/** What the fields of a response say to the server, see {@link ResponseHead}; nothing, if they are its own. */
export type HeadNotes = {
  /** The fields are those of another server: Date and Server are among them, and nothing is added. */
  readonly forwarded?: boolean
  /** That server says nothing of a type: what there is comes from the path, and no filter goes by it. */
  readonly guessesType?: boolean
} & Partial<
  Pick<
    ResponseHead,
    | 'close'
    | 'speaksOfConnection'
    | 'coding'
    | 'contradicts'
    | 'decides'
    | 'workerField'
    | 'isEmpty'
  >
> & {
    /** What is sent, or sent a part of, where the server itself has it. */
    readonly whole?: WholeBody | undefined
  }

/**
 * Sends status and fields.
 * @param fields names and values, alternating; a Content-Type comes last
 */
export function writeHead(
  exchange: Answerable,
  status: number,
  reason: string,
  fields: readonly string[],
  notes: HeadNotes = noNotes,
): void {
  const { request, response, head, rules, internal } = exchange
  const { close = false, coding = null, decides = status, workerField = null } = notes
  let { speaksOfConnection = false } = notes
  if (close || closingStatuses.has(decides) || rules.stopping || rules.keepAliveTimeout === 0) {
    response.keepAlive = false
  }
  if (coding !== null) {
    response.coding = coding === 'chunked' ? 'own' : 'added'
    if (notes.contradicts) response.lastOne = true
  }
  // Nobody knows whether the client sends the body that it was not asked for.
  if (request?.expects === 'continue' && !response.continued) response.keepAlive = false
  const all = notes.forwarded
    ? [...fields]
    : ['Date', httpDate(), 'Server', serverSoftware, ...fields]
  // What the server adds goes before the type.
  const type = takeLast(all, 'Content-Type')
  if (internal) all.push(...internal.fields)
  if (workerField !== null) all.push(workerFieldName, workerField)
  if (exchange.added && addFields(all, exchange.added)) speaksOfConnection = true
  if (rules.live !== null && !notes.forwarded) rules.live.addTag(exchange, status, all, type, notes)
  if (rules.compression !== null && !notes.guessesType) {
    rules.compression.apply(exchange, decides, all, type, notes)
  }
  // As Apache has it: whoever sends nothing to HEAD may not have looked how much it would be.
  if (response.isHead && fieldValue(all, 'content-length') === '0') {
    removeField(all, 'content-length')
  }
  if (!response.keepAlive || response.endsWithConnection(status, all)) {
    response.keepAlive = false
    if (!close) speakOfConnection(all, speaksOfConnection, 'close')
  } else if (head?.asksKeepAlive) {
    const timeout = `timeout=${rules.keepAliveTimeout}`
    if (notes.speaksOfConnection) setField(all, 'Keep-Alive', timeout)
    else all.push('Keep-Alive', timeout)
    speakOfConnection(all, speaksOfConnection, 'Keep-Alive')
  }
  response.writeHead(status, reason, all, type)
}

const noNotes: HeadNotes = {}

const nothingWhole: WholeBody = { size: 0, contentType: undefined }

/** Takes a field from the end; null where it is not there. */
function takeLast(fields: string[], name: string): string | null {
  if (fields[fields.length - 2] !== name) return null
  const value = fields.pop()!
  fields.pop()
  return value
}

function speakOfConnection(fields: string[], isThere: boolean, word: string): void {
  if (isThere) mergeField(fields, 'Connection', word)
  else fields.push('Connection', word)
}

/** A body that is too long, and ranges beyond the end. */
const filterFinds: ReadonlySet<number> = new Set([413, 416])

/**
 * Sends a status of the server's own choice, and fields.
 * @param whole what is sent, or sent a part of
 */
export function writeOwnHead(
  exchange: Answerable,
  status: number,
  fields: readonly string[],
  whole: WholeBody = nothingWhole,
  reason: string | null = null,
): void {
  const shown = knownStatus(status)
  writeHead(exchange, shown, reason ?? reasonPhrase(shown), fields, { decides: status, whole })
}

/**
 * Answers with a page of the server's own. Does nothing when the head has been sent.
 * @param text is sent in place of the page
 * @param measured with its length, whatever the status
 * @param reason of the status line; null: the usual one
 */
export function writeServerPage(
  exchange: Answerable,
  status: number,
  extraFields: readonly string[] = [],
  text: Buffer | null = null,
  measured = false,
  reason: string | null = null,
): void {
  const { response } = exchange
  if (response.headersSent || response.destroyed) return
  const page = text ?? Buffer.from(serverPage(knownStatus(status)), 'latin1')
  // To HEAD Apache does not say how long the page would be, and for what a filter finds wrong to nobody.
  const hasLength = exchange.request?.method !== 'HEAD' && !(filterFinds.has(status) && !measured)
  const length = hasLength ? ['Content-Length', String(page.length)] : []
  const fields = [...extraFields, ...length, 'Content-Type', serverPageType]
  writeOwnHead(exchange, status, fields, undefined, reason)
  response.end(page)
}
