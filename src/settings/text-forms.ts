/**
 * What the texts of options have to look like, by the names that the options table uses. Apache refuses the same when
 * it starts, with a message about a line of its configuration.
 */
import { isAddressRange } from './address-range.js'

/** A form; `expects` goes into the sentence "--option expects ..., got ...". */
interface TextForm {
  readonly expects: string
  fits(text: string): boolean
}

/** Statuses that Apache has a page for, by hundreds. */
const statuses = new Set([
  ...[100, 101, 102, 103],
  ...[200, 201, 202, 203, 204, 205, 206, 207, 208, 226],
  ...[300, 301, 302, 303, 304, 305, 307, 308],
  ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417],
  ...[421, 422, 423, 424, 426, 428, 429, 431, 451],
  ...[500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511],
])

const overrides = /^(?:authconfig|fileinfo|indexes|limit|all|none|options|nonfatal=\w+)$/i

/** `Options=` with those that .htaccess files may then set. */
const overrideOptions =
  /^options=(?:(?:indexes|includes|includesnoexec|followsymlinks|symlinksifownermatch|execcgi|multiviews|all|none)(?:,|$))*$/i

/** In one directive either all words have a sign, or none has. */
const telemetryFlags =
  /^\s*(?:(?:[+-]captureuseragent\s*)+|(?:(?:captureuseragent|none|all)(?:\s+|$))+)$/i

/** The forms. */
export const textForms = {
  filled: {
    expects: 'a value that is not empty',
    fits: text => text.trim() !== '',
  },
  'host name': {
    expects: 'a host name',
    // An empty one is as good as none.
    fits: isHost,
  },
  'filled host name': {
    expects: 'a host name',
    fits: text => text !== '' && isHost(text),
  },
  'URL path': {
    expects: 'a URL path such as /api',
    // Apache takes no other for a Location, or never finds anything there; of a % it wants to make a format.
    fits: text => /^\/[^\s%]*$/.test(text) && !/^\/+$/.test(text),
  },
  'proxied URL': {
    expects: 'a URL such as http://127.0.0.1:3000/',
    // Others Apache cannot forward to, as it is configured.
    fits: text => /^(?:unix:[^|]+\|)?http:\/\/[^/]/i.test(text) && hasPort(text),
  },
  'error status': {
    expects: 'an HTTP status such as 404',
    fits: text => /^\d{3}$/.test(text) && statuses.has(Number(text)),
  },
  'address ranges': {
    expects: 'an IP address or a subnet such as 10.0.0.0/8',
    fits: text => words(text).every(isAddressRange),
  },
  'field names': {
    expects: 'the name of a header such as X-Forwarded-For',
    // With any other name the original starts, and dies of the first request.
    fits: text => words(text).every(word => /^[a-z0-9-]+$/i.test(word)),
  },
  'override classes': {
    expects: 'All, None, AuthConfig, FileInfo, Indexes, Limit or Options',
    fits: text => words(text).every(word => overrides.test(word) || overrideOptions.test(word)),
  },
  'telemetry flags': {
    expects: '+CaptureUserAgent, -CaptureUserAgent, None or All',
    fits: text => telemetryFlags.test(text),
  },
} as const satisfies Record<string, TextForm>

/** The name of a form. */
export type TextFormName = keyof typeof textForms

/** What is wrong with a text, as the rest of a sentence that begins with the option; null for nothing. */
export function formProblem(name: TextFormName, text: string): string | null {
  const form = textForms[name]
  return form.fits(text) ? null : `expects ${form.expects}, got ${JSON.stringify(text)}`
}

/** Wildcards belong to --server-alias; what follows a colon is a port. */
function isHost(text: string): boolean {
  return /^(?:https?:\/\/)?[^\s:*?[\]\\]*(?::\d{1,5})?$/i.test(text)
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '')
}

/** What follows the host, if anything does, is the number of a port. */
function hasPort(url: string): boolean {
  const authority = url.slice(url.indexOf('://') + 3).split(/[/?#]/, 1)[0]!
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const port = /^(?:\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(host)
  return port !== null && Number(port[1] ?? 0) <= 65_535
}
