/** One TCP connection of a probe: bytes out, responses in, exactly as they are on the wire. */
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Milliseconds until an answer that has to come is given up. */
const patience = 10_000

/**
 * @typedef {object} Response
 * @property {string} version such as `HTTP/1.1`
 * @property {number} status
 * @property {string} reason
 * @property {[string, string][]} fields as they were sent, in order
 * @property {Buffer} body without its framing
 * @property {'none' | 'length' | 'chunked' | 'close'} framing
 * @property {boolean} complete false when the body broke off
 * @property {string[]} interim status lines of 1xx responses before it
 * @property {string[]} pieces what each read of the body brought, latin-1 (chunks for a chunked body)
 */

export class Connection {
  #socket
  #bytes = Buffer.alloc(0)
  #ended = false
  #reset = false
  #wake = () => {}

  /** @param {import('node:net').Socket} socket connected */
  constructor(socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', chunk => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      this.#wake()
    })
    socket.on('end', () => this.#finish(false))
    socket.on('close', () => this.#finish(false))
    socket.on('error', () => this.#finish(true))
  }

  /**
   * @param {number} port
   * @param {string} [host]
   * @returns {Promise<Connection>}
   */
  static open(port, host = '127.0.0.1') {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host, allowHalfOpen: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Connection(socket))
      })
    })
  }

  /** The port of this end. */
  get port() {
    return this.#socket.localPort
  }

  /** @param {string | Buffer} data text is latin-1 */
  send(data) {
    this.#socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
  }

  /** Sends no more, but reads on. */
  endSending() {
    this.#socket.end()
  }

  close() {
    this.#socket.destroy()
  }

  /** Closes it so that the other end gets a reset. */
  reset() {
    this.#socket.resetAndDestroy()
  }

  /**
   * Reads one response; null when the connection ends before one begins.
   *
   * @param {{ method?: string, patience?: number }} [options] method: that of the request
   * @returns {Promise<Response | null>}
   */
  async read({ method = 'GET', patience: wait = patience } = {}) {
    const end = Date.now() + wait
    const interim = []
    for (;;) {
      const head = await this.#readHead(end)
      if (head === null) return null
      if (head.status >= 100 && head.status < 200 && head.status !== 101) {
        interim.push(`${head.status} ${head.reason}`)
        continue
      }
      return { ...head, interim, ...(await this.#readBody(head, method, end)) }
    }
  }

  /**
   * Waits until these bytes are there, and leaves them.
   *
   * @param {string} text latin-1
   * @param {number} [milliseconds]
   */
  async receives(text, milliseconds = 3000) {
    const end = Date.now() + milliseconds
    while (!this.#bytes.includes(text, 'latin1') && !this.#ended && Date.now() < end) {
      await this.#change(end)
    }
    return this.#bytes.includes(text, 'latin1')
  }

  /**
   * Waits for an answer; takes it if its status is one of 1xx.
   *
   * @param {number} [milliseconds] after which none counts as none
   * @returns {Promise<string>} such as `100 Continue`, or `answer`, `nothing` or `closed`
   */
  async interim(milliseconds = 700) {
    const end = Date.now() + milliseconds
    while (!this.#bytes.includes('\r\n\r\n') && !this.#ended && Date.now() < end) {
      await this.#change(end)
    }
    if (this.#bytes.length === 0) return this.#ended ? 'closed' : 'nothing'
    if (!/^HTTP\/1\.1 1\d\d/.test(this.#bytes.toString('latin1', 0, 12))) return 'answer'
    const head = await this.#readHead(Date.now() + patience)
    return `${head.status} ${head.reason}`
  }

  /**
   * What becomes of the connection when nothing more is sent: `closed`, `open`, `data`, or `reset`.
   *
   * @param {number} [milliseconds] how long it has to stay open to count as open
   */
  async fate(milliseconds = 400) {
    const end = Date.now() + milliseconds
    while (this.#bytes.length === 0 && !this.#ended && Date.now() < end) await this.#change(end)
    if (this.#bytes.length > 0) return 'data'
    if (this.#reset) return 'reset'
    return this.#ended ? 'closed' : 'open'
  }

  /** Milliseconds until the other end closes; null if it does not within `milliseconds`. */
  async closedWithin(milliseconds) {
    const start = Date.now()
    const end = start + milliseconds
    while (!this.#ended && Date.now() < end) await this.#change(end)
    return this.#ended ? Date.now() - start : null
  }

  /** All bytes until the end of the connection, or until `milliseconds` are over. */
  async rest(milliseconds = patience) {
    await this.closedWithin(milliseconds)
    const bytes = this.#bytes
    this.#bytes = Buffer.alloc(0)
    return bytes
  }

  async #readHead(end) {
    const lines = []
    for (;;) {
      const line = await this.#line(end)
      if (line === null) return lines.length === 0 ? null : fail('a head that breaks off')
      if (line === '') break
      lines.push(line)
    }
    const first = /^(HTTP\/\d\.\d) (\d{3}) ?(.*)$/.exec(lines[0] ?? '')
    if (!first) return fail(`no status line: ${JSON.stringify(lines[0])}`)
    const fields = lines.slice(1).map(line => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()]
    })
    return { version: first[1], status: Number(first[2]), reason: first[3], fields }
  }

  async #readBody({ status, fields }, method, end) {
    const field = name => fields.find(([key]) => key.toLowerCase() === name)?.[1]
    const none = method === 'HEAD' || status === 204 || status === 304 || status === 101
    if (none) return { framing: 'none', body: Buffer.alloc(0), complete: true, pieces: [] }
    if (/chunked/i.test(field('transfer-encoding') ?? '')) return this.#readChunks(end)
    const length = field('content-length')
    if (length !== undefined) return this.#readLength(Number(length), end)
    const body = await this.rest(end - Date.now())
    return { framing: 'close', body, complete: this.#ended, pieces: [body.toString('latin1')] }
  }

  async #readLength(length, end) {
    const complete = await this.#fill(length, end)
    const body = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(body.length)
    return { framing: 'length', body, complete, pieces: [body.toString('latin1')] }
  }

  async #readChunks(end) {
    const pieces = []
    const result = complete => {
      const body = Buffer.from(pieces.join(''), 'latin1')
      return { framing: 'chunked', body, complete, pieces }
    }
    for (;;) {
      const size = Number.parseInt((await this.#line(end)) ?? '', 16)
      if (Number.isNaN(size)) return result(false)
      if (size === 0) {
        while ((await this.#line(end)) !== '') if (this.#ended) return result(false)
        return result(true)
      }
      const whole = await this.#fill(size + 2, end)
      pieces.push(this.#bytes.toString('latin1', 0, Math.min(size, this.#bytes.length)))
      this.#bytes = this.#bytes.subarray(Math.min(size + 2, this.#bytes.length))
      if (!whole) return result(false)
    }
  }

  async #line(end) {
    for (;;) {
      const at = this.#bytes.indexOf(10)
      if (at >= 0) {
        const line = this.#bytes.toString('latin1', 0, at).replace(/\r$/, '')
        this.#bytes = this.#bytes.subarray(at + 1)
        return line
      }
      if (this.#ended) return null
      await this.#more(end)
    }
  }

  async #fill(size, end) {
    while (this.#bytes.length < size) {
      if (this.#ended) return false
      await this.#more(end)
    }
    return true
  }

  async #more(end) {
    if (Date.now() >= end) fail(`no more than ${JSON.stringify(this.#bytes.toString('latin1'))}`)
    await this.#change(end)
  }

  async #change(end) {
    const stop = new AbortController()
    const woken = new Promise(resolve => {
      this.#wake = resolve
    })
    const wait = Math.max(1, end - Date.now())
    await Promise.race([woken, pause(wait, undefined, { signal: stop.signal }).catch(() => {})])
    stop.abort()
  }

  #finish(reset) {
    this.#reset ||= reset
    this.#ended = true
    this.#wake()
  }
}

/** @returns {never} */
function fail(what) {
  throw new Error(`the response is ${what}`)
}
