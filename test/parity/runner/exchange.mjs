/** What comes back for bytes that are sent on one connection, and whether it can be used afterwards. */
import { observe } from './observation.mjs'

/** Whether this is answered says what became of a connection, without any wait. */
const after = 'GET /after HTTP/1.1\r\nHost: after\r\nConnection: close\r\n\r\n'

/**
 * @typedef {object} ExchangeOptions
 * @property {string} [method] that of the requests; default: the first word that is sent
 * @property {"wait" | "at once" | "none"} [next] when one more request is sent: after the first answer, with the
 *   first bytes, or never (then the bytes have to make the server close)
 * @property {(response: import('./connection.mjs').Response) => unknown} [look] what is compared of an answer
 */

/**
 * Gives all answers until the connection ends; the one to the request after is `after`.
 *
 * @param {import('./run.mjs').Site} site
 * @param {string | Buffer} bytes
 * @param {ExchangeOptions} [options]
 */
export async function exchange(site, bytes, options = {}) {
  const { next = 'wait', look = observe, method = firstWord(bytes) } = options
  const connection = await site.connect()
  try {
    connection.send(bytes)
    if (next === 'at once') connection.send(after)
    const answers = []
    let response = await connection.read({ method })
    if (next === 'wait' && response !== null) connection.send(after)
    while (response !== null) {
      answers.push(isAfter(response) ? 'after' : look(response))
      response = await connection.read()
    }
    return answers.length === 0 ? 'closed without an answer' : answers
  } finally {
    connection.close()
  }
}

/** Applications repeat the host, or the path. */
function isAfter({ status, body }) {
  return status === 200 && /"HTTP_HOST": "after"|^app \/after$/.test(body.toString('latin1'))
}

function firstWord(bytes) {
  return /^[A-Z]*/.exec(bytes.toString('latin1'))?.[0] || 'GET'
}
