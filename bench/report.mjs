/** The results of a scenario as text, and those of all as JSON. */
import { machine } from './machine.mjs'
import { roundsOf } from './measure.mjs'
import { combined, ours, tableOf } from './table.mjs'

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
    ...(options.saves === undefined ? [] : [`--saves ${options.saves}`]),
    `--seconds ${options.seconds} --rounds ${rounds}${options.write ? ' --write' : ''}`,
  ].join(' ')
  const packages = ['Django', ...(scenario.packages ?? [])]
  const versions = packages
    .filter(name => environment.versions[name] !== undefined)
    .map(name => `, ${name} ${environment.versions[name]}`)
    .join('')
  // Those of reloading have a section of their own.
  return `${scenario.reloads ? '###' : '##'} ${scenario.title}

${tableOf(scenario, rows)}
${judged(scenario, rows)}
\`${command}\`, median of ${rounds} rounds${load}; ${machine()}; Node.js ${process.version.slice(1)}, Python \
${environment.python}${versions}; ${new Date().toISOString().slice(0, 10)}.
`
}

/** A line for each target: what was asked of modwsgi-dev, and what came of it. */
function judged(scenario, rows) {
  const own = rows.find(row => row.server === ours)
  if (own === undefined || own.samples.length === 0) return ''
  const figures = allCombined(scenario, own)
  const lines = (scenario.targets ?? []).map(({ key, says, most }) => {
    const { title, show } = scenario.columns.find(column => column.key === key)
    const verdict = figures[key] <= most(figures) ? 'met' : '**missed**'
    return `- ${title}, target: ${says}; ${show(figures[key])}, ${verdict}`
  })
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`
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
