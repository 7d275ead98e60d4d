/**
 * The answers in what came back on one connection, taken apart strictly.
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} line the status line
 * @property {Map<string, string>} fields by their names in lower case
 * @property {Buffer} body
 * @property {boolean} complete
 * @property {string[]} interim status lines of 1xx before it
 *
 * @typedef {object} Answers
 * @property {Answer[]} answers
 * @property {string | null} fault what is no HTTP
 */

const statusLine = /^HTTP\/1\.1 [1-5]\d\d [^\x00-\x08\x0a-\x1f\x7f]*$/
const fieldLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([^\x00-\x08\x0a-\x1f\x7f]*)$/

/**
 * @param {Buffer} bytes
 * @param {(at: number) => { method: string, old: boolean }} askedBy the request that the answer with this number is to
 * @returns {Answers}
 */
export function answersIn(bytes, askedBy) {
  /** @type {Answer[]} */
  const answers = []
  let interim = []
  let at = 0
  const fault = text => ({ answers, fault: `${text} at ${at}` })
  while (at < bytes.length) {
    const { method, old } = askedBy(answers.length)
    if (old) {
      answers.push({
        status: 0,
        line: '',
        fields: new Map(),
        body: bytes.subarray(at),
        complete: true,
        interim: [],
      })
      return { answers, fault: null }
    }
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end < 0) return fault('half of a head')
    const head = readHead(bytes.toString('latin1', at, end))
    if (typeof head === 'string') return fault(head)
    at = end + 4
    if (head.status < 200) {
      interim.push(head.line)
      continue
    }
    const body = readBody(bytes, at, head, method)
    if (typeof body === 'string') return fault(body)
    at = body.next
    answers.push({ ...head, body: body.body, complete: body.complete, interim })
    interim = []
    if (head.fields.get('connection')?.toLowerCase() === 'close' && at < bytes.length) {
      return fault('bytes behind Connection: close')
    }
  }
  return interim.length > 0 ? fault('no answer behind a status of 1xx') : { answers, fault: null }
}

function readHead(text) {
  const [line, ...lines] = text.split('\r\n')
  if (!statusLine.test(line)) return `no status line: ${JSON.stringify(line.slice(0, 80))}`
  const fields = new Map()
  for (const one of lines) {
    const field = fieldLine.exec(one)
    if (field === null) return `no field: ${JSON.stringify(one.slice(0, 80))}`
    const name = field[1].toLowerCase()
    if (fields.has(name)) return `${name} twice`
    fields.set(name, field[2])
  }
  return { line, status: Number(line.slice(9, 12)), fields }
}

function readBody(bytes, start, { status, fields }, method) {
  const nothing = { body: Buffer.alloc(0), next: start, complete: true }
  if (method === 'HEAD' || status === 204 || status === 304) return nothing
  const length = fields.get('content-length')
  if (fields.get('transfer-encoding') === 'chunked') {
    return length === undefined ? readChunks(bytes, start) : 'two lengths'
  }
  if (length === undefined) {
    return { body: bytes.subarray(start), next: bytes.length, complete: true }
  }
  if (!/^\d+$/.test(length)) return `the length ${length}`
  const body = bytes.subarray(start, start + Number(length))
  return { body, next: start + body.length, complete: body.length === Number(length) }
}

function readChunks(bytes, start) {
  const pieces = []
  for (let at = start; ; ) {
    const end = bytes.indexOf('\r\n', at)
    const whole = complete => ({
      body: Buffer.concat(pieces),
      next: complete ? end + 4 : bytes.length,
      complete,
    })
    if (end < 0) return whole(false)
    const digits = bytes.toString('latin1', at, end)
    if (!/^[0-9a-f]+$/.test(digits)) return `the chunk size ${JSON.stringify(digits.slice(0, 40))}`
    const size = Number.parseInt(digits, 16)
    const after = end + 2 + size
    if (size === 0) return whole(bytes.toString('latin1', end + 2, end + 4) === '\r\n')
    pieces.push(bytes.subarray(end + 2, after))
    if (after + 2 > bytes.length) return whole(false)
    if (bytes.toString('latin1', after, after + 2) !== '\r\n') return 'a chunk without end'
    at = after + 2
  }
}
