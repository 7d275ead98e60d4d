/** Sends the same inputs to two tools, and gives those of which they do not make the same. */
import { connect } from 'node:net'
import { answersIn } from './answers.mjs'
import { addressOf } from './client.mjs'
import { bodyLimit, makeInput } from './input.mjs'
import { askedBy, read } from './oracle.mjs'

/** Milliseconds without a byte after which an open connection counts as open; more of them in the second look. */
const silence = [150, 1200]

/** Numbers between the addresses of the first look and those of the second. */
const secondLook = 4_000_000

/**
 * @typedef {object} Made what a tool makes of an input
 * @property {string[]} first the status lines before the client ends its side
 * @property {boolean} closes the tool closes the connection by itself
 * @property {string[]} more the status lines after that
 * @property {string[]} seen what the application saw
 */

/**
 * @param {import('./site.mjs').FuzzedSite} real
 * @param {import('./site.mjs').FuzzedSite} own
 * @param {{ seed: number, inputs: number, from?: number, atOnce?: number, told?: (done: number) => void }} options
 * @returns {Promise<{ input: import('./input.mjs').Input, real: Made, own: Made, row: string | null }[]>} row: that of
 *   docs/differences.md which allows it
 */
export async function compareTools(
  real,
  own,
  { seed, inputs, from = 0, atOnce = 8, told = () => {} },
) {
  const differing = []
  const left = Array.from({ length: inputs }, (_, at) =>
    makeInput(seed, from + at, { whole: true }),
  ).values()
  let done = 0
  const lane = async () => {
    for (const input of left) {
      const pair = await both(real, own, input, 0)
      if (differ(pair)) differing.push(input)
      if (++done % 500 === 0) told(done)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  const confirmed = []
  for (const input of differing.sort((a, b) => a.number - b.number)) {
    const pair = await both(real, own, input, 1)
    if (differ(pair)) confirmed.push({ input, ...pair, row: rowFor(input, pair) })
  }
  return confirmed
}

/** @param {number} look an address is used once, since what the application notes may come late */
async function both(real, own, input, look) {
  const address = addressOf(input.number + look * secondLook)
  const [first, second] = await Promise.all(
    [real, own].map(site => made(site, input, address, silence[look])),
  )
  return { real: first, own: second }
}

function differ({ real, own }) {
  return JSON.stringify(real) !== JSON.stringify(own)
}

/** The row of docs/differences.md that a difference belongs to. */
function rowFor({ bytes }, { real, own }) {
  const { requests, stop, rest } = read(bytes, bodyLimit)
  const isEmptyLine = stop === 'empty lines' || (stop === 'bare LF' && rest === '')
  if (isEmptyLine && requests.length > 0) {
    return 'more than 10 empty lines, or LF alone, behind a request'
  }
  const same = differ({ real: [...real.first, ...real.more], own: [...own.first, ...own.more] })
  if (!same && real.closes && !own.closes) return 'a request line whose target is refused'
  return null
}

/** @returns {Promise<Made>} */
export async function made(site, input, address, quiet) {
  const { before, after, closes } = await converse(input.bytes, site.port, address, quiet)
  const reading = read(input.bytes, bodyLimit)
  const asked = at => askedBy(reading, at)
  const all = linesOf(answersIn(Buffer.concat([before, after]), asked))
  const first = linesOf(answersIn(before, asked))
  const seen = await site.seenFrom(address)
  const certain = seen.filter(request => !isUncertain(request))
  return { first, closes, more: all.slice(first.length), seen: certain.map(describe) }
}

/** An application that answers before it reads may hear of a bad body, or of the end of its answer, first. */
function isUncertain({ target, error }) {
  return error !== null && target.includes('first')
}

function linesOf({ answers, fault }) {
  const lines = answers.flatMap(({ line, interim, body, fields }) => [
    ...interim,
    line === '' ? `(no head) ${body.length > 0}` : `${line}${connectionOf(fields)}`,
  ])
  return fault === null ? lines : [...lines, `no HTTP: ${fault.replace(/ at \d+$/, '')}`]
}

/** What an answer says of the connection. */
function connectionOf(fields) {
  const said = ['connection', 'keep-alive'].flatMap(name => fields.get(name) ?? [])
  return said.length === 0 ? '' : ` (${said.join(', ')})`
}

/** How much came of a body that breaks off is a matter of buffers. */
function describe({ method, target, protocol, shown, length, body, error }) {
  const read = error ?? `${length} ${body.slice(0, 6)}`
  return `${method} ${target} ${protocol} ${shown.replaceAll('\n', '; ')} ${read}`
}

/** Sends all bytes, waits for silence, ends the client's side, and waits for the end. */
function converse(bytes, port, localAddress, quiet) {
  const socket = connect({
    port,
    host: '127.0.0.1',
    localAddress,
    allowHalfOpen: true,
    noDelay: true,
  })
  const parts = [[], []]
  let part = 0
  let closes = false
  let timer = null
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      part = 1
      socket.end()
      timer = setTimeout(() => socket.destroy(), 10_000)
    }, quiet)
  }
  socket.on('connect', () => {
    socket.write(bytes)
    wait()
  })
  socket.on('data', chunk => {
    parts[part].push(chunk)
    if (part === 0) wait()
  })
  socket.on('end', () => {
    if (part === 0) closes = true
    clearTimeout(timer)
    socket.end()
  })
  socket.on('error', () => {})
  return new Promise(resolve => {
    socket.on('close', () => {
      clearTimeout(timer)
      resolve({ before: Buffer.concat(parts[0]), after: Buffer.concat(parts[1]), closes })
    })
  })
}
