/**
 * What of an answer of a framework is compared: all of it, byte for byte, but what is made anew in each run. All
 * that is left out is named here.
 */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'

/** Longer bodies are compared by their digest. */
const longestText = 600

/** Cookies that are signed with the time, or made of random bytes. */
const signedCookies = /^(sessionid|session|csrftoken|messages|signed)=("?)[^";]+/

/** The default type of the server's own pages, which nobody else uses. Their text is not compared. */
const serverPage = 'text/html; charset=iso-8859-1'

/** A page that each version of Django words anew. */
const versionPage = /<h1>Forbidden <span>\(403\)<\/span><\/h1>\s*<p>CSRF verification failed/

/**
 * @param {import('./connection.mjs').Response} response
 * @returns {object}
 */
export function observeAnswer(response) {
  const { status, reason, version, fields, interim, complete } = response
  const field = name => fields.find(([key]) => key.toLowerCase() === name)?.[1]
  const isPage =
    response.body.length > 0 &&
    (field('content-type') === serverPage || versionPage.test(response.body.toString('latin1')))
  const isZipped = field('content-encoding') === 'gzip' && response.body.length > 0
  return {
    status: `${version} ${status} ${reason}`,
    ...(interim.length > 0 ? { interim } : {}),
    fields: fields
      .map(([name, value]) => `${name}: ${observeValue(name.toLowerCase(), value)}`)
      // What Django zips has a name of random length, against BREACH.
      .filter(text => !((isZipped || isPage) && /^(content-length|transfer-encoding):/i.test(text)))
      .sort(compareNames),
    framing: isPage ? 'page' : response.framing + (complete ? '' : ' broken off'),
    body: isPage ? '(page)' : observeBody(isZipped ? gunzipSync(response.body) : response.body),
  }
}

function observeValue(name, value) {
  if (name === 'date' || name === 'server') return '*'
  if (name === 'set-cookie') return observeCookie(value)
  // Expires of an answer that may be kept for some time from now on.
  if (name === 'expires') return value.replace(/.*GMT$/, '(date)')
  // Werkzeug and Django keep methods in sets.
  if (name === 'allow') return value.split(', ').sort().join(', ')
  // Werkzeug's tag of a file: its time, its size and a digest of its path.
  if (name === 'etag') return value.replace(/^("\d+\.\d+-\d+-)\d+"$/, '$1(path)"')
  return value
}

/** The date is counted from now where Max-Age says how far; one that is long past is kept. */
function observeCookie(value) {
  const known = value.replace(signedCookies, '$1=$2(signed)')
  return /max-age=[1-9]/i.test(known) ? known.replace(/expires=[^;]+GMT/i, 'expires=(date)') : known
}

/** By name only: what is sent twice keeps its order. */
function compareNames(a, b) {
  const [left, right] = [a, b].map(text => text.slice(0, text.indexOf(':')).toLowerCase())
  if (left === right) return 0
  return left < right ? -1 : 1
}

function observeBody(body) {
  if (body.length <= longestText) return body.toString('latin1')
  const digest = createHash('sha256').update(body).digest('hex')
  return `${body.length} bytes, sha256 ${digest}`
}
