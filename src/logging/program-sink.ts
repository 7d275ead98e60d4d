/**
 * `--rotatelogs-executable`: a program that takes the lines on its standard input, as Apache's piped logs do.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { type Clock, systemClock } from '../base/clock.js'
import type { LogSink } from './sinks.js'
import { writeWhole } from './write-whole.js'

/** Milliseconds before a program that has ended is started again. */
const pauseBeforeRestart = 1000

/**
 * Starts the program, and again whenever it ends; lines that come meanwhile go to standard error. `close` ends its
 * input, and does not wait for it.
 *
 * @param command the program and its arguments
 * @param folder where it runs
 */
export function programSink(
  [program, ...args]: readonly string[],
  folder: string,
  clock: Clock = systemClock,
): LogSink {
  let running: ChildProcess | null = null
  let closed = false
  let cancelRestart = () => {}

  const start = () => {
    // In a session of its own: Ctrl-C on the terminal must not end it before the last lines are written.
    const child = spawn(program!, args, {
      cwd: folder,
      stdio: ['pipe', 'inherit', 'inherit'],
      detached: true,
    })
    child.unref()
    running = child
    // It does not read any more: its end is told as well.
    child.stdin!.on('error', () => {})
    child.once('error', ended)
    child.once('exit', ended)
  }
  const ended = () => {
    if (running === null || closed) return
    running = null
    cancelRestart = clock.after(pauseBeforeRestart, start)
  }

  start()
  return {
    write(lines) {
      if (running === null || closed) writeWhole(2, lines)
      else running.stdin!.write(lines)
    },
    close() {
      closed = true
      cancelRestart()
      running?.stdin?.end()
    },
  }
}
