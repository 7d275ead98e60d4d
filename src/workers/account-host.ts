/**
 * Processes of another account than the server's, for `--service-user` and `--service-group`: a host of that account
 * starts them (account-host-program.ts), since the server itself has given up root.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Account } from '../base/account.js'
import type { HostFact, HostOrder } from './account-host-messages.js'
import type { ProcessEnd, StartedProcess, StartProcess } from './started-process.js'

export interface AccountHost {
  /** Starts a process of the account. */
  readonly start: StartProcess
  /** Ends the host, and by force what it has started. */
  close(): void
}

const hostProgram = fileURLToPath(new URL('../../dist/cli/account-host.js', import.meta.url))

/** Starts the host; to be called while we are root. */
export function openAccountHost(account: Account): AccountHost {
  const host = fork(hostProgram, [JSON.stringify(account)], {
    cwd: '/',
    // Each process brings its own; root's is none of theirs.
    env: { PATH: process.env['PATH'] },
    execArgv: [],
    // Ctrl-C on the terminal is for the server.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const hosted = new Map<number, Hosted>()
  let last = 0
  let closing = false
  host.on('message', fact => {
    const { number } = fact as HostFact
    hosted.get(number)?.hear(fact as HostFact)
    if ((fact as HostFact).type === 'close') hosted.delete(number)
  })
  host.once('exit', () => {
    for (const process of hosted.values()) process.hostIsGone(closing)
  })
  return {
    start({ onTerminal: _, ...command }) {
      const process = new Hosted(++last, host)
      hosted.set(last, process)
      process.order({ type: 'start', number: last, command })
      return process
    },
    close() {
      closing = true
      if (host.connected) host.disconnect()
    },
  }
}

class Hosted extends EventEmitter implements StartedProcess {
  readonly stdout = new PassThrough()
  readonly stderr = new PassThrough()
  pid: number | undefined
  #openStreams = 2
  /** Code and signal, once it is gone. */
  #end: Parameters<ProcessEnd> | null = null

  constructor(
    private readonly number: number,
    private readonly host: ChildProcess,
  ) {
    super()
    for (const stream of [this.stdout, this.stderr]) {
      stream.once('close', () => {
        this.#openStreams--
        this.#tellClose()
      })
    }
  }

  signal(signal: NodeJS.Signals): boolean {
    if (this.#end !== null) return false
    this.order({ type: 'signal', number: this.number, signal })
    return true
  }

  kill(): void {
    if (this.#end === null) this.order({ type: 'kill', number: this.number })
  }

  /** The host has done it. */
  killGroup(): void {}

  order(order: HostOrder): void {
    // Should it be going at this moment, its end follows.
    if (this.host.connected) this.host.send(order, () => {})
    else setImmediate(() => this.hostIsGone(false))
  }

  hear(fact: HostFact): void {
    switch (fact.type) {
      case 'started':
        this.pid = fact.pid
        return
      case 'failed':
        return this.#failed(fact.message)
      case 'output':
        // The reader may have given up what comes after the end of the process.
        if (!this[fact.stream].destroyed) this[fact.stream].write(fact.bytes)
        return
      case 'exit':
        return this.#exited(fact.code, fact.signal)
      case 'close':
        return this.#endStreams()
    }
  }

  /** @param wanted the server has ended it */
  hostIsGone(wanted: boolean): void {
    if (this.#end !== null) return
    if (!wanted) this.#failed('the process that starts those of this account is gone')
    this.#exited(null, 'SIGKILL')
    this.#endStreams()
  }

  /** As with a ChildProcess only the first failure is listened for. */
  #failed(message: string): void {
    if (this.listenerCount('error') > 0) this.emit('error', new Error(message))
  }

  #exited(...end: Parameters<ProcessEnd>): void {
    this.#end = end
    this.emit('exit', ...end)
    this.#tellClose()
  }

  #endStreams(): void {
    this.stdout.end()
    this.stderr.end()
  }

  #tellClose(): void {
    if (this.#end !== null && this.#openStreams === 0) this.emit('close', ...this.#end)
  }
}
