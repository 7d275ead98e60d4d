/**
 * --live-reload: pages get a script, which hears of new code and files on an event stream of the server's own; and a
 * page that says why the application cannot be loaded. Where the option is not given there is no such object.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.js'
import type { HttpRequest } from '../../http/request.js'
import type { HttpResponse } from '../../http/response.js'
import type { WorkerName } from '../../workers/dispatcher.js'
import { fieldValue } from '../field-list.js'
import {
  type Answerable,
  type FrontRules,
  type HeadNotes,
  type HttpExchange,
  writeOwnHead,
} from '../reply.js'
import { permissionOf } from './content-policy.js'
import { errorPage, errorPagePolicy, type NoApplication } from './error-page.js'
import { EventStreams } from './event-streams.js'
import { adaptFields, isFragment, tagPlace } from './page-response.js'
import { pageScript } from './page-script.js'
import { stateWord } from './page-state.js'
import { scriptTag } from './script-tag.js'
import { TagInsertion } from './tag-insertion.js'
import { isLocalVisitor, isOwnHost, isSameSite } from './visitor.js'

interface LiveWorker {
  readonly pid: number | undefined
  /** It takes requests, and has loaded the application. */
  readonly hasApplication: boolean
}

export interface LiveReloadOptions {
  readonly clock: Clock
  /** `/` or `/app`: what a proxy in front of the server passes on is below it. */
  readonly mountPoint: string
  /** Names that the site goes by besides those of this machine, in lower case (--server-name, --server-alias). */
  readonly hostNames: readonly string[]
  /** Those that are there. */
  readonly workers: () => readonly LiveWorker[]
  /** A file was sent, or is still as the browser has it. */
  readonly fileServed: (file: string, urlPath: string) => void
}

/** Bytes of a page that are told to nobody else. */
const ownFields = [
  'Cross-Origin-Resource-Policy',
  'same-origin',
  'X-Content-Type-Options',
  'nosniff',
]

export class LiveReload {
  readonly #options: LiveReloadOptions
  readonly #scriptPath: string
  readonly #streamPath: string
  readonly #streams: EventStreams
  /** Pages of another run of the server are out of date. */
  readonly #server = randomBytes(6).toString('hex')
  #generation = 0
  #changes = 0
  #styles = 0
  #noApplication: NoApplication | null = null
  /** Why those workers could not load it which could not, by process. */
  readonly #failed = new Map<number, NoApplication>()

  constructor(options: LiveReloadOptions) {
    this.#options = options
    const mount = options.mountPoint.replace(/\/+$/, '')
    this.#streamPath = `${mount}/__modwsgi_dev__/live-reload`
    this.#scriptPath = `${this.#streamPath}.js`
    this.#streams = new EventStreams(options.clock)
  }

  // From the supervisor's side.

  /** The workers of a generation answer, be it with an error. */
  served(generation: number): void {
    if (generation <= this.#generation) return
    this.#generation = generation
    this.#tell([])
  }

  /** Why a worker, or any that was to start, has no application; null: it has one. */
  explain(why: NoApplication | null, worker: WorkerName | null): void {
    this.#noApplication = why
    if (worker === null) return
    if (why === null) this.#failed.delete(worker.pid)
    else this.#failed.set(worker.pid, why)
    const present = new Set(this.#options.workers().map(({ pid }) => pid))
    for (const pid of this.#failed.keys()) if (!present.has(pid)) this.#failed.delete(pid)
  }

  /** The application was loaded with a request, after it could not be. */
  loadedLater(worker: WorkerName): void {
    this.explain(null, worker)
    this.#changes++
    this.#tell([])
  }

  /** Files that were served have changed, which have these URL paths. */
  filesChanged(urlPaths: readonly string[], onlyStyles: boolean): void {
    if (onlyStyles) this.#styles++
    else this.#changes++
    this.#tell(urlPaths)
  }

  /** Ends the streams: nothing waits for them. */
  close(): void {
    this.#streams.close()
  }

  // From the front's side.

  /** Answers a request for the script or the stream. False: it is another one. */
  answers(request: HttpRequest, response: HttpResponse, rules: FrontRules): boolean {
    const { url } = request
    if (url !== this.#streamPath && url !== this.#scriptPath) return false
    if (request.method !== 'GET' || request.hasBody) return false
    const exchange = { request, response, rules }
    if (!this.#isOwnPage(request)) sendNothing(exchange, 403)
    else if (url === this.#scriptPath) sendScript(exchange)
    else if (rules.stopping) sendNothing(exchange, 503)
    else this.#streams.open(exchange, this.#event([]), ownFields)
    return true
  }

  /** Gives a response its tag if it is a page. The fields are those that will be sent, but for the type. */
  addTag(
    exchange: Answerable,
    status: number,
    fields: string[],
    type: string | null,
    { coding = null }: HeadNotes,
  ): void {
    const { request, response, generation } = exchange
    if (request === undefined || coding !== null) return
    // HEAD is told what GET would be.
    const method = response.isHead ? 'GET' : request.method
    const place = tagPlace({ method, status, fields, type })
    if (place === null || isFragment(request.headers)) return
    const permission = permissionOf(fieldValue(fields, 'Content-Security-Policy'))
    if (permission === null) return
    const state = this.#state(generation ?? this.#generation)
    const tag = scriptTag({ path: this.#scriptPath, state, ...permission })
    if (!response.isHead) response.insert(new TagInsertion(tag, place))
    adaptFields(fields, tag.length)
  }

  /**
   * Notes that a page has a file, and has the browser ask for it again with each page.
   *
   * @param fields of the response; a type comes last
   */
  sendsFile(file: string, target: string, fields: readonly string[]): string[] {
    this.#options.fileServed(
      Buffer.from(file, 'latin1').toString('utf8'),
      target.replace(/[?#].*$/s, ''),
    )
    return ['Cache-Control', 'no-cache', ...fields]
  }

  /**
   * Answers a request that the application could not, with the reason, if the developer asks with a browser.
   *
   * @param worker the one that had it
   */
  explains(http: HttpExchange, worker: WorkerName | null): boolean {
    const { request, response } = http
    const why = this.#reasonOf(worker)
    if (why === null || response.headersSent || response.destroyed) return false
    const { headers, method, socket } = request
    if (method !== 'GET' || isFragment(headers) || !/\btext\/html\b/i.test(headers['accept'] ?? ''))
      return false
    if (!isLocalVisitor(socket.remoteAddress, headers) || !this.#isOwnPage(request)) return false
    const page = Buffer.from(errorPage(why))
    writeOwnHead(http, 500, [
      ...ownFields,
      'Cache-Control',
      'no-store',
      'Content-Security-Policy',
      errorPagePolicy,
      'Content-Length',
      String(page.length),
      'Content-Type',
      'text/html; charset=utf-8',
    ])
    response.end(page)
    return true
  }

  /** Null: the application is loaded, and what goes wrong is a matter of the request. */
  #reasonOf(worker: WorkerName | null): NoApplication | null {
    if (worker !== null) return this.#failed.get(worker.pid) ?? null
    const isThere = this.#options.workers().some(({ hasApplication }) => hasApplication)
    return isThere ? null : this.#noApplication
  }

  #isOwnPage({ headers }: HttpRequest): boolean {
    return isOwnHost(headers['host'], this.#options.hostNames) && isSameSite(headers)
  }

  #state(generation: number): string {
    return stateWord({
      server: this.#server,
      generation,
      changes: this.#changes,
      styles: this.#styles,
    })
  }

  #event(paths: readonly string[]): string {
    return JSON.stringify({ state: this.#state(this.#generation), paths })
  }

  #tell(paths: readonly string[]): void {
    this.#streams.tell(this.#event(paths))
  }
}

function sendNothing(exchange: Answerable, status: number): void {
  writeOwnHead(exchange, status, ['Content-Length', '0'])
  exchange.response.end()
}

function sendScript(exchange: Answerable): void {
  const body = Buffer.from(pageScript)
  writeOwnHead(exchange, 200, [
    ...ownFields,
    'Cache-Control',
    'no-cache',
    'Content-Length',
    String(body.length),
    'Content-Type',
    'text/javascript; charset=utf-8',
  ])
  exchange.response.end(body)
}
