/** A process that runs a worker, whoever has started it: we (here), or a host of another account. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { killGroup, killTree } from './terminate.js'

/** What is started. */
export interface ProcessCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** True: it has our standard input and output, and stays in our process group. Else it leads one of its own. */
  readonly onTerminal: boolean
}

/** How it ended. */
export type ProcessEnd = (code: number | null, signal: NodeJS.Signals | null) => void

export interface StartedProcess {
  /** Undefined when it could not be started, or that is not known yet. */
  readonly pid: number | undefined
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  /** Sends it a signal; false when it is gone. */
  signal(signal: NodeJS.Signals): boolean
  /** Ends it and all that it started, at once. */
  kill(): void
  /** Ends what is left of its process group. */
  killGroup(): void
  /** It could not be started. */
  once(event: 'error', hears: (error: Error) => void): void
  /** `exit`: it is gone; `close`: and all of its output is here. */
  once(event: 'exit' | 'close', hears: ProcessEnd): void
}

export type StartProcess = (command: ProcessCommand) => StartedProcess

/** Starts a process of our own account. */
export const startHere: StartProcess = command => {
  const { program, args, folder, env, onTerminal } = command
  const child = spawn(program, args, {
    cwd: folder,
    // A group (and session) of its own: the terminal's Ctrl-C is for the supervisor alone.
    detached: !onTerminal,
    stdio: onTerminal ? ['inherit', 'inherit', 'pipe'] : ['ignore', 'pipe', 'pipe'],
    env,
  })
  return new Child(child, onTerminal)
}

class Child implements StartedProcess {
  constructor(
    private readonly child: ChildProcess,
    private readonly onTerminal: boolean,
  ) {}

  get pid() {
    return this.child.pid
  }

  get stdout() {
    return this.child.stdout
  }

  get stderr() {
    return this.child.stderr
  }

  signal(signal: NodeJS.Signals): boolean {
    return this.child.kill(signal)
  }

  kill(): void {
    const { pid, exitCode, signalCode } = this.child
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    killTree(pid)
    // It leads no group there.
    if (this.onTerminal) this.child.kill('SIGKILL')
  }

  killGroup(): void {
    if (this.pid !== undefined) killGroup(this.pid)
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of the interface say it
  once(event: string, hears: (...facts: any[]) => void): void {
    this.child.once(event, hears)
  }
}
