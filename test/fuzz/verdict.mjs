/** What is wrong with what became of one input. */
import { createHash } from 'node:crypto'
import { answersIn } from './answers.mjs'
import { bodyLimit } from './input.mjs'
import { askedBy, read } from './oracle.mjs'

/** The number of the input in its paths: /i12-1-x. */
const marks = /\bi(\d+)-\d+-/g

/** Answers that a request in order does not get. */
const refusals = new Set([400, 408, 411, 413, 414, 417])

/** One input, before and after it was sent. */
export class Trial {
  /** @type {import('./site.mjs').Seen[]} */
  seen = []
  /** @type {import('./client.mjs').Outcome | null} */
  outcome = null

  /** @param {import('./input.mjs').Input} input */
  constructor(input) {
    this.input = input
    this.reading = read(input.bytes, bodyLimit)
  }

  /**
   * Sentences; none when all is well.
   *
   * @returns {string[]}
   */
  faults() {
    return [...this.#faultsOfSeen(), ...this.#faultsOfAnswers()]
  }

  /** The application may see the requests that are in the bytes, in their order, and no other. */
  #faultsOfSeen() {
    const { requests, stop } = this.reading
    const faults = []
    let next = 0
    for (const seen of this.seen) {
      if (seen.server !== '127.0.0.1') faults.push(`SERVER_ADDR is ${JSON.stringify(seen.server)}`)
      const at = requests.findIndex((request, at) => at >= next && isSame(request, seen))
      if (at < 0) faults.push(`the application saw what is no request (${stop}): ${describe(seen)}`)
      else next = at + 1
    }
    return faults
  }

  #faultsOfAnswers() {
    const { input, outcome, seen } = this
    const { requests, stop } = this.reading
    if (outcome.end === 'open') return [`the connection stays open (${stop})`]
    const stays = input.ending === 'end' || input.ending === 'late end'
    if (!stays) return []
    if (outcome.end === 'reset') return ['the server resets the connection']
    const { answers, fault } = answersIn(outcome.received, at => askedBy(this.reading, at))
    const faults = fault === null ? [] : [`the answers are no HTTP: ${fault}`]
    if (answers.length > requests.length + (stop === 'end' ? 0 : 1)) {
      faults.push(`${answers.length} answers to ${requests.length} requests (${stop})`)
    }
    const own = input.bytes.toString('latin1')
    for (const [mark, number] of outcome.received.toString('latin1').matchAll(marks)) {
      if (Number(number) === input.number || own.includes(mark)) continue
      faults.push(`the answer has ${mark} of another input`)
    }
    const said = answers.flatMap(answer => witnessIn(answer))
    const noted = seen.map(({ address, pid, count }) => `${address} ${pid} ${count}`)
    for (const witness of said) {
      if (!noted.includes(witness)) faults.push(`an answer is that to another request: ${witness}`)
    }
    if (input.inOrder && fault === null) {
      const good = answers.filter(answer => isGood(answer)).length
      if (good < requests.length)
        faults.push(`${good} good answers to ${requests.length} requests in order`)
    }
    return faults
  }
}

function isGood({ status, complete }) {
  return complete && status < 500 && !refusals.has(status)
}

/** Whom an answer of the application is for. */
function witnessIn({ fields, body }) {
  const said = fields.get('x-witness')
  if (said !== undefined) return [said]
  const last = /(127[.\d]+ \d+ \d+)$/.exec(body.toString('latin1').slice(-60))
  return last && fields.get('content-type') === 'text/plain' ? [last[1]] : []
}

function isSame(request, seen) {
  if (!request.forApplication) return false
  if (request.method !== seen.method || request.target !== seen.target) return false
  if (request.protocol !== seen.protocol) return false
  if (fieldsHash(request.fields) !== seen.fields) return false
  if (seen.whole && !(request.complete && request.body.length === seen.length)) return false
  return (
    seen.length <= request.body.length && hash(request.body.subarray(0, seen.length)) === seen.body
  )
}

function fieldsHash(fields) {
  const names = [...fields.keys()].sort()
  return hash(Buffer.from(names.map(name => `${name}: ${fields.get(name)}`).join('\n'), 'latin1'))
}

function hash(bytes) {
  return createHash('sha1').update(bytes).digest('hex')
}

function describe({ method, target, protocol, shown, length, whole, error }) {
  const body = `${length} bytes${whole ? '' : ' and more'}${error === null ? '' : `, ${error}`}`
  return `${JSON.stringify(`${method} ${target.slice(0, 100)} ${protocol}`)} ${JSON.stringify(shown)}, ${body}`
}
