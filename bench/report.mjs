/** The results of a scenario as text, and those of all as JSON. */
import { machine } from './machine.mjs'
import { roundsOf } from './measure.mjs'
import { combined, tableOf } from './table.mjs'

/**
 * @typedef {object} Result
 * @property {import('./scenario.mjs').Scenario} scenario
 * @property {import('./table.mjs').Row[]} rows
 */

/**
 * What stands in docs/benchmarks.md for one scenario.
 *
 * @param {Result} result
 * @param {import('./environment.mjs').Environment} environment
 * @param {import('./options.mjs').Options} options
 */
export function report({ scenario, rows }, environment, options) {
  const rounds = roundsOf(scenario, options)
  const load = scenario.columns.some(column => column.key === 'rate')
    ? `, ${options.seconds} s of wrk each`
    : ''
  const command = [
    'npm run bench --',
    `--only ${scenario.name}`,
    ...(options.server ?? []).map(name => `--server ${name}`),
    `--seconds ${options.seconds} --rounds ${rounds}${options.write ? ' --write' : ''}`,
  ].join(' ')
  const django = environment.versions.Django
  return `## ${scenario.title}

${tableOf(scenario, rows)}

\`${command}\`, median of ${rounds} rounds${load}; ${machine()}; Node.js ${process.version.slice(1)}, Python \
${environment.python}${django === undefined ? '' : `, Django ${django}`}; ${new Date().toISOString().slice(0, 10)}.
`
}

/**
 * Every sample, for programs.
 *
 * @param {Result[]} results
 * @param {import('./environment.mjs').Environment} environment
 */
export function jsonOf(results, { python, versions }) {
  const scenarios = results.map(({ scenario, rows }) => ({
    name: scenario.name,
    rows: rows.map(row => ({ ...row, combined: allCombined(scenario, row) })),
  }))
  const facts = { machine: machine(), node: process.version, python, versions, scenarios }
  return `${JSON.stringify(facts, null, 2)}\n`
}

function allCombined(scenario, row) {
  if (row.samples.length === 0) return undefined
  return Object.fromEntries(scenario.columns.map(column => [column.key, combined(row, column)]))
}
