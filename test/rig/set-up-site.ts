/**
 * A server root as `setup-server` makes it, and its control script as a start-up system calls it. Whatever it leaves
 * behind is ended with the test.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFailed, onTestFinished } from 'vitest'
import { command, familyOf, killNow, markedEnvironment, marker } from './server.js'

/** How a command ended, and what it said. */
export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CallOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Who calls; root only can be somebody else. */
  readonly uid?: number
}

export class SetUpSite {
  readonly folder: string
  readonly serverRoot: string
  readonly #runId = randomUUID()
  /** Not in the folder: that shows what set-up writes. */
  readonly #states = mkdtempSync(join(tmpdir(), 'modwsgi-states-'))

  /** @param name of the server root in a folder of its own */
  constructor(name = 'root') {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-set-up-')))
    for (const path of [this.folder, this.#states]) chmodSync(path, 0o755)
    this.serverRoot = join(this.folder, name)
    onTestFailed(() => {
      process.stderr.write(`--- log of the server\n${this.log()}---\n`)
    })
    onTestFinished(() => {
      for (const pid of this.family()) killNow(pid)
      for (const path of [this.folder, this.#states]) rmSync(path, { recursive: true, force: true })
    })
  }

  /** A folder for state that belongs to who calls: no `modwsgi-dev ctl` of another test shall find the server. */
  #stateOf({ uid = process.getuid!() }: CallOptions): NodeJS.ProcessEnv {
    const folder = join(this.#states, String(uid))
    mkdirSync(folder, { recursive: true })
    chownSync(folder, uid, process.getgid!())
    return { XDG_STATE_HOME: folder }
  }

  get controlScript(): string {
    return join(this.serverRoot, 'apachectl')
  }

  /** Sets the server up, on a free port if the arguments name none. */
  setUp(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
    const own = [
      '--server-root',
      this.serverRoot,
      ...(args.includes('--port') ? [] : ['--port', '0']),
    ]
    return this.modwsgiDev(['setup-server', ...args, ...own], options)
  }

  /** Runs any command line of modwsgi-dev, below the same mark. */
  modwsgiDev(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
    const env = markedEnvironment(this.#runId, { ...this.#stateOf(options), ...options.env })
    return this.#call(process.execPath, [command, ...args], { ...options, env })
  }

  /** Calls the control script, from another directory and with no more in the environment than the test needs. */
  control(words: string, options: CallOptions = {}): Promise<Outcome> {
    const args = words === '' ? [] : words.split(' ')
    const env = { ...this.#stateOf(options), ...options.env, [marker]: this.#runId }
    return this.#call(this.controlScript, args, { cwd: '/', ...options, env })
  }

  /** The control script has to succeed, without a word on standard error. */
  async controlled(words: string, options: CallOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.control(words, options)
    if (code !== 0 || stderr !== '')
      throw new Error(`apachectl ${words}: ${code} ${stdout}${stderr}`)
    return stdout
  }

  /** Process and port of the server, from what `status` says. */
  async status(): Promise<{ pid: number; port: number }> {
    const said = await this.controlled('status')
    const match = /^modwsgi-dev \(pid (\d+)\) runs on port (\d+), for \d+ s\n$/.exec(said)
    if (!match) throw new Error(`status: ${said}`)
    return { pid: Number(match[1]), port: Number(match[2]) }
  }

  async url(path = '/'): Promise<string> {
    return `http://127.0.0.1:${(await this.status()).port}${path}`
  }

  read(name: string): string {
    return readFileSync(join(this.serverRoot, name), 'utf8')
  }

  log(): string {
    try {
      return this.read('error_log')
    } catch {
      return ''
    }
  }

  /** The server, its workers and all that is called here, while it runs. */
  family(): number[] {
    return familyOf(this.#runId)
  }

  #call(program: string, args: readonly string[], options: CallOptions): Promise<Outcome> {
    const { cwd = this.folder, env, uid } = options
    const child = spawn(program, args, {
      cwd,
      env: env ?? {},
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
    })
  }
}
