/** The command line of the benchmark. */
import { parseArgs } from 'node:util'
import { StepError } from '../scripts/step.mjs'

/** What `--help` shows. */
export const usage = `npm run bench -- [options]

  --only NAME        a scenario, again for more (default: all; see bench/scenarios)
  --server NAME      a server, again for more (default: all that are installed)
  --python FILE      the Python environment of the servers (default: BENCH_PYTHON, then .test-python)
  --seconds NUMBER   load for each measurement (default: 8)
  --saves NUMBER     saves for each measurement of reloading (default: what the scenario says)
  --rounds NUMBER    measurements of each server (default: 3, or what the scenario says)
  --json FILE        writes every sample to a file
  --write            puts the tables in docs/benchmarks.md
  --help             shows this`

/**
 * @typedef {object} Options
 * @property {string[]} [only]
 * @property {string[]} [server]
 * @property {string} [python]
 * @property {number} seconds
 * @property {number} [saves]
 * @property {number} [rounds]
 * @property {string} [json]
 * @property {boolean} [write]
 * @property {boolean} [help]
 */

/**
 * Reads and checks the command line.
 *
 * @returns {Options}
 */
export function readOptions() {
  const { values } = parse()
  return {
    ...values,
    seconds: numberOf('--seconds', values.seconds, 8, 120),
    saves: numberOf('--saves', values.saves, undefined, 1000),
    rounds: numberOf('--rounds', values.rounds, undefined, 50),
  }
}

function parse() {
  const text = { type: 'string' }
  const names = { type: 'string', multiple: true }
  const flag = { type: 'boolean' }
  try {
    return parseArgs({
      options: {
        only: names,
        server: names,
        python: text,
        seconds: text,
        saves: text,
        rounds: text,
        json: text,
        write: flag,
        help: flag,
      },
    })
  } catch (error) {
    throw new StepError(`${error.message}\n\n${usage}`)
  }
}

function numberOf(option, text, fallback, most) {
  if (text === undefined) return fallback
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new StepError(`${option} takes a whole number from 1 to ${most}, and "${text}" is none`)
}

/**
 * The items with the wanted names, in their own order; all of them where no name is given.
 *
 * @template {{ name: string }} T
 * @param {string} option that the names were given to
 * @param {T[]} items
 * @param {string[]} [names]
 */
export function chosen(option, items, names) {
  const unknown = names?.find(name => !items.some(item => isNamed(item, name)))
  if (unknown !== undefined) {
    const known = items.map(item => item.name).join(', ')
    throw new StepError(`${option} ${unknown}: there is only ${known}`)
  }
  return items.filter(item => names?.some(name => isNamed(item, name)) ?? true)
}

/** Sample: `gunicorn` names `gunicorn (gthread)`. */
function isNamed(item, name) {
  return item.name === name || item.name.split(' ')[0] === name
}
