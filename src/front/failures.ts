/**
 * What a request that failed is answered with: the document of its status (--error-document), or a page of the
 * server's own. Apache's ap_die.
 */
import { respond, type StaticSite } from '../static/site.js'
import type { WorkerName } from '../workers/dispatcher.js'
import type { SharedEnviron } from './environ.js'
import type { ErrorDocument, ErrorDocuments } from './error-documents.js'
import type { HttpsRules } from './https/https-rules.js'
import { enterRedirect, type Failure } from './internal-redirect.js'
import { type Answerable, type HttpExchange, writeOwnHead, writeServerPage } from './reply.js'
import { protocolKeys } from './request-keys.js'
import { isReadable, parseTarget } from './request-target.js'
import { closingStatuses } from './server-page.js'

export interface FailureOptions {
  /** --error-document */
  readonly errorDocuments: ErrorDocuments
  readonly site: StaticSite
  /** Null without HTTPS. */
  readonly https: HttpsRules | null
  /** The keys that all requests share; asked for once the port is known. */
  readonly sharedEnviron: () => SharedEnviron
}

/** What is known of a request that failed. */
export interface KnownOfFailure {
  /** What the page of the status has to have: names and values, alternating. */
  readonly fields?: readonly string[]
  /** What an application was given. */
  readonly environ?: string
  /** The worker that had it; null: none that serves. */
  readonly worker?: WorkerName | null
  /** All keys, of what has no environ: as in {@link Failures.allKeys}. */
  readonly keys?: string
  /** The path has been mapped, and the variables of the user are set. */
  readonly mapped?: boolean
  /** Of the status line, where it is not the usual one. */
  readonly reason?: string
  /** ERROR_NOTES for its document. */
  readonly notes?: string
}

export class Failures {
  readonly #options: FailureOptions

  constructor(options: FailureOptions) {
    this.#options = options
  }

  /**
   * Answers a request that failed. `instead`: its document is a path of this site, which the exchange names now
   * and which is to be served. A document that fails as well is answered with the page of the first failure.
   */
  answer(http: HttpExchange, status: number, known: KnownOfFailure): 'done' | 'instead' {
    const { response } = http
    if (response.headersSent || response.destroyed) return 'done'
    http.added = null
    if (!isReadable(http.target, http.method, http.request.secure))
      return this.answerUnread(http, status)
    // The rest of a body that is too long is not looked at.
    if (status === 413) http.body = 'none'
    if (closingStatuses.has(status)) {
      response.keepAlive = false
      response.neverChunked = true
    }
    const { fields = [] } = known
    const first = http.firstFailure
    if (http.failing && first !== null) return failAgain(http, first, status)
    http.failing = true
    http.firstFailure ??= { status, fields }
    const document = this.#options.errorDocuments(status)
    if (document?.kind !== 'path') return writeFailure(http, status, known, document)
    const redirect = {
      path: document.path,
      status,
      known: this.#keysOf(http, known),
      // A redirect stays one.
      fields: status < 400 ? fields : [],
    }
    return enterRedirect(http, redirect) ? 'instead' : failAgain(http, http.firstFailure, 500)
  }

  /**
   * Answers what is no request: no application can be asked for its document.
   *
   * @param page in place of the usual one
   */
  answerUnread(exchange: Answerable, status: number, page: Buffer | null = null): 'done' {
    if (closingStatuses.has(status)) exchange.response.keepAlive = false
    const document = this.#options.errorDocuments(status)
    if (document?.kind !== 'path') return writeFailure(exchange, status, {}, document, page)
    const target = parseTarget(document.path)
    const resolution = typeof target === 'number' ? null : this.#options.site.resolve(target.path)
    if (resolution?.kind !== 'file') return writeFailure(exchange, status, {}, null, page)
    respond(this.#options.site, resolution, {
      request: { method: 'GET', headers: {} },
      response: exchange.response,
      status,
      writeHead: (shown, fields) => writeOwnHead(exchange, shown, fields),
      serverPage: () => writeServerPage(exchange, status),
    })
    return 'done'
  }

  /** All keys that an application was given: its own ones, and those that all requests share. */
  allKeys(environ: string): string {
    return `${this.#options.sharedEnviron().constant.slice(1)}\0${environ}`
  }

  #keysOf(http: HttpExchange, { environ, keys, mapped, notes }: KnownOfFailure): string {
    const noted = notes === undefined ? '' : `\0ERROR_NOTES\0${notes}`
    if (keys !== undefined) return keys + noted
    const { https } = this.#options
    const secure = http.request.secure && https !== null ? '\0HTTPS\0on' : ''
    if (environ !== undefined) return this.allKeys(environ) + secure + noted
    const before = http.internal?.environ ?? ''
    const variables =
      mapped === true ? this.#options.sharedEnviron().variables + protocolKeys(http, https) : ''
    return `REQUEST_METHOD\0${http.method}${before}${variables}${noted}`
  }
}

/** Answers with what is no path of this site. */
function writeFailure(
  exchange: Answerable,
  status: number,
  { fields = [], notes, reason }: KnownOfFailure,
  document: Exclude<ErrorDocument, { kind: 'path' }> | null,
  page: Buffer | null = null,
): 'done' {
  if (document?.kind === 'url') writeServerPage(exchange, 302, ['Location', document.url])
  else {
    const text = document?.text ?? page
    writeServerPage(exchange, status, fields, text, notes !== undefined, reason ?? null)
  }
  return 'done'
}

function failAgain(http: HttpExchange, first: Failure, status: number): 'done' {
  if (closingStatuses.has(status)) http.response.keepAlive = false
  // A redirect has its fields still from then.
  const fields = http.internal?.fields === first.fields ? [] : first.fields
  if (status !== 413) writeServerPage(http, first.status, fields)
  else {
    // With the body that is too long Apache loses its page.
    writeOwnHead(http, first.status, [])
    http.response.end()
  }
  return 'done'
}
