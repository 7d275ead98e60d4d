/** A tool that serves the witness (test/fixtures/apps/witness.py), and what can be seen of it from outside. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../parity/runner/free-port.mjs'
import { StartedTool } from '../parity/runner/started-tool.mjs'
import { bodyLimit } from './input.mjs'

const app = fileURLToPath(new URL('../fixtures/apps/witness.py', import.meta.url))

/** Milliseconds until something that has to happen is given up. */
const patience = 20_000

/** Of /proc/net/tcp: TIME_WAIT, CLOSE and LISTEN. */
const closedStates = new Set(['06', '07', '0A'])

/**
 * @typedef {object} Seen a request as the application saw it
 * @property {string} address
 * @property {string} method
 * @property {string} target
 * @property {string} protocol
 * @property {string} fields hash of them
 * @property {string} shown the first of them
 * @property {number} length of what was read of the body
 * @property {string} body hash of that
 * @property {boolean} whole the body was read to its end
 * @property {string | null} error
 * @property {number} pid
 * @property {number} count
 */

export class FuzzedSite {
  #offset = 0
  #half = ''
  #seenFile
  #byAddress = new Map()

  /** @param {StartedTool} server @param {string} folder */
  constructor(server, folder) {
    this.server = server
    this.folder = folder
    this.#seenFile = openSync(join(folder, 'seen'), 'r')
  }

  /**
   * @param {import('../parity/runner/started-tool.mjs').Tool} tool
   * @param {readonly string[]} [more] arguments of the tool
   */
  static async start(tool, more = []) {
    const folder = mkdtempSync(join(tmpdir(), 'modwsgi-fuzz-'))
    chmodSync(folder, 0o777)
    copyFileSync(app, join(folder, 'witness.py'))
    mkdirSync(join(folder, 'st'))
    writeFileSync(join(folder, 'st/file.txt'), 'a file\n'.repeat(20))
    writeFileSync(join(folder, 'seen'), '')
    chmodSync(join(folder, 'seen'), 0o666)
    const port = await freePort()
    const serverRoot = join(folder, 'root')
    const server = new StartedTool(tool, {
      arguments: [
        ...['start-server', 'witness.py', '--host', '127.0.0.1', '--port', String(port)],
        ...['--server-root', serverRoot, '--url-alias', '/st', join(folder, 'st')],
        ...['--chunked-request', '--limit-request-body', String(bodyLimit), ...more],
      ],
      folder,
      port,
      serverRoot,
      env: {},
    })
    const site = new FuzzedSite(server, folder)
    try {
      await server.listening()
    } catch (error) {
      await site.stop()
      throw error
    }
    return site
  }

  get port() {
    return this.server.port
  }

  /**
   * What the application has noted since the last time.
   *
   * @returns {Seen[]}
   */
  newlySeen() {
    const block = Buffer.alloc(1 << 20)
    for (;;) {
      const size = readSync(this.#seenFile, block, 0, block.length, this.#offset)
      if (size === 0) break
      this.#offset += size
      this.#half += block.toString('latin1', 0, size)
    }
    const lines = this.#half.split('\n')
    this.#half = lines.pop()
    return lines.map(line => JSON.parse(line))
  }

  /**
   * What the application has noted of requests from this address, when it has nothing more to note.
   *
   * @param {string} address
   */
  async seenFrom(address) {
    await this.blocks()
    for (const seen of this.newlySeen()) {
      const known = this.#byAddress.get(seen.address)
      if (known) known.push(seen)
      else this.#byAddress.set(seen.address, [seen])
    }
    const found = this.#byAddress.get(address) ?? []
    this.#byAddress.delete(address)
    return found
  }

  /** Blocks of memory that the interpreter of the application uses; null where it does not answer. */
  async blocks() {
    const response = await fetch(`http://127.0.0.1:${this.port}/blocks`, {
      signal: AbortSignal.timeout(patience),
      headers: { connection: 'close' },
    })
    return response.status === 200 ? Number(await response.text()) : null
  }

  /** Processes of the tool, the first of which was started first. */
  get processes() {
    return this.server.family().sort((a, b) => a - b)
  }

  /** Waits until no connection of a client is left, and gives what each process holds: descriptors, KiB in memory. */
  async figures() {
    const end = Date.now() + patience
    while (this.#connections() > 0 && Date.now() < end) await pause(20)
    return this.processes.map(pid => ({ pid, ...figuresOf(pid) }))
  }

  /** Connections that the tool has not closed. */
  #connections() {
    const port = this.port.toString(16).toUpperCase().padStart(4, '0')
    const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1, -1)
    const own = rows
      .map(row => row.trim().split(/\s+/))
      .filter(cells => cells[1].endsWith(`:${port}`))
    return own.filter(([, , , state]) => !closedStates.has(state)).length
  }

  get log() {
    return this.server.file('error_log')
  }

  async stop() {
    await this.server.stop()
    closeSync(this.#seenFile)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function figuresOf(pid) {
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return { descriptors: readdirSync(`/proc/${pid}/fd`).length, kib: Number(kib?.[1] ?? 0) }
  } catch {
    return { descriptors: 0, kib: 0 }
  }
}
