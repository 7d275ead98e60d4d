/**
 * One run of `mod_wsgi-express` or `modwsgi-dev`: both take the same command line. The process and all that it
 * starts carry a mark in their environment, so that nothing of it stays behind.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Connection } from './connection.mjs'
import { observe } from './observation.mjs'

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {readonly string[]} command
 * @property {readonly string[]} manage what a command of Django's manage.py comes after
 * @property {readonly string[]} extra arguments that only this tool needs
 * @property {NodeJS.ProcessEnv} env variables that only this tool needs
 */

/** Runs a command on a terminal of its own. */
const onTerminal = fileURLToPath(new URL('../../rig/terminal.py', import.meta.url))

const mark = 'MODWSGI_PARITY_RUN'

/** Milliseconds that a server may take to listen, and to end. */
const longestStart = 20_000
const longestEnd = 10_000

export class StartedTool {
  #run = randomUUID()
  #ended = false
  #seen = 0
  stdout = ''
  stderr = ''

  /**
   * @param {Tool} tool
   * @param {{ arguments: readonly string[], folder: string, port: number, serverRoot: string,
   *   env: NodeJS.ProcessEnv, terminal?: boolean }} run terminal: runs on a terminal of its own, see `type`
   */
  constructor(tool, run) {
    this.port = run.port
    this.serverRoot = run.serverRoot
    const { terminal = false } = run
    // Our servers are not among those that the developer controls.
    const stateHome = mkdtempSync(join(tmpdir(), 'modwsgi-parity-state-'))
    const [program, ...first] = terminal ? ['python3', onTerminal, ...tool.command] : tool.command
    this.child = spawn(program, [...first, ...run.arguments, ...tool.extra], {
      cwd: run.folder,
      env: {
        ...cleanEnvironment(),
        XDG_STATE_HOME: stateHome,
        ...tool.env,
        ...run.env,
        [mark]: this.#run,
      },
      stdio: [terminal ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
    })
    // What is typed to a tool that has ended.
    this.child.stdin?.on('error', () => {})
    this.child.stdout.setEncoding('utf8').on('data', text => {
      this.stdout += text
    })
    this.child.stderr.setEncoding('utf8').on('data', text => {
      this.stderr += text
    })
    /** @type {Promise<{ code: number | null, signal: string | null }>} */
    this.exited = new Promise(resolve => {
      this.child.once('error', error => {
        this.stderr += String(error)
        this.#ended = true
        resolve({ code: null, signal: null })
      })
      this.child.once('close', (code, signal) => {
        this.#ended = true
        rmSync(stateHome, { recursive: true, force: true })
        resolve({ code, signal })
      })
    })
  }

  get hasEnded() {
    return this.#ended
  }

  get pid() {
    return this.child.pid
  }

  /** Waits until the port is bound. Throws when the process ends before. */
  async listening() {
    const end = Date.now() + longestStart
    while (Date.now() < end && !this.#ended) {
      try {
        const connection = await Connection.open(this.port)
        connection.close()
        return
      } catch {
        await pause(20)
      }
    }
    const said = (this.stderr || this.stdout).slice(-600)
    throw new Error(`it does not listen${this.#ended ? ' but ends' : ''}: ${said}`)
  }

  /** @returns {Promise<Connection>} */
  connect() {
    return Connection.open(this.port)
  }

  /**
   * Sends one request on a connection of its own and gives what is to be compared of the answer.
   *
   * @param {string | Buffer} request as it goes over the wire
   * @param {{ method?: string, fate?: boolean }} [options] fate: also what becomes of the connection
   */
  async ask(request, { method, fate = false } = {}) {
    const connection = await this.connect()
    try {
      connection.send(request)
      const seen = observe(await connection.read({ method: method ?? methodOf(request) }))
      return fate && typeof seen === 'object'
        ? { ...seen, connection: await connection.fate() }
        : seen
    } finally {
      connection.close()
    }
  }

  /** The body of the answer to a GET, as JSON: what the application says of itself. */
  async tell(path, fields = '') {
    const connection = await this.connect()
    try {
      connection.send(
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}Connection: close\r\n\r\n`,
      )
      const response = await connection.read()
      return JSON.parse(response.body.toString('utf8'))
    } finally {
      connection.close()
    }
  }

  /** The text of a file below the server root; empty while it is not there. */
  file(name = 'error_log') {
    try {
      return readFileSync(join(this.serverRoot, name), 'utf8')
    } catch {
      return ''
    }
  }

  /** Waits until a file below the server root matches, and gives the match. */
  async logged(pattern, name = 'error_log') {
    const end = Date.now() + longestEnd
    for (;;) {
      const match = pattern.exec(this.file(name))
      if (match) return match
      if (Date.now() > end) throw new Error(`${pattern} is not in ${name}: ${this.file(name)}`)
      await pause(20)
    }
  }

  /** Waits until the whole output matches, and gives the match. */
  async said(pattern) {
    const end = Date.now() + longestEnd
    for (;;) {
      const match = pattern.exec(this.stdout)
      if (match) return match
      if (Date.now() > end || this.#ended) throw new Error(`${pattern} is not in ${this.stdout}`)
      await pause(20)
    }
  }

  /** Types on its terminal; `\x03` is Ctrl-C. */
  type(text) {
    this.child.stdin.write(text)
  }

  /**
   * Waits until the output after what was seen before matches, and gives that output up to there, with the line
   * ends of a file.
   */
  async shown(pattern) {
    const end = Date.now() + longestEnd
    for (;;) {
      const text = this.stdout.slice(this.#seen)
      const match = pattern.exec(text)
      if (match) {
        const length = match.index + match[0].length
        this.#seen += length
        return text.slice(0, length).replaceAll('\r\n', '\n')
      }
      if (Date.now() > end || this.#ended) throw new Error(`${pattern} is not in ${text}`)
      await pause(20)
    }
  }

  /** Waits until its standard output matches, but not for ever. */
  async printed(pattern) {
    const end = Date.now() + 3000
    while (!pattern.test(this.stdout) && !this.#ended && Date.now() < end) await pause(20)
  }

  /** Ends it, and whatever of it is left. */
  async stop() {
    if (!this.#ended) this.child.kill('SIGTERM')
    const late = pause(longestEnd, undefined, { ref: false })
    await Promise.race([this.exited, late])
    for (let tries = 0; tries < 20 && this.family().length > 0; tries++) await pause(50)
    for (const pid of this.family()) killNow(pid)
    return this.exited
  }

  /** Processes that carry the mark of this run. */
  family() {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .filter(name => environOf(name).includes(`${mark}=${this.#run}`))
      .map(Number)
  }
}

function methodOf(request) {
  return request.toString('latin1').split(' ', 1)[0]
}

function environOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
  } catch {
    return []
  }
}

function killNow(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** What the machine sets must not reach the application. */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(PYTHON|LC_|MODWSGI_|MOD_WSGI_|WSGI_|VIRTUAL_ENV|NODE_OPTIONS|VITEST)/.test(name),
  )
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8' }
}
