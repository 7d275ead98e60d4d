/** A worker that a template has forked: not a child of ours, and seen as one. */
import { EventEmitter } from 'node:events'
import { constants, openSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants as os } from 'node:os'
import { PassThrough } from 'node:stream'
import type { StartedProcess } from './started-process.js'
import { killGroup, killTree } from './terminate.js'

/** Milliseconds between two looks whether a worker is still there whose template says nothing. */
const lookAgain = 200

/** Milliseconds after the end of its output in which the template tells that a worker has ended, unless it hangs. */
const longestWord = 500

export class ForkedProcess extends EventEmitter implements StartedProcess {
  readonly stdout = new PassThrough()
  readonly stderr = null
  pid: number | undefined
  #end: [number | null, NodeJS.Signals | null] | null = null
  #outputEnded = false
  #isUnwanted = false
  #isWatched = false

  /**
   * It runs.
   *
   * @param output path of the reading end of the pipe that its output goes to. Throws when that cannot be opened.
   */
  runs(pid: number, output: string): void {
    this.pid = pid
    this.#read(openSync(output, constants.O_RDONLY | constants.O_NONBLOCK))
    if (this.#isUnwanted) this.kill()
  }

  /** It never ran, or what it prints cannot be had. */
  failed(): void {
    this.kill()
    this.#outputEnded = true
    this.stdout.destroy()
    this.ended(null, null)
  }

  /** @param code and signal: both null where nobody knows */
  ended(code: number | null, signal: number | null): void {
    if (this.#end !== null) return
    this.#end = [code, signal === null ? null : signalName(signal)]
    this.emit('exit', ...this.#end)
    this.#tellClose()
  }

  /** Nobody tells any more that it ends. */
  watchAlone(): void {
    if (this.#end !== null || this.#isWatched) return
    this.#isWatched = true
    if (this.pid === undefined) return this.failed()
    const look = setInterval(() => {
      if (isRunning(this.pid!)) return
      clearInterval(look)
      this.ended(null, null)
    }, lookAgain)
  }

  signal(signal: NodeJS.Signals): boolean {
    if (this.pid === undefined || this.#end !== null) return false
    try {
      return process.kill(this.pid, signal)
    } catch {
      return false
    }
  }

  kill(): void {
    this.#isUnwanted = true
    if (this.pid === undefined || this.#end !== null) return
    killTree(this.pid)
    // It may not lead a group yet.
    this.signal('SIGKILL')
  }

  killGroup(): void {
    if (this.pid !== undefined) killGroup(this.pid)
  }

  #read(descriptor: number): void {
    const output = new Socket({ fd: descriptor, writable: false })
    output.on('error', () => output.destroy())
    output.pipe(this.stdout)
    output.once('close', () => {
      this.stdout.end()
      setTimeout(() => this.watchAlone(), longestWord).unref()
    })
    this.stdout.once('close', () => {
      output.destroy()
      this.#outputEnded = true
      this.#tellClose()
    })
  }

  #tellClose(): void {
    if (this.#end !== null && this.#outputEnded) this.emit('close', ...this.#end)
  }
}

/** False also for a process that has ended and whose parent does not care (proc(5), state). */
function isRunning(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !/[ZX]/.test(text.charAt(text.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

function signalName(number: number): NodeJS.Signals | null {
  const found = Object.entries(os.signals).find(([, value]) => value === number)
  return (found?.[0] ?? null) as NodeJS.Signals | null
}
