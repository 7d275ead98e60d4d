/** One connection of the load generator: one request at a time, and exactly what became of it. */
import { connect } from 'node:net'

/**
 * What became of a request.
 *
 * @typedef {object} Outcome
 * @property {number | null} status null: no head came
 * @property {Buffer} body as much of it as came, without its framing
 * @property {boolean} complete the body came to its end as announced
 * @property {string | null} fault `refused` (a connection that brought not one byte), `closed`, `reset`, `silent`
 *   (no answer in time), `left` (by the client itself)
 */

/**
 * What is sent.
 *
 * @typedef {object} Message
 * @property {Buffer} bytes
 * @property {number} [leaveAfterSending] the client goes away when it has sent so many bytes
 * @property {number} [leaveAfterReceiving] the client goes away when it has so many bytes of the answer
 */

const headEnd = Buffer.from('\r\n\r\n')
const nothing = Buffer.alloc(0)

export class Client {
  #socket
  /** @type {Buffer} */
  #bytes = nothing
  /** @type {((outcome: Outcome) => void) | null} */
  #done = null
  /** @type {Message | null} */
  #message = null
  #fresh = true
  /** @type {NodeJS.Timeout | null} */
  #timer = null
  isOpen = true
  /** When it last did something, on the clock of `performance.now()`. */
  usedAt = 0

  /**
   * @param {number} port
   * @param {number} patience milliseconds until an answer is given up
   */
  constructor(port, patience) {
    this.patience = patience
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', chunk => this.#received(chunk))
    this.#socket.on('end', () => this.#ended('closed'))
    this.#socket.on('error', () => this.#ended('reset'))
    this.#socket.on('close', () => this.#ended('closed'))
  }

  /**
   * Sends one request and settles with what became of it.
   *
   * @param {Message} message
   * @returns {Promise<Outcome>}
   */
  exchange(message) {
    return new Promise(resolve => {
      this.#done = resolve
      this.#message = message
      this.#timer = setTimeout(() => this.#leave('silent'), this.patience)
      const { bytes, leaveAfterSending: sent } = message
      if (sent === undefined) this.#socket.write(bytes)
      else this.#socket.write(bytes.subarray(0, sent), () => this.#leave('left'))
      if (!this.isOpen) this.#ended('closed')
    })
  }

  close() {
    this.isOpen = false
    this.#socket.destroy()
  }

  #received(chunk) {
    this.#fresh = false
    if (this.#done === null) return
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    const limit = this.#message?.leaveAfterReceiving
    if (limit !== undefined && this.#bytes.length >= limit) return this.#leave('left')
    const answer = readAnswer(this.#bytes)
    if (answer === null || !answer.complete) return
    if (answer.isLast) this.isOpen = false
    this.#finish({ ...answer, fault: null })
  }

  #leave(fault) {
    this.close()
    this.#finish({ ...this.#soFar(), fault })
  }

  #ended(fault) {
    this.isOpen = false
    this.#socket.destroy()
    if (this.#done === null) return
    const answer = this.#soFar()
    // Without a length the end of the connection is that of the body.
    if (answer.untilEnd && fault === 'closed') answer.complete = true
    this.#finish({ ...answer, fault: answer.complete ? null : this.#fresh ? 'refused' : fault })
  }

  #soFar() {
    return (
      readAnswer(this.#bytes) ?? { status: null, body: nothing, complete: false, untilEnd: false }
    )
  }

  #finish({ status, body, complete, fault }) {
    if (this.#timer !== null) clearTimeout(this.#timer)
    const done = this.#done
    this.#done = null
    this.#bytes = nothing
    this.usedAt = performance.now()
    done?.({ status, body, complete, fault })
  }
}

/**
 * What the bytes of an answer tell so far; null before the end of the head.
 *
 * @param {Buffer} bytes
 */
function readAnswer(bytes) {
  let start = 0
  let end = bytes.indexOf(headEnd)
  if (end < 0) return null
  let head = bytes.toString('latin1', 0, end)
  while (/^HTTP\/1\.1 1\d\d/.test(head)) {
    start = end + 4
    end = bytes.indexOf(headEnd, start)
    if (end < 0) return null
    head = bytes.toString('latin1', start, end)
  }
  const status = Number(head.slice(9, 12))
  const rest = bytes.subarray(end + 4)
  const isLast = /\r\nconnection: close/i.test(head)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)
  if (length !== null) {
    const wanted = Number(length[1])
    const body = rest.subarray(0, wanted)
    return { status, body, complete: body.length === wanted, untilEnd: false, isLast }
  }
  if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    return { status, ...readChunks(rest), untilEnd: false, isLast }
  }
  const bodiless = status === 304 || status === 204
  return { status, body: rest, complete: bodiless, untilEnd: !bodiless, isLast: true }
}

function readChunks(bytes) {
  const pieces = []
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return { body: Buffer.concat(pieces), complete: false }
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const start = lineEnd + 2
    if (size === 0) {
      return { body: Buffer.concat(pieces), complete: bytes.length >= start + 2 }
    }
    pieces.push(bytes.subarray(start, start + size))
    at = start + size + 2
    if (at > bytes.length) return { body: Buffer.concat(pieces), complete: false }
  }
}
