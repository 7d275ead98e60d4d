/** Ports for servers that are started beside others, by this process and by those that run at the same time. */
import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Holds a file for each port that somebody has taken, with his process in it: a port is free until it is listened on. */
const claims = join(tmpdir(), `modwsgi-parity-ports-${process.getuid?.() ?? 0}`)

/** Files of this process, which lets go of its ports when it ends. @type {string[]} */
const own = []

process.once('exit', () => {
  for (const file of own) rmSync(file, { force: true })
})

/**
 * A port that nobody listens on, and that nobody else gets here as long as this process runs.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (;;) {
    // Below those that the kernel gives to clients, of which there are many while tests run side by side.
    const port = randomInt(10_000, 32_000)
    if (claim(port) && (await isFree(port))) return port
  }
}

/** Lets others have a port again. @param {number} port */
export function releasePort(port) {
  rmSync(fileOf(port), { force: true })
}

const fileOf = port => join(claims, String(port))

/** False: another process has it, or this one. */
function claim(port) {
  const file = fileOf(port)
  mkdirSync(claims, { recursive: true })
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    own.push(file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!ownerLives(file)) rmSync(file, { force: true })
    return false
  }
}

function ownerLives(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')) || process.pid, 0)
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

function isFree(port) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', error => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
