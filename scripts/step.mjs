/**
 * How the scripts run other programs: quietly, with one line for each step that takes time, and with
 * the whole output when a step fails.
 */
import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder that holds package.json. */
export const projectFolder = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** A step that could not be done; `message` says what to do and `output` is what the program said. */
export class StepError extends Error {
  name = 'StepError'

  /**
   * @param {string} message
   * @param {string} [output]
   */
  constructor(message, output = '') {
    super(message)
    this.output = output
  }
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] default: the project folder
 * @property {NodeJS.ProcessEnv} [env] default: our own
 * @property {boolean} [visible] lets the program write to our terminal; its output is not kept then
 * @property {number} [deadline] milliseconds after which the program is killed, default 10 minutes
 */

/**
 * Runs a program to its end. Ctrl-C reaches the program by itself (same process group); this process
 * stays until the program has ended, so that nothing is left behind.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} code 127 where the program does not exist
 */
export function run(command, args, { cwd = projectFolder, env, visible, deadline } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: env ?? process.env,
    stdio: visible ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    timeout: deadline ?? 600_000,
    killSignal: 'SIGKILL',
  })
  const chunks = []
  child.stdout?.on('data', chunk => chunks.push(chunk))
  child.stderr?.on('data', chunk => chunks.push(chunk))
  const stayForCtrlC = () => {}
  const forward = () => child.kill('SIGTERM')
  process.on('SIGINT', stayForCtrlC)
  process.on('SIGTERM', forward)
  return new Promise(resolve => {
    const done = (code, trailer) => {
      process.off('SIGINT', stayForCtrlC)
      process.off('SIGTERM', forward)
      resolve({ code, output: Buffer.concat(chunks).toString() + trailer })
    }
    child.on('error', error => done(127, error.message))
    child.on('close', (code, signal) =>
      done(code ?? 1, signal === null ? '' : `\n${command} was ended by ${signal}\n`),
    )
  })
}

/**
 * Does a step and prints one line for it: the title at once, the seconds when it has ended.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const start = performance.now()
  process.stdout.write(`${title} ... `)
  let ending = 'failed'
  try {
    const result = await work()
    ending = `${((performance.now() - start) / 1000).toFixed(1)} s`
    return result
  } finally {
    process.stdout.write(`${ending}\n`)
  }
}

/**
 * A step that is one program; fails with `sentence` and the program's output.
 *
 * @param {string} title
 * @param {string} sentence
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function programStep(title, sentence, command, args, options) {
  await step(title, async () => {
    const { code, output } = await run(command, args, options)
    if (code !== 0) throw new StepError(sentence, output)
  })
}

/**
 * True where the file with this URL is the program that Node was started with.
 *
 * @param {string} url `import.meta.url` of the asking file
 */
export function isProgram(url) {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === fileURLToPath(url)
}

/**
 * Runs the main function of a script: a StepError becomes its output and its sentence, exit code 1.
 *
 * @param {() => Promise<void>} main
 */
export async function runProgram(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    reportStepError(error)
    process.exitCode = 1
  }
}

/** @param {StepError} error */
export function reportStepError(error) {
  if (error.output.trim() !== '') console.error(error.output.trimEnd())
  console.error(error.message)
}
