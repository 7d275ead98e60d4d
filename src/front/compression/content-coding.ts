/** What mod_deflate makes of a response, and of its fields, by its configuration from mod_wsgi-express. */
import { fieldValue, mergeField, removeField, setField } from '../field-list.js'
import { uniqueVary } from '../vary.js'
import { readToken } from './token.js'

/**
 * `as it is`: it is none that is compressed. `varies`: it is, but not for this client. `gzip`: it is compressed.
 */
export type Coding = 'as it is' | 'varies' | 'gzip'

/** What variables of the server change (--setenv, --passenv), as those of Apache's. */
export interface CodingRule {
  /** `no-gzip` */
  readonly never: boolean
  /** `force-gzip`: for every client. */
  readonly always: boolean
  /** `gzip-only-text/html` */
  readonly onlyHtml: boolean
}

/** What tells the coding of a response. */
export interface CodingFacts {
  readonly status: number
  /** Its Content-Type; null: there is none. */
  readonly type: string | null
  /** Names and values, alternating. */
  readonly fields: readonly string[]
  /** The whole body is there, with so many bytes; null: the application makes it. */
  readonly wholeSize: number | null
}

/** A whole body up to this is not worth it: header, check sum, and the fields that tell of them. */
export const largestSmallBody = 68

/** @param accepted whether the client takes gzip */
export function codingOf(facts: CodingFacts, rule: CodingRule, accepted: () => boolean): Coding {
  const { status, type, fields, wholeSize } = facts
  if (status !== 200 || rule.never || !isCompressedType(type, rule)) return 'as it is'
  if (wholeSize !== null && wholeSize <= largestSmallBody) return 'as it is'
  // That of the server itself is cut out after this.
  if (wholeSize === null && fieldValue(fields, 'Content-Range') !== null) return 'as it is'
  if (isEncoded(fieldValue(fields, 'Content-Encoding'))) return 'as it is'
  return rule.always || accepted() ? 'gzip' : 'varies'
}

/** Those of --compress-responses. */
const types: ReadonlySet<string> = new Set([
  'text/plain',
  'text/html',
  'text/xml',
  'text/css',
  'text/javascript',
  'application/xhtml+xml',
  'application/javascript',
  'application/json',
])

function isCompressedType(type: string | null, { onlyHtml }: CodingRule): boolean {
  if (type === null || (onlyHtml && !type.startsWith('text/html'))) return false
  return types.has(type.replace(/[; \t].*$/s, ''))
}

/** These leave a body as it is. */
const plainCodings: ReadonlySet<string> = new Set(['identity', '7bit', '8bit', 'binary'])

/** Only lower case counts, and the list ends at an empty item. */
function isEncoded(list: string | null): boolean {
  for (let at = 0; list !== null && at < list.length; at++) {
    const { token, next } = readToken(list, at, 'word')
    if (token === '') return false
    if (!plainCodings.has(token)) return true
    at = next
  }
  return false
}

/** Makes the fields say that the response depends on what the client accepts. */
export function addVary(fields: string[]): void {
  const before = fieldValue(fields, 'Vary')
  setField(fields, 'Vary', uniqueVary(`${before ?? ''}, Accept-Encoding`))
}

/** Makes the fields those of the compressed body. */
export function addGzip(fields: string[]): void {
  addVary(fields)
  const before = fieldValue(fields, 'Content-Encoding')
  if (before === null || before === 'identity') setField(fields, 'Content-Encoding', 'gzip')
  else mergeField(fields, 'Content-Encoding', 'gzip')
  removeField(fields, 'Content-Length')
  removeField(fields, 'Content-MD5')
  const tag = fieldValue(fields, 'ETag')
  if (tag !== null) setField(fields, 'ETag', gzipTag(tag))
}

/**
 * The tag of the compressed body.
 *
 * @example
 * gzipTag('W/"a"') // 'W/"a-gzip"'
 * gzipTag('""') // '""'
 */
export function gzipTag(tag: string): string {
  return tag.length > 2 && tag.endsWith('"') ? `${tag.slice(0, -1)}-gzip"` : tag
}
