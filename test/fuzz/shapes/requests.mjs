/**
 * Requests that are in order, of all kinds, to be spoiled or to stand behind what is spoiled. Text is latin-1: one
 * character for each byte.
 *
 * @typedef {object} Maker
 * @property {import('../dice.mjs').Dice} dice
 * @property {(what?: string) => string} path a path that no other request of the run has
 */

const plainMethods = [
  'GET',
  'GET',
  'POST',
  'POST',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'FOO',
  'M-SEARCH',
]
const fieldNames = [
  'X-A',
  'x-a',
  'Cookie',
  'Accept',
  'User-Agent',
  'Range',
  'TE',
  'X_B',
  'If-None-Match',
  'Proxy',
]
const fieldValues = [
  '1',
  '',
  'a, b',
  'a=b; c="d"',
  '\xe9\x80\xff',
  'bytes=0-3',
  'trailers',
  '\t x \t',
  ':',
  '*',
]

/** What the application does with the body of a request for such a path; see witness.py. */
const readings = ['', '', '', 'unread', 'part', 'lines', 'stream', 'first']

/** @param {Maker} maker */
export function target({ dice, path }, what = '') {
  const plain = path(what + dice.pick(readings))
  switch (dice.below(12)) {
    case 0:
      return `${plain}?${dice.pick(['', 'q=1', 'a?b', '%00%2f', '\xff'])}`
    case 1:
      return `${plain}/%41%20b//c/./d/../${dice.pick(['', 'e'])}`
    case 2:
      return `http://h${dice.pick(['', ':80', ':8000'])}${plain}`
    case 3:
      return `/st/file.txt?${plain}`
    default:
      return plain
  }
}

/** Some fields that change nothing. @param {Maker} maker */
export function someFields({ dice }) {
  return dice.repeat(0, 4, () => `${dice.pick(fieldNames)}: ${dice.pick(fieldValues)}\r\n`)
}

/** A body in chunks. @param {Maker} maker @param {string} body */
export function inChunks({ dice }, body) {
  let text = ''
  for (let at = 0; at < body.length; ) {
    const piece = body.slice(at, at + dice.between(1, Math.max(1, body.length)))
    const size = piece.length.toString(16)
    text += `${dice.chance(0.1) ? `00${size.toUpperCase()}` : size}${dice.chance(0.1) ? ';a=b' : ''}\r\n${piece}\r\n`
    at += piece.length
  }
  return `${text}0\r\n${dice.chance(0.1) ? 'X-Trailer: 1\r\n' : ''}\r\n`
}

/** A whole request that does not belong where it stands. @param {Maker} maker */
export function stowaway({ dice, path }) {
  const method = dice.pick(['GET', 'GET', 'POST'])
  return `${method} ${path('smuggled')} HTTP/1.1\r\nHost: h\r\n\r\n`
}

/** Bytes of a body. @param {Maker} maker */
export function bodyText(maker) {
  const { dice } = maker
  switch (dice.below(8)) {
    case 0:
      return ''
    case 1:
      return stowaway(maker)
    case 2:
      return dice.noise(dice.between(1, 300))
    case 3:
      return `0\r\n\r\n${stowaway(maker)}`
    case 4:
      return dice.chance(0.2) ? 'x'.repeat(dice.between(60_000, 90_000)) : 'ab\n'.repeat(100)
    default:
      return 'abcdefghij\r\n'.slice(0, dice.between(1, 12))
  }
}

/** How a body is announced, and the body as it is sent. @param {Maker} maker */
function framed(maker) {
  const { dice } = maker
  const body = bodyText(maker)
  switch (dice.below(4)) {
    case 0:
      return { fields: 'Transfer-Encoding: chunked\r\n', body: inChunks(maker, body) }
    case 1:
      return {
        fields: `Content-Length: ${body.length}\r\nExpect: 100-continue\r\n`,
        body: body === '' ? '' : body,
      }
    default:
      return { fields: `Content-Length: ${body.length}\r\n`, body }
  }
}

/** One request in order, after which the connection goes on. @param {Maker} maker */
export function request(maker, { fields = '', what = '' } = {}) {
  const { dice } = maker
  // In HTTP/1.0 the end of the connection tells that of an answer without a length, so the target is a plain one.
  const old = dice.chance(0.08)
  const where = old ? maker.path(what) : target(maker, what)
  const method = dice.pick(where.startsWith('/st') ? ['GET', 'HEAD', 'OPTIONS'] : plainMethods)
  const hasBody = method === 'POST' || method === 'PUT' || dice.chance(0.1)
  const { fields: framing, body } = hasBody ? framed(maker) : { fields: '', body: '' }
  const first = `${method} ${where} HTTP/1.${old ? 0 : 1}\r\n`
  const kept = old ? 'Connection: keep-alive\r\n' : ''
  // Without a body nobody answers an expectation, and the connection ends.
  const wanted = body === '' ? framing.replace('Expect: 100-continue\r\n', '') : framing
  return `${first}Host: h\r\n${kept}${someFields(maker)}${fields}${wanted}\r\n${body}`
}

/** The simplest one. @param {Maker} maker */
export function plainRequest({ path }, what = 'after') {
  return `GET ${path(what)} HTTP/1.1\r\nHost: h\r\n\r\n`
}

/** Several in order, the last of which may end the connection. @param {Maker} maker */
export function pipeline(maker) {
  const { dice } = maker
  const last = dice.chance(0.3) ? request(maker, { fields: 'Connection: close\r\n' }) : ''
  return dice.repeat(1, 5, () => request(maker)) + last
}

/** Very many small ones at once. @param {Maker} maker */
export function flood(maker) {
  const { dice, path } = maker
  const kinds = [
    () => plainRequest(maker, 'flood'),
    () => 'GET /st/file.txt HTTP/1.1\r\nHost: h\r\n\r\n',
    () => 'OPTIONS * HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    () =>
      `POST ${path('floodstream')} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
  ]
  const some = dice.chance(0.5) ? [dice.pick(kinds)] : kinds
  return dice.repeat(20, 200, () => dice.pick(some)())
}
