/** Sends one input on a connection of its own, from an address of its own, and gives what comes back. */
import { connect } from 'node:net'

/** Milliseconds that a server may take to end a connection whose client sends no more. */
const patience = 20_000

/** Milliseconds without a byte after which a client that waits ends its side. */
const lateEnd = 15

/** Milliseconds that a client which does not read stays. */
const deafness = 10

/**
 * @typedef {object} Outcome
 * @property {Buffer} received
 * @property {'closed' | 'reset' | 'open'} end what the server did with the connection; open: nothing, for too long
 */

/** The address that the input with this number comes from: nothing else of a run comes from there. */
export function addressOf(number) {
  return `127.${1 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`
}

/** The number of the input that comes from an address; NaN for an address that is none. */
export function numberOf(address) {
  const [, high, middle, low] = address.split('.').map(Number)
  return (high - 1) * 2 ** 16 + middle * 2 ** 8 + low
}

/**
 * @param {import('./input.mjs').Input} input
 * @param {number} port of the server, on 127.0.0.1
 * @returns {Promise<Outcome>}
 */
export function send(input, port) {
  const { bytes, cuts, pauses, ending } = input
  const socket = connect({
    port,
    host: '127.0.0.1',
    localAddress: addressOf(input.number),
    allowHalfOpen: true,
    noDelay: true,
  })
  const received = []
  /** @type {Outcome['end']} */
  let end = 'closed'
  let serverEnded = false
  let silence = null
  const startSilence = () => {
    clearTimeout(silence)
    silence = setTimeout(() => socket.end(), lateEnd)
  }
  const late = setTimeout(() => {
    end = 'open'
    socket.destroy()
  }, patience)
  socket.once('connect', async () => {
    await writeAll(socket, bytes, cuts, pauses)
    if (ending === 'reset') socket.resetAndDestroy()
    else if (ending === 'close') socket.destroy()
    else if (ending === 'deaf') setTimeout(() => socket.resetAndDestroy(), deafness)
    else if (ending === 'end' || serverEnded) socket.end()
    else startSilence()
  })
  if (ending !== 'deaf') {
    socket.on('data', chunk => {
      received.push(chunk)
      if (silence !== null) startSilence()
    })
  }
  socket.on('end', () => {
    serverEnded = true
    if (silence !== null) socket.end()
  })
  socket.on('error', () => {
    end = 'reset'
  })
  return new Promise(resolve => {
    socket.once('close', () => {
      clearTimeout(late)
      clearTimeout(silence)
      resolve({ received: Buffer.concat(received), end })
    })
  })
}

async function writeAll(socket, bytes, cuts, pauses) {
  let from = 0
  for (const to of [...cuts, bytes.length]) {
    if (!socket.writable) return
    if (to > from) socket.write(bytes.subarray(from, to))
    from = to
    if (to < bytes.length) await turn(pauses)
  }
}

/** So that the server may see one piece before the next. */
function turn(pauses) {
  return new Promise(resolve => (pauses ? setTimeout(resolve, 1) : setImmediate(resolve)))
}
