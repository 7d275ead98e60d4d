/**
 * Pages that the server makes up itself, as Apache words them.
 */
import { STATUS_CODES } from 'node:http'

/** Reason phrases where Apache's differ from Node's. */
const apacheReasons: Readonly<Record<number, string>> = {
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  416: 'Requested Range Not Satisfiable',
}

/** The standard reason phrase of a status, as Apache has it; empty for an unknown status. */
export function reasonPhrase(status: number): string {
  return apacheReasons[status] ?? STATUS_CODES[status] ?? ''
}

export const serverPageType = 'text/html; charset=iso-8859-1'

/** Statuses after which Apache always closes the connection. */
export const closingStatuses: ReadonlySet<number> = new Set([
  400, 408, 411, 413, 414, 500, 501, 503,
])

const explanations: Readonly<Record<number, string>> = {
  400: 'Your browser sent a request that this server could not understand.',
  403: "You don't have permission to access this resource.",
  404: 'The requested URL was not found on this server.',
  405: 'The requested method is not allowed for this URL.',
  411: 'A request of the requested method requires a valid Content-length.',
  413: 'The requested resource does not allow request data with this method, or the amount of data provided in the request exceeds the capacity limit.',
  414: "The requested URL's length exceeds the capacity limit for this server.",
  417: 'The expectation given in the Expect request-header field could not be met by this server.',
  500: 'The server encountered an internal error or misconfiguration and was unable to complete your request. More information about this error may be available in the server error log.',
  502: 'The proxy server received an invalid response from an upstream server.',
  503: 'The server is temporarily unable to service your request due to maintenance downtime or capacity problems. Please try again later.',
  504: 'The gateway did not receive a timely response from the upstream server or application.',
}

/** The HTML of the page for a status. */
export function serverPage(status: number): string {
  const reason = reasonPhrase(status)
  return [
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">',
    `<html><head>\n<title>${status} ${reason}</title>\n</head><body>`,
    `<h1>${reason}</h1>`,
    `<p>${explanations[status] ?? reason}</p>`,
    '</body></html>\n',
  ].join('\n')
}
