/** The terminal that the command has, if it has one. */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/**
 * Notes the settings of the terminal for the time of debug mode: a worker that ends by force at a prompt leaves them as
 * its line editor needs them, without echo. The function that comes back restores them. Nothing happens where there is no terminal.
 */
export function keepTerminal(): () => void {
  if (!process.stdin.isTTY) return () => {}
  const { status, stdout } = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'] })
  if (status !== 0) return () => {}
  const settings = stdout.toString('latin1').trim()
  return () => {
    spawnSync('stty', [settings], { stdio: ['inherit', 'ignore', 'ignore'] })
  }
}

/** Whether this process has a controlling terminal. */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
