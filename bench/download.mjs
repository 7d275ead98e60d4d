/** Large responses, one after the other: how fast they come, and what they cost the server. */
import { connect } from 'node:net'
import { processorSeconds, residentMegabytes } from './process-tree.mjs'

/** Milliseconds between two looks at the memory of a server. */
const lookAgain = 50

/** @type {import('./scenario.mjs').Column[]} */
export const downloadColumns = [
  { key: 'rate', title: 'MB/s', show: whole, better: 'more', combine: 'median' },
  { key: 'processor', title: 'processor s/GB', show: value => value.toFixed(2), combine: 'median' },
  { key: 'growth', title: 'memory grows by MB', show: whole, combine: 'most' },
]

/**
 * Downloads again and again for so many seconds, after one download to warm up.
 *
 * @param {import('./scenario.mjs').Subject} subject
 * @param {string} path
 * @param {number} size of the body in bytes
 */
export async function measureDownloads({ launch, seconds }, path, size) {
  const server = await launch()
  try {
    await download(server.port, path, size)
    const before = { memory: memoryOf(server.pid), processor: processorSeconds(server.pid) }
    let most = before.memory
    const looks = setInterval(() => {
      most = Math.max(most, memoryOf(server.pid))
    }, lookAgain)
    const start = performance.now()
    let bytes = 0
    while (performance.now() - start < seconds * 1000)
      bytes += await download(server.port, path, size)
    const elapsed = (performance.now() - start) / 1000
    clearInterval(looks)
    const processor = processorSeconds(server.pid) - before.processor
    return {
      rate: bytes / 1e6 / elapsed,
      processor: processor / (bytes / 1e9),
      growth: most - before.memory,
    }
  } finally {
    await server.stop()
  }
}

function memoryOf(pid) {
  const { command, children } = residentMegabytes(pid)
  return command + children
}

/** Takes the body without keeping any of it; gives its size. */
function download(port, path, size) {
  return new Promise((resolve, reject) => {
    let received = 0
    let end = Number.POSITIVE_INFINITY
    let head = ''
    const socket = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.allocUnsafeSlow(256 * 1024),
        callback: (count, buffer) => {
          received += count
          if (end === Number.POSITIVE_INFINITY) {
            head += buffer.toString('latin1', 0, count)
            const at = head.indexOf('\r\n\r\n')
            if (at < 0) return true
            if (!head.startsWith('HTTP/1.1 200 ')) socket.destroy(new Error(head.slice(0, 100)))
            end = at + 4 + size
          }
          if (received >= end) socket.end(() => resolve(size))
          return true
        },
      },
    })
    socket.on('error', reject)
    socket.on('close', () => {
      if (received < end) reject(new Error(`${received} bytes are not all`))
    })
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  })
}

function whole(value) {
  return Math.round(value).toLocaleString('en-US')
}
