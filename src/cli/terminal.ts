/**
 * The settings of the terminal across debug mode: a worker that ends by force at a prompt leaves them as its line
 * editor needs them, without echo.
 */
import { spawnSync } from 'node:child_process'

/** Notes the settings; the function that comes back restores them. Nothing happens where there is no terminal. */
export function keepTerminal(): () => void {
  if (!process.stdin.isTTY) return () => {}
  const { status, stdout } = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'] })
  if (status !== 0) return () => {}
  const settings = stdout.toString('latin1').trim()
  return () => {
    spawnSync('stty', [settings], { stdio: ['inherit', 'ignore', 'ignore'] })
  }
}
