/**
 * A server as a user starts it: the command in a process of its own, a free port, a server root of its own.
 * Whatever it leaves behind is ended with the test; on failure the test shows the log.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFailed, onTestFinished } from 'vitest'

/** What users call. */
export const command = fileURLToPath(new URL('../../bin/modwsgi-dev.js', import.meta.url))

const onTerminal = fileURLToPath(new URL('terminal.py', import.meta.url))

/** Names the processes that belong to one server, their children included. */
export const marker = 'MODWSGI_TEST_RUN'

/** Milliseconds until waiting for something that has to happen is given up. */
const deadline = 20_000

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** False: the log goes to the file in the server root. */
  readonly logToTerminal?: boolean
  /**
   * True: it runs on a terminal of its own; `type` types there, and `stdout` is what the terminal shows. `shell`: an
   * interactive shell runs there, and `$SERVER` is the command.
   */
  readonly terminal?: boolean | 'shell'
  /** Runs the command: a program and its arguments, which ends in the command's own. */
  readonly wrapper?: readonly string[]
  /** False: no --port 0 and no --server-root are added. */
  readonly isolated?: boolean
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The command while it runs, or after it has ended. */
export class RunningCommand {
  stdout = ''
  stderr = ''
  readonly exited: Promise<Exit>
  readonly #changed = new Set<() => void>()
  #exit: Exit | null = null

  constructor(
    readonly child: ChildProcess,
    readonly runId: string,
    readonly serverRoot: string,
    /** Its XDG_STATE_HOME: below it lies the socket for `modwsgi-dev ctl`. */
    readonly stateHome: string,
  ) {
    child.stdout!.setEncoding('utf8').on('data', text => this.#note(() => (this.stdout += text)))
    child.stderr!.setEncoding('utf8').on('data', text => this.#note(() => (this.stderr += text)))
    this.exited = new Promise(resolve => {
      child.once('close', (code, signal) => {
        this.#note(() => (this.#exit = { code, signal }))
        resolve({ code, signal })
      })
    })
  }

  get pid(): number {
    return this.child.pid!
  }

  get port(): number {
    const found = /Server URL\s*: \w+:\/\/[^/]*:(\d+)\//.exec(this.stdout)
    if (!found) throw new Error(`no port in the banner: ${this.stdout}`)
    return Number(found[1])
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  /** Waits until `look` gives something, which it is asked again with each output. */
  async until<T>(look: () => T | null | undefined | false, what: string): Promise<T> {
    const end = Date.now() + deadline
    for (;;) {
      const found = look()
      if (found) return found
      if (this.#exit) throw new Error(`ended (${JSON.stringify(this.#exit)}) before ${what}`)
      await this.#nextChange(end, what)
    }
  }

  /** Waits for a match in the log (with --log-to-terminal) after what was seen at `from`. */
  logged(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return this.until(() => pattern.exec(this.stderr.slice(from)), `${pattern} in the log`)
  }

  /** Waits for a match in what was printed after `from`. */
  printed(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return this.until(() => pattern.exec(this.stdout.slice(from)), `${pattern} on standard output`)
  }

  /** Types on its terminal: `\x03` is Ctrl-C, `\x04` the end of the input. */
  type(text: string): void {
    this.child.stdin!.write(text)
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** Stops it as Ctrl-C does and gives how it ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    if (!this.#exit) this.signal(signal)
    return this.exited
  }

  /** Processes that carry the mark of this run: the server, its workers and what they started. */
  family(): number[] {
    return familyOf(this.runId)
  }

  #note(change: () => void): void {
    change()
    for (const wake of [...this.#changed]) wake()
  }

  #nextChange(end: number, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#changed.delete(wake)
        reject(new Error(`waited too long for ${what}`))
      }, end - Date.now())
      const wake = () => {
        clearTimeout(late)
        this.#changed.delete(wake)
        resolve()
      }
      this.#changed.add(wake)
    })
  }
}

/** Processes that carry the mark of a run. */
export function familyOf(runId: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => environOf(name).includes(`${marker}=${runId}`))
    .map(Number)
}

function environOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
  } catch {
    return []
  }
}

/** Runs the command with these arguments. */
export function runCommand(args: readonly string[], options: RunOptions = {}): RunningCommand {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  // A server that gives up root must still reach its own folder.
  chmodSync(folder, 0o755)
  const serverRoot = join(folder, 'root')
  const runId = randomUUID()
  const own = options.isolated === false ? [] : ['--port', '0', '--server-root', serverRoot]
  const log = options.logToTerminal === false ? [] : ['--log-to-terminal']
  const given = [command, ...args, ...(own.length > 0 ? [...own, ...log] : [])]
  const stateHome = options.env?.['XDG_STATE_HOME'] ?? join(folder, 'state')
  const { terminal = false } = options
  const { wrapper = [] } = options
  const started = terminal === 'shell' ? ['sh', '-i'] : [process.execPath, ...given]
  const [program, ...programArgs] = [...(terminal ? ['python3', onTerminal] : wrapper), ...started]
  const child = spawn(program!, programArgs, {
    cwd: options.cwd ?? folder,
    env: markedEnvironment(runId, {
      XDG_STATE_HOME: stateHome,
      ...(terminal === 'shell' ? { SERVER: [process.execPath, ...given].join(' ') } : {}),
      ...options.env,
    }),
    stdio: [terminal ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const running = new RunningCommand(child, runId, serverRoot, stateHome)
  onTestFailed(() => {
    process.stderr.write(`--- output of the server\n${running.stdout}${running.stderr}---\n`)
  })
  onTestFinished(async () => {
    for (const pid of running.family()) killNow(pid)
    await running.exited
    rmSync(folder, { recursive: true, force: true })
  })
  return running
}

/** Starts a server and waits until it listens. */
export async function startServer(
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunningCommand> {
  const running = runCommand(['start-server', ...args], options)
  await running.until(() => /^Stop\s*:/m.test(running.stdout), 'the banner')
  return running
}

/**
 * Runs `modwsgi-dev ctl` for a server, or for those of a state folder, and gives what it said when it has ended. A
 * server is named, unless the arguments name one: others of the same user may run on this machine.
 */
export async function control(
  { stateHome, serverRoot }: { readonly stateHome: string; readonly serverRoot?: string },
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { XDG_STATE_HOME: stateHome }
  const isNamed = args.some(arg => /^--(?:server-root|host|port)\b/.test(arg))
  const named = serverRoot === undefined || isNamed ? [] : ['--server-root', serverRoot]
  const command = runCommand(['ctl', ...args, ...named], { isolated: false, env })
  const { code } = await command.exited
  return { code, stdout: command.stdout, stderr: command.stderr }
}

/** What the machine of the developer sets must not change a test; processes that get it carry the mark of the run. */
export function markedEnvironment(runId: string, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(PYTHON|LC_|MODWSGI_|MOD_WSGI_|VIRTUAL_ENV|NODE_OPTIONS|VITEST|XDG_|CI$|BROWSER$)/.test(
        name,
      ),
  )
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8', ...env, [marker]: runId }
}

/** SIGKILL to a process that may have ended. */
export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
