/** The process of a CGI script: how it is started and ended; what it reads and prints is its owner's. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { posix } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../base/clock.js'

/** All text has one latin-1 character for each byte. */
export interface CgiCommand {
  readonly filename: string
  readonly args: readonly string[]
  readonly variables: readonly (readonly [name: string, value: string])[]
}

/** Milliseconds that a script has to end after SIGTERM, as in Apache. */
const patience = 3000

export class CgiProcess {
  /** Null when it could not be started at all. */
  readonly #child: ChildProcess | null
  #cancelKill: (() => void) | null = null

  /** @param ended it is gone, or could not be started (then with the reason) */
  constructor(
    command: CgiCommand,
    private readonly clock: Clock,
    ended: (failure: Error | null) => void,
  ) {
    this.#child = tryToStart(command, ended)
    this.#child?.once('error', error => ended(error))
    this.#child?.once('exit', () => {
      this.#cancelKill?.()
      ended(null)
    })
  }

  /** 0 when it could not be started. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get stdin(): Writable {
    return this.#child!.stdin!
  }

  get stdout(): Readable {
    return this.#child!.stdout!
  }

  get stderr(): Readable {
    return this.#child!.stderr!
  }

  /**
   * Its request is over: whatever it still does is ended, with SIGTERM and, `patience` later, SIGKILL.
   *
   * @param who `process`: what it has started goes on, as in Apache; `group`: that ends as well
   */
  end(who: 'process' | 'group', forced: () => void): void {
    if (this.#isGone || this.#cancelKill !== null) return
    this.#signal('SIGTERM', who)
    this.#cancelKill = this.clock.after(patience, () => {
      forced()
      this.#signal('SIGKILL', who)
    })
  }

  /** Ends it and what it has started, at once. */
  kill(): void {
    this.#signal('SIGKILL', 'group')
  }

  get #isGone(): boolean {
    if (this.#child === null) return true
    const { pid, exitCode, signalCode } = this.#child
    return pid === undefined || exitCode !== null || signalCode !== null
  }

  #signal(signal: NodeJS.Signals, who: 'process' | 'group'): void {
    const pid = this.#child?.pid
    if (pid === undefined || (who === 'process' && this.#isGone)) return
    try {
      process.kill(who === 'group' ? -pid : pid, signal)
    } catch {
      // It has just ended, or has become another user.
    }
  }
}

/** Node throws some failures of the system, and tells of others later. */
function tryToStart(command: CgiCommand, failed: (error: Error) => void): ChildProcess | null {
  try {
    return start(command)
  } catch (error) {
    queueMicrotask(() => failed(error as Error))
    return null
  }
}

function start({ filename, args, variables }: CgiCommand): ChildProcess {
  const texts = [filename, ...args, ...variables.map(([, value]) => value)]
  const options = {
    // A group of its own: Ctrl-C on the terminal is for the server.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'],
  }
  if (!texts.every(isUtf8)) {
    return spawn('/bin/sh', ['-c', shellLines(filename, args, variables)], {
      ...options,
      cwd: '/',
      env: {},
    })
  }
  const env = Object.fromEntries(variables.map(([name, value]) => [name, textOf(value)]))
  return spawn(textOf(filename), args.map(textOf), {
    ...options,
    cwd: textOf(posix.dirname(filename)),
    env,
  })
}

/**
 * Whether the kernel can run a file: a script without a first line `#!` it cannot, but the C library behind Node would
 * have a shell run it. A file that cannot be read is for the kernel to refuse, or to run.
 */
export function kernelCanRun(filename: string): boolean {
  const first = Buffer.alloc(4)
  try {
    const file = openSync(Buffer.from(filename, 'latin1'), 'r')
    try {
      readSync(file, first, 0, 4, 0)
    } finally {
      closeSync(file)
    }
  } catch {
    return true
  }
  return first.toString('latin1', 0, 2) === '#!' || binaries.has(first.toString('hex'))
}

/** ELF, and the kinds of Mach-O. */
const binaries: ReadonlySet<string> = new Set([
  '7f454c46',
  'cffaedfe',
  'cefaedfe',
  'cafebabe',
  'feedfacf',
  'feedface',
])

function isUtf8(text: string): boolean {
  if (/^[\x00-\x7f]*$/.test(text)) return true
  return Buffer.from(text, 'latin1').equals(Buffer.from(textOf(text), 'utf8'))
}

/** Node passes on UTF-8 only, so other bytes reach the script through a shell. */
function shellLines(filename: string, args: readonly string[], variables: CgiCommand['variables']) {
  const exports = variables.map(([name, value]) => `${name}=${quoted(value)}; export ${name}`)
  return [
    `cd ${quoted(posix.dirname(filename))} || exit`,
    'unset PWD OLDPWD',
    ...exports,
    `exec ${[filename, ...args].map(quoted).join(' ')}`,
  ].join('\n')
}

/** The bytes of a text as a word for a shell, but for line ends at its end. */
function quoted(text: string): string {
  if (/^[\x20-\x26\x28-\x7e]*$/.test(text)) return `'${text}'`
  const octal = [...Buffer.from(text, 'latin1')].map(
    byte => `\\${byte.toString(8).padStart(3, '0')}`,
  )
  return `"$(printf '${octal.join('')}')"`
}

function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
