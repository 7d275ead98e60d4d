/** One server under measurement: a process group that this file starts, asks, and ends. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const startDeadline = 20_000
const stopDeadline = 8_000
/** Short, because the first response is what the start scenario measures. */
const pollPause = 2

/** @type {Set<ServerProcess>} */
const running = new Set()

/** Ends every server that still runs; for the end of the whole run. */
export function killServers() {
  for (const server of running) server.kill()
}

/** A port of the loopback that was free a moment ago. */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}

/** A server in a process group of its own, so that its workers can be ended with it. */
export class ServerProcess {
  #child
  #exited
  #failure
  #logFile

  /**
   * @param {{ argv: string[], cwd: string, env: NodeJS.ProcessEnv }} command
   * @param {number} port
   * @param {string} logFile takes what the server writes
   */
  constructor({ argv: [command, ...args], cwd, env }, port, logFile) {
    this.port = port
    this.#logFile = logFile
    const log = openSync(logFile, 'w')
    this.#child = spawn(command, args, { cwd, env, stdio: ['ignore', log, log], detached: true })
    closeSync(log)
    running.add(this)
    this.#exited = new Promise(resolve => {
      const ended = failure => {
        this.#failure = failure
        resolve(failure)
      }
      this.#child.once('error', error => ended(error.message))
      this.#child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`))
    })
  }

  /** Of the process that the command started. */
  get pid() {
    return this.#child.pid
  }

  /**
   * Asks until the response is right: nothing tells from outside when a port opens.
   *
   * @param {string} path
   * @param {(body: Buffer) => boolean} isRight
   */
  async firstResponse(path, isRight) {
    const deadline = performance.now() + startDeadline
    let last = ''
    while (performance.now() < deadline) {
      if (this.#failure !== undefined) throw this.#error(`ended at its start (${this.#failure})`)
      last = await ask(this.port, path, isRight)
      if (last === 'right') return
      await pause(pollPause)
    }
    throw this.#error(`gave no right response within ${startDeadline / 1000} s (${last})`)
  }

  /** Asks the server to end, and ends its whole group when it does not. */
  async stop() {
    if (this.#failure === undefined) {
      this.#child.kill('SIGTERM')
      await Promise.race([this.#exited, pause(stopDeadline, undefined, { ref: false })])
    }
    this.kill()
    await this.#exited
  }

  kill() {
    running.delete(this)
    if (this.#child.pid === undefined) return
    try {
      process.kill(-this.#child.pid, 'SIGKILL')
    } catch {
      // The group has no process left.
    }
  }

  #error(what) {
    const log = readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-15)
    return new Error([what, ...log].join('\n  '))
  }
}

/** @returns {Promise<string>} `right`, or what came instead */
function ask(port, path, isRight) {
  return new Promise(resolve => {
    const options = { host: '127.0.0.1', port, path, agent: false, timeout: startDeadline }
    const request = get(options, response => {
      const chunks = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', error => resolve(error.message))
      response.on('end', () => {
        const body = Buffer.concat(chunks)
        const right = response.statusCode === 200 && isRight(body)
        resolve(right ? 'right' : `status ${response.statusCode}, ${body.length} bytes`)
      })
    })
    request.on('timeout', () => request.destroy(new Error('no response')))
    request.on('error', error => resolve(error.message))
  })
}
