/** A server behind the tool: keeps what it gets, byte for byte, and answers as a probe says. */
import { createServer } from 'node:net'

/** Milliseconds until a request that has to come is given up. */
const patience = 10_000

const usual = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nback'

/**
 * @typedef {object} Heard one request as it came
 * @property {number} connection on which it came, counted from 1
 * @property {string} bytes head and body, latin-1
 *
 * @typedef {(socket: import('node:net').Socket, heard: Heard) => void} Answer
 */

export class Backend {
  /** Complete requests. @type {Heard[]} */
  heard = []
  /** Connections made to it. */
  connections = 0
  /** Those that are open. @type {Set<import('node:net').Socket>} */
  sockets = new Set()
  /** Settles when the connection ends on which another protocol is spoken. @type {Promise<unknown>} */
  tunnelEnded = Promise.resolve()
  /** @type {Answer} */
  #answer = answerWith(usual)
  #server = createServer({ allowHalfOpen: false, noDelay: true }, socket => this.#connected(socket))
  /** The one on which a head has come, and not all of its body. @type {import('node:net').Socket | null} */
  #incomplete = null
  #wake = () => {}

  static async open() {
    const backend = new Backend()
    await new Promise(resolve => backend.#server.listen(0, '127.0.0.1', () => resolve(null)))
    return backend
  }

  get port() {
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  /** What it answers from now on; what it heard so far is forgotten. @param {string | Answer} [answer] */
  expect(answer = usual) {
    this.heard = []
    this.#incomplete = null
    this.#answer = typeof answer === 'string' ? answerWith(answer) : answer
  }

  /** Waits for so many requests. */
  async hears(count) {
    await this.until(() => this.heard.length >= count, `${count} requests`)
    return this.heard
  }

  /** Waits for a request whose body is missing, and gives the socket on which it came. */
  async hearsHead() {
    await this.until(() => this.#incomplete !== null, 'a head')
    return this.#incomplete
  }

  /** @param {() => boolean} isSo @param {string} what */
  async until(isSo, what) {
    const end = Date.now() + patience
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`The backend waits for ${what}`)
      await new Promise(resolve => {
        const timer = setTimeout(resolve, 100)
        this.#wake = () => {
          clearTimeout(timer)
          resolve(null)
        }
      })
    }
  }

  close() {
    for (const socket of this.sockets) socket.destroy()
    this.#server.close()
  }

  #connected(socket) {
    const connection = ++this.connections
    this.sockets.add(socket)
    let bytes = ''
    /** So many are needed before it is worth a look. */
    let needed = 0
    socket.on('error', () => {})
    socket.on('close', () => {
      this.sockets.delete(socket)
      // What never became a request is told as well.
      if (bytes !== '') this.heard.push({ connection, bytes: `${bytes}(end)` })
      this.#wake()
    })
    socket.on('data', chunk => {
      bytes += chunk.toString('latin1')
      while (bytes.length > 0 && bytes.length >= needed) {
        const length = requestLength(bytes)
        needed = Math.abs(length)
        if (length <= 0) {
          if (length < 0) this.#incomplete = socket
          this.#wake()
          break
        }
        needed = 0
        const heard = { connection, bytes: bytes.slice(0, length) }
        bytes = bytes.slice(length)
        this.heard.push(heard)
        this.#answer(socket, heard)
        this.#wake()
      }
    })
  }
}

/** @param {string} text @returns {Answer} */
function answerWith(text) {
  return socket => void socket.write(Buffer.from(text, 'latin1'))
}

/** Bytes of the first request; 0 while it is incomplete, or less, when it is known how many it needs. */
function requestLength(bytes) {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return 0
  const head = bytes.slice(0, end)
  if (/^transfer-encoding:/im.test(head)) return chunkedLength(bytes, end + 4)
  const length = end + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  return bytes.length >= length ? length : -length
}

function chunkedLength(bytes, start) {
  let at = start
  for (;;) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return 0
    const size = Number.parseInt(bytes.slice(at, line), 16)
    if (size === 0) {
      const last = bytes.indexOf('\r\n\r\n', line)
      return last < 0 ? 0 : last + 4
    }
    at = line + 2 + size + 2
    if (at > bytes.length) return 0
  }
}
