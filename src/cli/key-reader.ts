/** Lines that are typed on the terminal, read by a process of its own: python/terminal_keys.py says why. */
import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../python/terminal_keys.py', import.meta.url))

/** Longest line that is kept; a terminal gives up to 4096 bytes of one. */
const longestLine = 4096

/**
 * Hands each line to `receive` without its end, until the function that comes back is called.
 *
 * @param python the program that reads
 */
export function readLines(python: string, receive: (line: string) => void): () => void {
  const child = spawn(python, ['-I', '-S', program], {
    stdio: ['inherit', 'pipe', 'ignore', 'pipe'],
  })
  const lifeline = child.stdio[3] as Socket
  let rest = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split(/\r\n|[\r\n]/)
    rest = lines.pop()!.slice(-longestLine)
    for (const line of lines) receive(line)
  })
  // Without a reader there are no keys; the server does not depend on them.
  child.on('error', () => {})
  lifeline.on('error', () => {})
  return () => {
    lifeline.destroy()
    child.stdout!.destroy()
    child.unref()
  }
}
