/**
 * Conditional requests, RFC 9110 section 13, in the order and with the peculiarities of Apache: a condition
 * that lets the request pass also takes back what another one said about "not modified".
 */
import { parseHttpDate } from './http-date.js'
import type { Validators } from './validators.js'

export type ConditionOutcome = 'proceed' | 'notModified' | 'failed'

/** The fields of a request that count here, by their names in lower case. */
export interface RequestFields {
  readonly range?: string | undefined
  readonly 'if-range'?: string | string[] | undefined
  readonly 'if-match'?: string | undefined
  readonly 'if-none-match'?: string | undefined
  readonly 'if-modified-since'?: string | undefined
  readonly 'if-unmodified-since'?: string | undefined
}

/** What a request asks, as far as conditions go. */
export interface ConditionalRequest {
  readonly headers: RequestFields
  /** GET or HEAD; other methods cannot be told "not modified". */
  readonly reads: boolean
  /** When it came, in seconds since the epoch. */
  readonly seconds: number
}

/** A date proves little about a file that changed less than this before: it may change again unseen. */
const weakSeconds = 60

/**
 * Whether a request with conditions goes on, ends with 304 or ends with 412.
 *
 * @example
 * evaluateConditions({ headers: { 'if-none-match': '"a"' }, reads: true, seconds }, { etag: '"a"', ... })
 * // 'notModified'
 */
export function evaluateConditions(
  request: ConditionalRequest,
  validators: Validators,
): ConditionOutcome {
  const { headers, reads } = request
  if (!isConditional(headers)) return 'proceed'
  const unmodifiedSince = isUnmodifiedSince(request, validators)
  if (ifMatchFails(headers['if-match'], validators) || unmodifiedSince === false) return 'failed'
  const sameTag = isSameTag(request, validators)
  if (sameTag === true && !reads) return 'failed'
  if (ifRangeHolds(request, validators) !== null) return 'proceed'
  const notModified = [sameTag, isNotModifiedSince(request, validators)]
  if (unmodifiedSince === true || notModified.includes(false)) return 'proceed'
  return reads && notModified.includes(true) ? 'notModified' : 'proceed'
}

/**
 * `If-Range`: whether the ranges may be served; null without the field or without `Range`, which it needs.
 * A tag has to be exactly the strong one of the file, a date exactly its date.
 */
export function ifRangeHolds(request: ConditionalRequest, validators: Validators): boolean | null {
  const { 'if-range': text, range } = request.headers
  if (typeof text !== 'string' || range === undefined) return null
  if (text.startsWith('"')) return text === validators.etag
  return parseHttpDate(text) === validators.modifiedSeconds && !isWeak(request, validators)
}

function isConditional(headers: RequestFields): boolean {
  return (
    headers['if-none-match'] !== undefined ||
    headers['if-modified-since'] !== undefined ||
    headers['if-match'] !== undefined ||
    headers['if-unmodified-since'] !== undefined
  )
}

function ifMatchFails(text: string | undefined, { etag }: Validators): boolean {
  return text !== undefined && !text.startsWith('*') && !hasTag(text, etag, 'strong')
}

/** `If-Unmodified-Since`: null without the field. A date that makes no sense lets the request pass. */
function isUnmodifiedSince(request: ConditionalRequest, validators: Validators): boolean | null {
  const text = request.headers['if-unmodified-since']
  if (text === undefined) return null
  const since = parseHttpDate(text)
  if (since === null || validators.modifiedSeconds <= since) return true
  return isWeakForRange(request, validators)
}

/** `If-None-Match`: null without the field. */
function isSameTag(request: ConditionalRequest, { etag }: Validators): boolean | null {
  const { 'if-none-match': text, range } = request.headers
  if (text === undefined) return null
  if (text.startsWith('*')) return true
  return hasTag(text, etag, request.reads && range === undefined ? 'weak' : 'strong')
}

/** `If-Modified-Since`: null without the field. A date in the future proves nothing. */
function isNotModifiedSince(request: ConditionalRequest, validators: Validators): boolean | null {
  const text = request.headers['if-modified-since']
  if (text === undefined) return null
  const since = parseHttpDate(text)
  if (since === null || since < validators.modifiedSeconds || since > request.seconds) return false
  return !isWeakForRange(request, validators)
}

function isWeak(request: ConditionalRequest, { modifiedSeconds }: Validators): boolean {
  return request.seconds < modifiedSeconds + weakSeconds
}

function isWeakForRange(request: ConditionalRequest, validators: Validators): boolean {
  return request.headers.range !== undefined && isWeak(request, validators)
}

/**
 * Whether a list of entity tags has one that equals `etag`, RFC 9110 section 8.8.3.2. Reading stops at the
 * first item that cannot take part in the comparison.
 */
function hasTag(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  const wanted = comparableTag(etag, comparison)
  if (wanted === null) return false
  for (const item of splitList(list)) {
    const tag = comparableTag(item, comparison)
    if (tag === null) return false
    if (tag === wanted) return true
  }
  return false
}

function comparableTag(tag: string, comparison: 'strong' | 'weak'): string | null {
  const opaque = comparison === 'weak' && tag.startsWith('W/') ? tag.slice(2) : tag
  return opaque.startsWith('"') ? opaque : null
}

/** The items of a list, trimmed; commas in quotes do not part them: `'"a,b" , W/"c"'` has two. */
function splitList(list: string): string[] {
  const items = list.match(/(?:"(?:[^"\\]|\\.)*(?:"|$)|[^",])+/g) ?? []
  return items.map(item => item.trim()).filter(item => item !== '')
}
