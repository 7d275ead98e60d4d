/** Which responses are pages that a browser shows, and how their fields change when something is added to the body. */
import { fieldValue, removeField, setField } from '../field-list.js'
import type { TagPlace } from './tag-insertion.js'

/** The fields of a request, by their names in lower case. */
export type RequestFields = Readonly<Record<string, string | undefined>>

/** What tells whether a response is a page. */
export interface ResponseFacts {
  readonly method: string
  readonly status: number
  /** Names and values, alternating. */
  readonly fields: readonly string[]
  /** Its Content-Type; null: there is none. */
  readonly type: string | null
}

/** Where the tag goes; null for what gets none. */
export function tagPlace({ method, status, fields, type }: ResponseFacts): TagPlace | null {
  if (type === null || method !== 'GET' || status < 200 || status > 599) return null
  const place = placeByType(type)
  if (place === null || bodilessOrPart.has(status)) return null
  for (let at = 0; at < fields.length; at += 2) {
    if (forbids(fields[at]!, fields[at + 1]!, status)) return null
  }
  return place
}

const bodilessOrPart: ReadonlySet<number> = new Set([204, 205, 206, 304])

/** Whether what has this Content-Type may be a page. */
export function isPageType(type: string): boolean {
  return placeByType(type) !== null
}

function placeByType(type: string): TagPlace | null {
  const found = /^[ \t]*(text\/html|application\/xhtml\+xml)[ \t]*(?:;|$)/i.exec(type)
  if (found === null || isOddEncoding(type)) return null
  return found[1]!.toLowerCase() === 'text/html' ? 'end' : 'inside'
}

/** Encodings in which the bytes of ASCII do not mean what they mean in ASCII. */
function isOddEncoding(type: string): boolean {
  const charset = /;[ \t]*charset[ \t]*=[ \t]*"?([^";]*)/i.exec(type)?.[1] ?? ''
  return /^[ \t]*(?:utf-?(?:16|32|7)|ucs|unicode|iso-?2022|hz|cp037|ibm)/i.test(charset)
}

function forbids(name: string, value: string, status: number): boolean {
  switch (name.toLowerCase()) {
    case 'content-encoding':
      return !/^[ \t]*(?:identity)?[ \t]*$/i.test(value)
    case 'content-range':
      return true
    case 'content-length':
      // An empty answer is no page, and one of a length that is none is the application's own affair.
      return !/^[1-9]\d*$/.test(value)
    case 'content-disposition':
      return /^[ \t]*attachment/i.test(value)
    case 'location':
      // Nobody sees it.
      return status >= 300 && status < 400
    default:
      return false
  }
}

/** A part of a page, which a script of the page has asked for. */
export function isFragment(headers: RequestFields): boolean {
  if (headers['hx-request'] !== undefined) return true
  if (headers['x-requested-with']?.toLowerCase() === 'xmlhttprequest') return true
  const destination = headers['sec-fetch-dest']
  return destination !== undefined && !pageDestinations.has(destination)
}

const pageDestinations: ReadonlySet<string> = new Set(['document', 'iframe', 'frame'])

/** Fields that tell a hash of the body. */
const hashes = ['Content-MD5', 'Digest', 'Content-Digest', 'Repr-Digest']

/** Makes the fields true again for a body that is so many bytes longer. Two such bodies are alike, but not the same. */
export function adaptFields(fields: string[], added: number): void {
  const length = fieldValue(fields, 'Content-Length')
  if (length !== null) setField(fields, 'Content-Length', String(Number(length) + added))
  const tag = fieldValue(fields, 'ETag')
  if (tag?.startsWith('"')) setField(fields, 'ETag', `W/${tag}`)
  for (const name of hashes) removeField(fields, name)
  // A part of it would be one of the body without the addition.
  removeField(fields, 'Accept-Ranges')
}
