/**
 * How many requests some bytes may hold at the most, and which: the rules of RFC 9112 and docs/http.md, as strict as
 * they can be read. Shares nothing with src/http, so that a fault there is not repeated here. What follows
 * anything doubtful is no request.
 *
 * @typedef {object} Expected
 * @property {string} method
 * @property {string} target as sent
 * @property {string} protocol
 * @property {Map<string, string>} fields by their names in the environ; repeated ones are joined
 * @property {Buffer} body as far as it was there
 * @property {boolean} complete the whole body was there
 * @property {boolean} forApplication false: only something else may be the answer
 *
 * @typedef {object} Reading
 * @property {Expected[]} requests
 * @property {string} stop why nothing more is a request; `end` where all bytes were used up in order
 * @property {string} rest the line at which that was seen
 */

const tokenBytes = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
const isToken = text => text !== '' && [...text].every(char => tokenBytes.includes(char))
const isVisible = code => code > 0x20 && code !== 0x7f
const isText = code => code === 9 || (code >= 0x20 && code !== 0x7f)
const all = (text, holds) => [...text].every(char => holds(char.charCodeAt(0)))
const isDigits = text => text !== '' && all(text, code => code >= 0x30 && code <= 0x39)
const isBlank = char => char === ' ' || char === '\t'

const longestLine = 8191
const longestFolded = 8188
const longestValue = 8190
const mostFields = 100
const mostEmptyLines = 10
const mostBlanks = 10

/** Thrown where nothing more can be understood. */
class Stop {
  constructor(why) {
    this.why = why
  }
}

/**
 * @param {Buffer} bytes
 * @param {number} bodyLimit
 * @returns {Reading}
 */
export function read(bytes, bodyLimit) {
  const reader = new Reader(bytes, bodyLimit)
  try {
    while (reader.more()) reader.request()
    return { requests: reader.requests, stop: 'end', rest: '' }
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop
    return { requests: reader.requests, stop: stop.why, rest: reader.lineBegun() }
  }
}

/**
 * What has to be known of the request that the answer with a number is to: who asks with HEAD gets no body, and who
 * asks with HTTP/0.9 no head. Behind the last request stands what is refused.
 *
 * @param {Reading} reading
 * @param {number} at
 */
export function askedBy({ requests, rest }, at) {
  const request = requests[at]
  if (request) return { method: request.method, old: request.protocol === 'HTTP/0.9' }
  // Of a line that is not taken in at all not even the method is known.
  const isTaken = rest.endsWith('\r') && !rest.includes('\0') && rest.length <= longestLine + 1
  const isHead = isTaken && rest.startsWith('HEAD ')
  return { method: isHead ? 'HEAD' : 'GET', old: false }
}

class Reader {
  /** @type {Expected[]} */
  requests = []
  #at = 0
  #start = 0
  #bytes
  #bodyLimit

  constructor(bytes, bodyLimit) {
    this.#bytes = bytes
    this.#bodyLimit = bodyLimit
  }

  more() {
    return this.#at < this.#bytes.length
  }

  /** The request line that was read last. */
  lineBegun() {
    return this.#bytes.toString('latin1', this.#start, this.#start + 9000).split('\n', 1)[0]
  }

  request() {
    let first = this.#line()
    for (let empty = 1; first === ''; empty++) {
      if (empty > mostEmptyLines) throw new Stop('empty lines')
      this.#start = this.#at
      first = this.#line()
    }
    const { method, target, protocol } = requestLine(first)
    const request = { method, target, protocol, fields: new Map(), body: Buffer.alloc(0) }
    if (protocol === 'HTTP/0.9') {
      this.requests.push({ ...request, complete: true, forApplication: true })
      throw new Stop('HTTP/0.9')
    }
    const fields = this.#fields()
    const isOld = protocol === 'HTTP/1.0'
    checkLengths(fields)
    if (!namesHost(method, target) || joinedValue(fields, 'host') === null) checkHost(fields, isOld)
    const framing = framingOf(fields)
    // Other codings are for nobody who wants the body.
    const forApplication = !framing.chunked || framing.coding === 'chunked'
    if (!forApplication && !hasOtherAnswer(target)) throw new Stop('coding')
    const expected = (joinedValue(fields, 'expect') ?? '').toLowerCase()
    if (expected !== '' && expected !== '100-continue') throw new Stop('expectation')
    if (framing.length > this.#bodyLimit) throw new Stop('limit')
    const found = { ...request, fields: environOf(fields), complete: false, forApplication }
    this.requests.push(found)
    this.#body(found, framing)
    this.#start = this.#at
    if (framing.last) throw new Stop('two lengths')
    if (expected !== '' && (isOld || framing.length === 0)) throw new Stop('nobody continues')
    if (!staysOpen(fields, isOld)) throw new Stop('not kept')
  }

  /** The next line without its end, which has to be CR LF. */
  #line() {
    const end = this.#bytes.indexOf(10, this.#at)
    if (end < 0) throw new Stop('incomplete')
    const line = this.#bytes.toString('latin1', this.#at, end)
    if (!line.endsWith('\r')) throw new Stop('bare LF')
    if (line.indexOf('\r') < line.length - 1) throw new Stop('bare CR')
    this.#at = end + 1
    return line.slice(0, -1)
  }

  /** Names in lower case, and values. */
  #fields() {
    /** @type {[string, string][]} */
    const fields = []
    let joined = 0
    for (let line = this.#line(); line !== ''; line = this.#line()) {
      if (line.length > longestLine) throw new Stop('long field')
      if (!all(line, isText)) throw new Stop('control character')
      if (isBlank(line[0])) {
        if (fields.length === 0 || trim(line) === '') throw new Stop('folded')
        const last = fields[fields.length - 1]
        last[1] = last[1] === '' ? trim(line) : `${last[1]} ${trim(line)}`
        joined += 1 + trim(line).length
        if (joined > longestFolded) throw new Stop('long field')
        continue
      }
      const colon = line.indexOf(':')
      if (colon < 0 || !isToken(line.slice(0, colon))) throw new Stop('field name')
      fields.push([line.slice(0, colon).toLowerCase(), trim(line.slice(colon + 1))])
      joined = line.replace(/[ \t]+$/, '').length
    }
    if (fields.length > mostFields) throw new Stop('many fields')
    return fields
  }

  #body(request, { length, chunked }) {
    if (!chunked) {
      request.body = this.#take(length)
      request.complete = request.body.length === length
      if (!request.complete) throw new Stop('incomplete')
      return
    }
    const pieces = []
    for (let size = chunkSize(this.#line()); size > 0; size = chunkSize(this.#line())) {
      const piece = this.#take(size)
      pieces.push(piece)
      request.body = Buffer.concat(pieces)
      if (request.body.length > this.#bodyLimit) throw new Stop('limit')
      if (piece.length < size) throw new Stop('incomplete')
      if (this.#line() !== '') throw new Stop('chunk end')
    }
    checkLengths(this.#fields())
    request.complete = true
  }

  #take(size) {
    const piece = this.#bytes.subarray(this.#at, this.#at + size)
    this.#at += piece.length
    return piece
  }
}

function requestLine(line) {
  if (line.length > longestLine) throw new Stop('long line')
  const words = line.split(' ')
  const [method, target, protocol = ''] = words
  const old = words.length === 2 || (words.length === 3 && protocol === '')
  if (!isToken(method) || !target || !all(target, isVisible)) throw new Stop('request line')
  if (old && method === 'GET') return { method, target, protocol: 'HTTP/0.9' }
  const isVersion =
    protocol.length === 8 &&
    protocol.startsWith('HTTP/') &&
    isDigits(protocol[5]) &&
    protocol[5] !== '0' &&
    protocol[6] === '.' &&
    isDigits(protocol[7])
  if (words.length !== 3 || !isVersion) throw new Stop('request line')
  return { method, target, protocol }
}

function trim(text) {
  let from = 0
  let to = text.length
  while (from < to && isBlank(text[from])) from++
  while (to > from && isBlank(text[to - 1])) to--
  return text.slice(from, to)
}

/** The joined value of a field; null where it is not there. */
function joinedValue(fields, name) {
  const values = fields.filter(([known]) => known === name).map(([, value]) => value)
  return values.length === 0 ? null : values.join(', ')
}

/** Repeated fields count as one. */
function checkLengths(fields) {
  const names = fields.map(([name]) => name)
  const repeated = names.filter((name, at) => names.indexOf(name) < at)
  const isLong = name => joinedValue(fields, name).length > longestValue
  if (repeated.some(isLong)) throw new Stop('long field')
}

/** Whether a target may be answered without the application: by a file, a page, or for the server itself. */
function hasOtherAnswer(target) {
  return target === '*' || target.includes('/st') || /%(2f|00)/i.test(target)
}

/** Whether the target names the host, so that nobody looks at the Host field beside it. */
function namesHost(method, target) {
  return method === 'CONNECT' || target.toLowerCase().startsWith('http://')
}

function checkHost(fields, isOld) {
  const hosts = fields.filter(([name]) => name === 'host')
  const host = hosts[0]?.[1] ?? ''
  if (isOld && hosts.every(([, value]) => value === '')) return
  if (hosts.length !== 1 || host === '' || /[^\w.:[\]-]/.test(host)) throw new Stop('host')
}

/** RFC 9112, 6.3. */
function framingOf(fields) {
  const lengthText = joinedValue(fields, 'content-length')
  const coding = joinedValue(fields, 'transfer-encoding')
  const isNumber = lengthText === null || (isDigits(lengthText) && BigInt(lengthText) < 2n ** 63n)
  if (!isNumber) throw new Stop('length')
  if (coding === null) return { length: Number(lengthText ?? 0), chunked: false, last: false }
  const codings = coding.toLowerCase().split(',')
  let last = codings[codings.length - 1]
  while (last.startsWith(' ')) last = last.slice(1)
  if (last !== 'chunked') throw new Stop('coding')
  return {
    length: Number.NaN,
    chunked: true,
    coding: coding.toLowerCase(),
    last: lengthText !== null,
  }
}

function chunkSize(line) {
  if (line.length > longestValue || !all(line, isText)) throw new Stop('chunk size')
  const [size] = line.split(';', 1)
  const digits = trim(size)
  const isHexadecimal =
    digits !== '' && [...digits].every(char => '0123456789abcdefABCDEF'.includes(char))
  if (!isHexadecimal || isBlank(line[0])) throw new Stop('chunk size')
  if (size.length - digits.length > mostBlanks) throw new Stop('chunk size')
  const value = BigInt(`0x${digits}`)
  if (value >= 2n ** 63n) throw new Stop('chunk size')
  return Number(value)
}

/** The words of Connection may be cut short. */
function staysOpen(fields, isOld) {
  const value = (joinedValue(fields, 'connection') ?? '').toLowerCase()
  const words = [...value]
    .map(char => (isToken(char) ? char : ' '))
    .join('')
    .split(' ')
  const asksFor = wish => words.some(word => word !== '' && wish.startsWith(word))
  if (asksFor('close')) return false
  return !isOld || asksFor('keep-alive')
}

/** Fields as the application sees them, apart from Host, which the target may overrule. */
function environOf(fields) {
  const environ = new Map()
  const overruled = joinedValue(fields, 'transfer-encoding') !== null
  for (const [name, value] of fields) {
    if (![...name].every(char => char === '-' || (isToken(char) && /[a-z0-9]/.test(char)))) continue
    if (name === 'host' || name === 'proxy' || name === 'proxy-authorization') continue
    if (name === 'content-length' && overruled) continue
    const plain = name.toUpperCase().replaceAll('-', '_')
    const key = plain === 'CONTENT_TYPE' || plain === 'CONTENT_LENGTH' ? plain : `HTTP_${plain}`
    environ.set(key, environ.has(key) ? `${environ.get(key)}, ${value}` : value)
  }
  return environ
}
