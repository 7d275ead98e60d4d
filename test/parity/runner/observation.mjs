/** What of a response is compared: everything but what differs from run to run. */

/** Fields whose presence counts, not their value. */
const varying = new Set(['date', 'server'])

/**
 * A page that the server makes up itself: every body of the applications here begins with `app` when its
 * status is 300 or above.
 *
 * @param {import('./connection.mjs').Response} response
 */
export function isServerPage({ status, body }) {
  return status >= 300 && body.length > 0 && !body.toString('latin1').startsWith('app')
}

/**
 * @param {import('./connection.mjs').Response | null} response
 * @returns {object | string}
 */
export function observe(response) {
  if (response === null) return 'closed without an answer'
  const page = isServerPage(response)
  const framing = response.framing + (response.complete ? '' : ' broken off')
  return {
    status: `${response.version} ${response.status} ${response.reason}`,
    ...(response.interim.length > 0 ? { interim: response.interim } : {}),
    fields: observeFields(response.fields, page),
    framing: page ? 'page' : framing,
    body: page ? '(page)' : observeBody(response.body),
  }
}

function observeFields(fields, page) {
  return fields
    .map(([name, value]) => [name.toLowerCase(), value])
    .filter(([name]) => !page || !['content-length', 'transfer-encoding'].includes(name))
    .map(([name, value]) => `${name}: ${observeValue(name, value)}`)
    .sort((a, b) => compareNames(a, b))
}

/** By name only: what is sent twice keeps its order. */
function compareNames(a, b) {
  const [left, right] = [a, b].map(text => text.slice(0, text.indexOf(':')))
  if (left === right) return 0
  return left < right ? -1 : 1
}

function observeValue(name, value) {
  if (varying.has(name)) return '*'
  if (name === 'etag') return value.replace(/"[^"]*?(-gzip)?"/, '"*$1"')
  if (name === 'allow') return value.split(/, */).sort().join(',')
  return value
}

const longestText = 1000

function observeBody(body) {
  if (body.length <= longestText) return body.toString('latin1')
  const { length } = body
  return `${length} bytes, ${body.toString('latin1', 0, 20)}...${body.toString('latin1', length - 20)}`
}

/**
 * Replaces what is particular to one run in every text of an observation.
 *
 * @param {unknown} value
 * @param {readonly (readonly [string | RegExp, string])[]} replacements in this order
 * @returns {unknown}
 */
export function replaceParticulars(value, replacements) {
  if (typeof value === 'string') {
    return replacements.reduce((text, [what, by]) => text.replaceAll(what, by), value)
  }
  if (Array.isArray(value)) return value.map(item => replaceParticulars(item, replacements))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replaceParticulars(item, replacements)]),
  )
}

/**
 * The text of responses with the fields of each head in one order, since theirs means nothing (RFC 9110, 5.3).
 *
 * @param {string} text
 */
export function sortFields(text) {
  return text.replace(
    /(HTTP\/1\.1 [^\r\n]*\r\n)((?:[^\r\n]+\r\n)+)/g,
    (_, line, fields) =>
      line +
      fields
        .split(/(?<=\r\n)/)
        .sort()
        .join(''),
  )
}
