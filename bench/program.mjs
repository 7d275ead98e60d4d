/** The programs beside the servers: wrk, and Python for a moment. */
import { spawn } from 'node:child_process'

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/** Ends every program that still runs; for the end of the whole run. */
export function killPrograms() {
  for (const child of running) child.kill('SIGKILL')
}

/**
 * What a program writes; rejects where it cannot be started or says that it failed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {number} deadline milliseconds after which it is killed
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [place] where it runs
 * @returns {Promise<string>}
 */
export function outputOf(command, args, deadline, place = {}) {
  const child = spawn(command, args, {
    ...place,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deadline,
    killSignal: 'SIGKILL',
  })
  running.add(child)
  const chunks = []
  child.stdout.on('data', chunk => chunks.push(chunk))
  child.stderr.on('data', chunk => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      running.delete(child)
      const output = Buffer.concat(chunks).toString()
      if (code === 0) resolve(output)
      else reject(new Error(`${command} ${args.join(' ')} failed:\n${output}`))
    })
  })
}
