/** What comes back for requests over HTTP/2. */
import { connect } from 'node:http2'
import { observe } from './observation.mjs'

/** Milliseconds until an answer that has to come is given up. */
const patience = 10_000

/**
 * @typedef {object} Http2Request
 * @property {import('node:http2').OutgoingHttpHeaders} headers
 * @property {string | Buffer} [body]
 * @property {import('node:http2').OutgoingHttpHeaders} [trailers]
 */

/**
 * The responses to requests, one after the other on one connection; what became of a stream without one.
 *
 * @param {string} origin
 * @param {readonly Http2Request[]} requests
 * @param {{ options?: import('node:http2').SecureClientSessionOptions, look?: (response: object) => unknown }} [more]
 */
export async function http2Exchange(origin, requests, { options = {}, look = observe } = {}) {
  const session = connect(origin, { rejectUnauthorized: false, ...options })
  session.on('error', () => {})
  try {
    const answers = []
    for (const request of requests) answers.push(await answerTo(session, request, look))
    return answers
  } finally {
    session.destroy()
  }
}

function answerTo(session, { headers, body, trailers }, look) {
  return new Promise(resolve => {
    const waits = trailers !== undefined
    const stream = session.request(headers, {
      endStream: body === undefined,
      waitForTrailers: waits,
    })
    const late = setTimeout(() => stream.close(), patience)
    const pieces = []
    const interim = []
    let fields = null
    let status = 0
    stream.on('error', () => {})
    stream.on('wantTrailers', () => stream.sendTrailers(trailers))
    stream.on('headers', head => interim.push(String(head[':status'])))
    stream.on('continue', () => interim.push('100'))
    stream.on('response', (head, _flags) => {
      status = head[':status']
      fields = fieldsOf(head)
    })
    stream.on('data', piece => pieces.push(piece))
    stream.on('close', () => {
      clearTimeout(late)
      const { rstCode } = stream
      if (fields === null) return resolve(`no answer, code ${rstCode}`)
      const framing = rstCode === 0 ? 'whole' : `code ${rstCode}`
      const page = Buffer.concat(pieces)
      const version = 'HTTP/2'
      resolve(
        look({ version, status, reason: '', fields, body: page, framing, complete: true, interim }),
      )
    })
    if (body !== undefined) stream.end(body)
  })
}

function fieldsOf(head) {
  return Object.entries(head)
    .filter(([name]) => !name.startsWith(':'))
    .flatMap(([name, value]) => [value].flat().map(each => [name, String(each)]))
}
