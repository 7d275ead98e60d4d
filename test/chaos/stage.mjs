/** One server under chaos: the command in a process of its own, its log, and what the kernel knows of it. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../parity/runner/free-port.mjs'
import { StartedTool } from '../parity/runner/started-tool.mjs'
import { Logbook } from './logbook.mjs'
import { childrenOf, descriptorsOf, isZombie } from './processes.mjs'

const command = fileURLToPath(new URL('../../bin/modwsgi-dev.js', import.meta.url))
const application = fileURLToPath(new URL('./app.py', import.meta.url))

/** Milliseconds until a state that has to come is given up. */
const longestWait = 20_000

/**
 * @typedef {object} StageOptions
 * @property {readonly string[]} [options] more arguments
 * @property {number} [processes]
 * @property {number} [threads]
 * @property {string} [script] default: the application of this folder
 * @property {number} [descriptors] that the server may have open
 * @property {(folder: string) => NodeJS.ProcessEnv} [env] more variables
 * @property {(folder: string) => void | Promise<void>} [prepare] runs before the server starts
 * @property {boolean} [waitsForWorkers] false: none will ever serve
 * @property {boolean} [readsLog] false: the log cannot be read, and nothing is known of the workers
 */

export class Stage {
  /** When processes were killed by {@link Stage.kill}; milliseconds since the epoch. */
  kills = new Map()

  /**
   * @param {StartedTool} tool
   * @param {string} folder
   * @param {number} processes
   * @param {boolean} readsLog
   */
  constructor(tool, folder, processes, readsLog) {
    this.readsLog = readsLog
    this.tool = tool
    this.folder = folder
    this.processes = processes
    this.log = new Logbook(join(tool.serverRoot, 'error_log'))
  }

  /**
   * Starts a server and waits until all workers serve.
   *
   * @param {StageOptions} [given]
   */
  static async open(given = {}) {
    const { processes = 3 } = given
    const folder = mkdtempSync(join(tmpdir(), 'modwsgi-chaos-'))
    chmodSync(folder, 0o755)
    mkdirSync(join(folder, 'static'))
    mkdirSync(join(folder, 'run'))
    writeFileSync(join(folder, 'static/file.txt'), 'a file\n')
    await given.prepare?.(folder)
    const port = await freePort()
    const tool = new StartedTool(
      { name: 'modwsgi-dev', command: withLimit(given.descriptors), extra: [], env: {} },
      {
        arguments: argumentsOf(given, port, folder),
        folder,
        port,
        serverRoot: join(folder, 'root'),
        env: {
          CHAOS_NOTES: join(folder, 'notes'),
          // The channel of the workers lies there, so that one sees what is left of it.
          TMPDIR: join(folder, 'run'),
          XDG_STATE_HOME: join(folder, 'state'),
          ...given.env?.(folder),
        },
      },
    )
    const stage = new Stage(tool, folder, processes, given.readsLog ?? true)
    try {
      await tool.listening()
      if (given.waitsForWorkers ?? true) await stage.fullStrength()
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  get port() {
    return this.tool.port
  }

  /** The process that serves HTTP and keeps the workers. */
  get supervisor() {
    return this.tool.pid
  }

  /** Waits until so many workers serve as are wanted. */
  async fullStrength() {
    await this.until(() => this.serving === this.processes, 'all workers serve')
    if (!this.readsLog) await this.until(() => this.#allReady(), 'all workers say that they serve')
  }

  /** What the server itself says, where its log does not. */
  #allReady() {
    const words = ['ctl', 'status', '--json', '--port', String(this.port)]
    const env = { ...process.env, XDG_STATE_HOME: join(this.folder, 'state') }
    const { status, stdout } = spawnSync(process.execPath, [command, ...words], { env })
    if (status !== 0) return false
    const { workers } = JSON.parse(stdout.toString())
    return workers.filter(({ state }) => state === 'ready').length === this.processes
  }

  /** Number of workers that serve, as far as it is known. */
  get serving() {
    return this.readsLog ? this.log.serving.length : childrenOf(this.supervisor).length
  }

  /** Waits until `look` gives something. */
  async until(look, what, milliseconds = longestWait) {
    const end = Date.now() + milliseconds
    for (;;) {
      const found = look()
      if (found) return found
      if (Date.now() > end) {
        const said = this.log
          .read()
          .slice(-8)
          .map(({ text }) => text)
        throw new Error(`waited in vain until ${what}\n${said.join('\n')}\n${this.tool.stderr}`)
      }
      await pause(5)
    }
  }

  /** Asks for a path. */
  async get(path) {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`)
    return { status: response.status, text: await response.text() }
  }

  /** Ends a process at once. */
  kill(pid) {
    this.kills.set(pid, Date.now())
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }

  /** Number of workers, what is open in the supervisor, and whether there are zombies. */
  inventory() {
    const children = childrenOf(this.supervisor)
    return {
      children: children.length,
      zombies: children.filter(isZombie).length,
      descriptors: descriptorsOf(this.supervisor),
    }
  }

  /** What the processes noted: by id, those whose worker took it, and those whose application began and ended it. */
  notes() {
    /** @type {Map<number, import('./verdict.mjs').Note>} */
    const byId = new Map()
    for (const line of readFileSync(join(this.folder, 'notes'), 'latin1').split('\n')) {
      const [what, id, pid] = line.split(' ')
      if (pid === undefined) continue
      const note = byId.get(Number(id)) ?? { take: [], begin: [], end: [] }
      note[what].push(Number(pid))
      byId.set(Number(id), note)
    }
    return byId
  }

  /** Stops the server; gives how it ended and which of its processes were left. */
  async stop() {
    this.tool.child.kill('SIGTERM')
    const exit = await Promise.race([this.tool.exited, pause(longestWait, null, { ref: false })])
    return { exit, left: this.tool.family() }
  }

  /** What a server that has ended has left in its temporary folder. */
  leftInRunFolder() {
    return readdirSync(join(this.folder, 'run'))
  }

  /** Ends whatever is left, and removes the folder. */
  async close() {
    await this.tool.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function withLimit(descriptors) {
  const own = [process.execPath, command]
  if (descriptors === undefined) return own
  // Both limits: Node raises the soft one to the hard one.
  return ['/bin/sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh', ...own]
}

function argumentsOf(
  { options = [], processes = 3, threads = 5, script = application },
  port,
  folder,
) {
  return [
    'start-server',
    script,
    ...['--port', String(port)],
    ...['--server-root', join(folder, 'root')],
    ...['--processes', String(processes)],
    ...['--threads', String(threads)],
    ...['--url-alias', '/static', join(folder, 'static')],
    ...['--log-format', 'json'],
    ...['--log-level', 'info'],
    ...['--keep-alive-timeout', '4'],
    ...options,
  ]
}
