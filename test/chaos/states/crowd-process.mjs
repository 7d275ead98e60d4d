/**
 * A process that holds connections: `PORT IDLE SLOW`. The idle ones have had one answer and say nothing more; the slow
 * ones send a request, one byte each second. It prints `ready` when all are there, and ends with its input.
 */
import { connect } from 'node:net'

const [port, idle, slow] = process.argv.slice(2).map(Number)

/** Connections that are opened side by side. */
const atOnce = 100

const head = 'GET /static/file.txt HTTP/1.1\r\nHost: localhost\r\nX-Slow: '

let lost = 0

/** One of several addresses of the loopback: no address has ports for so many. */
const dial = at => connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (at % 8)}` })

function keep(socket) {
  socket.on('error', () => {})
  socket.on('close', () => lost++)
}

function holdIdle(at) {
  return new Promise((resolve, reject) => {
    const socket = dial(at)
    socket.once('error', reject)
    socket.once('connect', () => socket.write(`${head}\r\n\r\n`))
    socket.once('data', () => {
      socket.off('error', reject)
      keep(socket)
      resolve(undefined)
    })
  })
}

function holdSlow(at) {
  return new Promise((resolve, reject) => {
    const socket = dial(at)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      keep(socket)
      let sent = 0
      // Not all in the same moment.
      setTimeout(() => setInterval(() => socket.write(head[sent++] ?? 'x'), 1000), (at % 100) * 10)
      resolve(undefined)
    })
  })
}

async function holdAll(count, hold) {
  for (let at = 0; at < count; at += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - at) }, (_, more) => hold(at + more))
    await Promise.all(some)
  }
}

await holdAll(idle, holdIdle)
await holdAll(slow, holdSlow)
console.log(lost === 0 ? 'ready' : `${lost} connections were closed`)
process.stdin.resume()
process.stdin.on('end', () => {
  if (lost > 0) console.error(`${lost} connections of the crowd were closed`)
  process.exit(0)
})
