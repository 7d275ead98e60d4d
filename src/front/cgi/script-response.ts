/** What the head that a CGI script printed asks for: Apache's cgi_handle_response. */
import { evaluateConditions, type RequestFields } from '../../static/conditions.js'
import { parseHttpDate } from '../../static/http-date.js'
import { fieldValue } from '../field-list.js'
import { ResponseHead } from '../response-head.js'
import { reasonPhrase } from '../server-page.js'

/** A request, as far as it decides what becomes of a head. */
export interface AskedFor {
  readonly method: string
  readonly headers: RequestFields
  /** Of the answer for which the script stands in, as an error document; else 200. */
  readonly status: number
  /** Seconds since the epoch. */
  readonly seconds: number
}

export type ScriptResponse =
  | { readonly kind: 'send'; readonly head: ResponseHead }
  /** Another path of this site answers; these fields stay. */
  | { readonly kind: 'redirect'; readonly path: string; readonly fields: readonly string[] }
  /** A page of the server's own, with these fields. */
  | { readonly kind: 'fail'; readonly status: number; readonly fields: readonly string[] }

/** @param printed names and values, alternating, as printed */
export function scriptResponse(printed: readonly string[], asked: AskedFor): ScriptResponse {
  const { fields, hasStatus } = trimmed(printed)
  const line = `${asked.status} ${reasonPhrase(asked.status)}`
  const head = new ResponseHead([line, ...fields], Number.POSITIVE_INFINITY, 'script')
  const condition = hasStatus || !reads(asked.method) ? 'proceed' : meets(head, asked)
  if (condition === 'failed') return { kind: 'fail', status: 412, fields: staying(head) }
  const { location } = head
  if (condition === 'notModified') {
    head.becomeNotModified()
  } else if (location !== null && head.status === 200) {
    if (location.startsWith('/')) {
      return { kind: 'redirect', path: location, fields: staying(head) }
    }
    return { kind: 'fail', status: 302, fields: [...staying(head), 'Location', location] }
  }
  return { kind: 'send', head }
}

/** Where the body ends is for the server to say, and what framing it has. */
function trimmed(printed: readonly string[]): { fields: string[]; hasStatus: boolean } {
  const fields: string[] = []
  let hasStatus = false
  for (let at = 0; at < printed.length; at += 2) {
    const name = printed[at]!
    const lower = name.toLowerCase()
    if (lower === 'status') hasStatus = true
    if (lower === 'content-length' || lower === 'transfer-encoding') continue
    fields.push(name, printed[at + 1]!)
  }
  return { fields, hasStatus }
}

function reads(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** What does not say when it was modified was so just now. */
function meets({ fields }: ResponseHead, { headers, seconds }: AskedFor) {
  const lastModified = fieldValue(fields, 'last-modified') ?? ''
  return evaluateConditions(
    { headers, reads: true, seconds },
    {
      etag: fieldValue(fields, 'etag') ?? '',
      lastModified,
      modifiedSeconds: parseHttpDate(lastModified) ?? seconds,
    },
  )
}

/** Fields that are sent whatever answers in the end (Apache's err_headers_out). */
function staying({ fields }: ResponseHead): string[] {
  const kept: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    if (!ownFields.has(fields[at]!.toLowerCase())) kept.push(fields[at]!, fields[at + 1]!)
  }
  return kept
}

/** They speak of the body of the script, or are what became of its head. */
const ownFields: ReadonlySet<string> = new Set([
  'content-type',
  'content-range',
  'location',
  'etag',
  'last-modified',
])
