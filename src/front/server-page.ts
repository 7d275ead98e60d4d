/**
 * Pages that the server makes up itself, as Apache words them.
 */

/** The reason phrases of Apache's own list; two statuses are named otherwise than in RFC 9110. */
const reasons: Readonly<Record<number, string>> = {
  100: 'Continue',
  101: 'Switching Protocols',
  102: 'Processing',
  103: 'Early Hints',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  207: 'Multi-Status',
  208: 'Already Reported',
  226: 'IM Used',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  305: 'Use Proxy',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Entity',
  423: 'Locked',
  424: 'Failed Dependency',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  506: 'Variant Also Negotiates',
  507: 'Insufficient Storage',
  508: 'Loop Detected',
  510: 'Not Extended',
  511: 'Network Authentication Required',
}

/** A status that the server's own answers can have: Apache shows 500 for one that it does not know. */
export function knownStatus(status: number): number {
  return status in reasons ? status : 500
}

/** The standard reason phrase of a status, as Apache has it; empty for an unknown status. */
export function reasonPhrase(status: number): string {
  return reasons[status] ?? ''
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

/** What is said below the explanation of 400 where HTTP is spoken and HTTPS is expected. */
export const plainReason = [
  "<br />\nReason: You're speaking plain HTTP to an SSL-enabled server port.",
  ' Instead use the HTTPS scheme to access this URL, please.',
].join('<br />\n')

/**
 * The HTML of the page for a status.
 *
 * @param reason HTML that goes on where the explanation ends
 */
export function serverPage(status: number, reason = ''): string {
  const phrase = reasonPhrase(status)
  return [
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">',
    `<html><head>\n<title>${status} ${phrase}</title>\n</head><body>`,
    `<h1>${phrase}</h1>`,
    `<p>${explanations[status] ?? phrase}${reason}</p>`,
    '</body></html>\n',
  ].join('\n')
}
