/** The status line of a response, as Apache makes it of what the application says. */
import { reasonPhrase } from './server-page.js'

export interface ResponseStatus {
  readonly status: number
  readonly reason: string
  /** The status whose rules apply, which is another one where Apache says 500 for want of words. */
  readonly decides: number
}

/** Three digits, alone or with a reason behind a blank. */
const wellFormed = /^\d{3}(?:[ \t\v\f]|$)/

/**
 * Reads a status line. What is well-formed goes out as it is; for the rest only the number counts, and only
 * one that Apache knows. (ap_http_header_filter: validate_status_line, ap_get_status_line.)
 *
 * @example
 * responseStatus('404 Mine') // { status: 404, reason: 'Mine', decides: 404 }
 * responseStatus('404') // { status: 404, reason: 'Not Found', decides: 404 }
 * responseStatus('404Mine') // the same
 * responseStatus('4') // { status: 500, reason: 'Internal Server Error', decides: 4 }
 */
export function responseStatus(line: string): ResponseStatus {
  const status = Number.parseInt(line, 10) || 0
  const known = reasonPhrase(status)
  if (wellFormed.test(line)) {
    return { status, reason: line.length > 3 ? line.slice(4) : known, decides: status }
  }
  if (known !== '') return { status, reason: known, decides: status }
  return { status: 500, reason: reasonPhrase(500), decides: status }
}
