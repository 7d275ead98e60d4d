/** The status line of a response, as Apache makes it of what the application says. */
import { reasonPhrase } from './server-page.js'

export interface ResponseStatus {
  readonly status: number
  readonly reason: string
  /** It could not be read: Apache says 500 then, but does not take it for one. */
  readonly misread: boolean
}

/** Three digits, alone or with a reason behind a blank. */
const wellFormed = /^\d{3}(?:[ \t\v\f]|$)/

/**
 * Reads a status line. What is well-formed goes out as it is; for the rest only the number counts, and only
 * one that Apache knows. (ap_http_header_filter: validate_status_line, ap_get_status_line.)
 *
 * @example
 * responseStatus('404 Mine') // { status: 404, reason: 'Mine', misread: false }
 * responseStatus('404') // { status: 404, reason: 'Not Found', misread: false }
 * responseStatus('404Mine') // the same
 * responseStatus('4') // { status: 500, reason: 'Internal Server Error', misread: true }
 */
export function responseStatus(line: string): ResponseStatus {
  const status = Number.parseInt(line, 10)
  const known = reasonPhrase(status)
  if (wellFormed.test(line)) {
    return { status, reason: line.length > 3 ? line.slice(4) : known, misread: false }
  }
  if (known !== '') return { status, reason: known, misread: false }
  return { status: 500, reason: reasonPhrase(500), misread: true }
}
