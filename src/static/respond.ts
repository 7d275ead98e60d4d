/** Answers requests for files and directories. */

import { closeSync } from 'node:fs'
import { neverReached } from '../base/never.js'
import { assemble, partialContent } from './byte-ranges.js'
import {
  type ConditionalRequest,
  evaluateConditions,
  ifRangeHolds,
  type RequestFields,
} from './conditions.js'
import { listDirectory } from './directory-listing.js'
import { type LoadedFile, type OpenedFile, type Representation, wholeFields } from './file-store.js'
import { allowedMethods, methodKind } from './methods.js'
import { directoryType } from './mime-table.js'
import { parseRangeHeader, type RequestedRanges } from './range-header.js'
import type { DirectoryToList, StaticFile, StaticResolution } from './resolution.js'
import { type PieceReceiver, sendPieces } from './send-file.js'
import type { StaticSite } from './site.js'

/** What is asked of a request. */
export interface StaticRequest {
  readonly method?: string | undefined
  /** Fields by their names in lower case. */
  readonly headers: RequestFields
}

/** Sends a file that is in memory, or parts of it. */
export type SendLoaded = (file: LoadedFile) => void

/** Has files go out in another form. */
export interface FileCoder {
  /**
   * Sends a file in another form, through `send` if that can be had whole. False: it is to be sent as it is.
   */
  code(file: LoadedFile | OpenedFile, send: SendLoaded): boolean
}

/** One request and what is needed to answer it. */
export interface StaticExchange {
  readonly request: StaticRequest
  readonly response: PieceReceiver
  /** Writes the page the server makes up for `status`, with these further fields (name, value, name, value). */
  serverPage(status: number, fields: readonly string[]): void
  /**
   * Sends status and fields, and whatever else belongs in a head.
   * @param whole what is sent, or sent a part of
   */
  writeHead(status: number, fields: string[], whole?: Representation): void
  /** Null: files go out as they are. */
  readonly coder?: FileCoder | null
  /** Whether the request has a condition or a range, where the caller knows it without a look at all fields. */
  readonly isConditional?: boolean
  /** What follows the question mark in the target. */
  readonly query?: string
  /** Status of the answer instead of 200: the file is the error document of that status. */
  readonly status?: number
}

/** Answers with what a path resolved to: methods, conditions, ranges, HEAD. */
export function respond(
  site: StaticSite,
  resolution: StaticResolution,
  exchange: StaticExchange,
): void {
  if (resolution.kind === 'refused' && resolution.status === 403) {
    return exchange.serverPage(403, [])
  }
  switch (methodKind(exchange.request.method)) {
    case 'read':
      return sendResolved(site, resolution, exchange)
    case 'options':
      return sendOptions(site, resolution, exchange)
    case 'notAllowed':
      return exchange.serverPage(405, ['Allow', allowedMethods])
    default:
      return exchange.serverPage(501, ['Allow', allowedMethods])
  }
}

function sendResolved(
  site: StaticSite,
  resolution: StaticResolution,
  exchange: StaticExchange,
): void {
  switch (resolution.kind) {
    case 'file':
      return sendFile(site, resolution.file, exchange)
    case 'listing':
      return sendListing(site, resolution.directory, exchange)
    case 'refused':
      return exchange.serverPage(resolution.status, [])
    default:
      return neverReached(resolution, 'static resolution')
  }
}

function sendFile(site: StaticSite, file: StaticFile, exchange: StaticExchange): void {
  const opened = site.files.open(file)
  if (typeof opened === 'number') return exchange.serverPage(opened, [])
  if (exchange.status !== undefined) return sendWhole(opened, exchange, exchange.status)
  if (exchange.isConditional === false || isPlain(exchange.request.headers)) {
    if (exchange.coder?.code(opened, coded => sendWhole(coded, exchange, 200))) return
    return sendWhole(opened, exchange, 200)
  }
  const { headers } = exchange.request
  const request = {
    headers,
    reads: exchange.request.method !== 'POST',
    seconds: Math.floor(site.now() / 1000),
  }
  switch (evaluateConditions(request, opened.validators)) {
    case 'notModified':
      return sendNotModified(opened, exchange)
    case 'failed':
      return sendPreconditionFailed(opened, exchange)
    default:
      return sendSelected(site, opened, exchange, request)
  }
}

/** Ranges are those of the form in which a file goes out. */
function sendSelected(
  site: StaticSite,
  file: LoadedFile | OpenedFile,
  exchange: StaticExchange,
  request: ConditionalRequest,
): void {
  const send = (chosen: LoadedFile | OpenedFile) =>
    sendRanges(site, chosen, exchange, requestedRanges(request, chosen))
  if (!exchange.coder?.code(file, send)) send(file)
}

/** No field that could make the answer anything else than the whole file. */
function isPlain(headers: RequestFields): boolean {
  return (
    headers.range === undefined &&
    headers['if-none-match'] === undefined &&
    headers['if-modified-since'] === undefined &&
    headers['if-match'] === undefined &&
    headers['if-unmodified-since'] === undefined
  )
}

function requestedRanges(request: ConditionalRequest, file: Representation): RequestedRanges {
  const { range } = request.headers
  if (range === undefined || ifRangeHolds(request, file.validators) === false) {
    return { kind: 'whole' }
  }
  return parseRangeHeader(range, file.size)
}

function sendRanges(
  site: StaticSite,
  file: LoadedFile | OpenedFile,
  exchange: StaticExchange,
  requested: RequestedRanges,
): void {
  if (requested.kind === 'whole') return sendWhole(file, exchange, 200)
  if (requested.kind === 'unsatisfiable') {
    release(file)
    return exchange.serverPage(416, [])
  }
  const part = partialContent(file, requested.ranges, site.boundary)
  const fields = [...file.ownFields, 'Content-Length', String(part.length)]
  if (part.contentRange !== undefined) fields.push('Content-Range', part.contentRange)
  if (part.contentType !== undefined) fields.push('Content-Type', part.contentType)
  const { request, response } = exchange
  exchange.writeHead(206, fields, file)
  if (request.method === 'HEAD') return endWithoutBody(file, response)
  if (file.body !== null) response.end(assemble(part.pieces, file.body))
  else sendPieces(file.descriptor, part.pieces, response)
}

function sendWhole(file: LoadedFile | OpenedFile, exchange: StaticExchange, status: number): void {
  const { request, response } = exchange
  exchange.writeHead(status, file.fields, file)
  if (request.method === 'HEAD') return endWithoutBody(file, response)
  if (file.body === null) sendPieces(file.descriptor, [{ start: 0, end: file.size - 1 }], response)
  else if (response.endKept === undefined) response.end(file.body)
  else response.endKept(file)
}

function sendNotModified(file: LoadedFile | OpenedFile, exchange: StaticExchange): void {
  exchange.writeHead(304, [...file.ownFields])
  endWithoutBody(file, exchange.response)
}

/** Empty, with the fields of the file; HEAD is told its length all the same. */
function sendPreconditionFailed(file: LoadedFile | OpenedFile, exchange: StaticExchange): void {
  const { request, response } = exchange
  const fields = [...file.fields]
  if (request.method !== 'HEAD') fields[fields.indexOf('Content-Length') + 1] = '0'
  exchange.writeHead(412, fields)
  endWithoutBody(file, response)
}

function sendListing(site: StaticSite, directory: DirectoryToList, exchange: StaticExchange): void {
  const { request, response, query } = exchange
  if (request.method === 'POST') return exchange.serverPage(404, [])
  const page = directory.listed ? listDirectory(directory, query ?? '') : null
  if (page === null) return exchange.serverPage(403, [])
  const listing = listingOf(site, page)
  if (request.method === 'HEAD') {
    exchange.writeHead(200, wholeFields(site.commonFields, null, listing.contentType))
    response.end()
    return
  }
  const conditional = { headers: request.headers, reads: true, seconds: 0 }
  const send = (chosen: LoadedFile) =>
    sendRanges(site, chosen, exchange, requestedRanges(conditional, chosen))
  if (exchange.coder?.code(listing, send)) return
  if (page.length <= longestMeasuredPage) return send(listing)
  exchange.writeHead(200, wholeFields(site.commonFields, null, listing.contentType), listing)
  response.end(page)
}

/** Apache sends the first part of a longer page before it has the rest, so that it can tell no length. */
const longestMeasuredPage = 8000

/** The page in the form of a file, which no condition can speak of. */
function listingOf(site: StaticSite, page: Buffer): LoadedFile {
  const contentType = 'text/html;charset=ISO-8859-1'
  return {
    size: page.length,
    contentType,
    validators: { etag: '', lastModified: '', modifiedSeconds: Number.NaN },
    ownFields: site.commonFields,
    fields: wholeFields(site.commonFields, page.length, contentType),
    body: page,
  }
}

function sendOptions(
  site: StaticSite,
  resolution: StaticResolution,
  exchange: StaticExchange,
): void {
  const fields = [...site.commonFields, 'Allow', allowedMethods, 'Content-Length', '0']
  const contentType = typeOfResolved(site, resolution)
  if (contentType !== undefined) fields.push('Content-Type', contentType)
  exchange.writeHead(200, fields)
  exchange.response.end()
}

function typeOfResolved(site: StaticSite, resolution: StaticResolution): string | undefined {
  if (resolution.kind === 'file') return site.files.typeOf(resolution.file.path)
  const filename = 'filename' in resolution ? resolution.filename : null
  return filename === null ? directoryType : site.files.typeOf(filename)
}

function endWithoutBody(file: LoadedFile | OpenedFile, response: PieceReceiver): void {
  release(file)
  response.end()
}

function release(file: LoadedFile | OpenedFile): void {
  if (file.body === null) closeSync(file.descriptor)
}
