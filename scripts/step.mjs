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

/** Somebody asked the script to end; it unwinds from here and says nothing more. */
class Interrupted extends Error {
  name = 'Interrupted'

  /** @param {number} code exit code of the script, as a shell has it for the signal */
  constructor(code) {
    super(`interrupted (exit code ${code})`)
    this.code = code
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
 * stays until the program has ended, so that nothing is left behind, and then ends as well.
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
  watchOver(child)
  return new Promise((resolve, reject) => {
    const done = (code, trailer) => {
      leave(child)
      if (interrupted === undefined) {
        resolve({ code, output: Buffer.concat(chunks).toString() + trailer })
      } else {
        reject(interrupted)
      }
    }
    child.on('error', error => done(127, error.message))
    child.on('close', (code, signal) =>
      done(code ?? 1, signal === null ? '' : `\n${command} was ended by ${signal}\n`),
    )
  })
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
/** @type {Interrupted | undefined} */
let interrupted

/** While a program runs, a signal is for the program first. */
function watchOver(child) {
  if (running.size === 0) process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate)
  running.add(child)
}

function leave(child) {
  running.delete(child)
  if (running.size === 0) process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate)
}

function onInterrupt() {
  interrupted = new Interrupted(130)
}

function onTerminate() {
  interrupted = new Interrupted(143)
  for (const child of running) child.kill('SIGTERM')
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
 * Runs the main function of a script: a StepError becomes its output and its sentence, exit code 1;
 * an interruption its exit code.
 *
 * @param {() => Promise<void>} main
 */
export async function runProgram(main) {
  try {
    await main()
  } catch (error) {
    if (error instanceof Interrupted) {
      process.exitCode = error.code
    } else if (error instanceof StepError) {
      reportStepError(error)
      process.exitCode = 1
    } else {
      throw error
    }
  }
}

/** @param {StepError} error */
export function reportStepError(error) {
  if (error.output.trim() !== '') console.error(error.output.trimEnd())
  console.error(error.message)
}
