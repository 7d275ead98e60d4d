/** From the rounds of each server to one table. */

/**
 * @typedef {object} Row
 * @property {string} server
 * @property {string} version
 * @property {Record<string, number>[]} samples one for each round
 * @property {string} [failure] why there are fewer
 */

/** The server that the others are compared with. */
export const ours = 'modwsgi-dev'

/**
 * @param {import('./scenario.mjs').Scenario} scenario
 * @param {Row[]} rows
 * @returns {string} Markdown
 */
export function tableOf(scenario, rows) {
  const [main] = scenario.columns
  const own = rows.find(row => row.server === ours)
  const header = [
    'server',
    ...scenario.columns.map(column => column.title),
    'spread',
    'modwsgi-dev',
  ]
  const body = rows.map(row => {
    const name = `${row.server} ${row.version}`
    if (row.samples.length === 0) return [name, 'did not run', ...header.slice(2).map(() => '')]
    return [
      name,
      ...scenario.columns.map(column => column.show(combined(row, column))),
      row.failure === undefined ? spread(row, main) : 'failed later',
      row === own ? '' : ratio(own, row, main),
    ]
  })
  return markdown([header, ['---', ...header.slice(1).map(() => '--:')], ...body])
}

/**
 * The rounds of one server as one number.
 *
 * @param {Row} row
 * @param {import('./scenario.mjs').Column} column
 */
export function combined({ samples }, { key, combine }) {
  const values = samples.map(sample => sample[key])
  if (combine === 'most') return Math.max(...values)
  if (combine === 'sum') return values.reduce((sum, value) => sum + value, 0)
  return median(values)
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** How far the rounds lie apart: the noise that a difference has to exceed. */
function spread(row, column) {
  const values = row.samples.map(sample => sample[column.key])
  const width = (Math.max(...values) - Math.min(...values)) / 2 / median(values)
  return `±${(width * 100).toFixed(0)} %`
}

/** Sample: `4.31 x` the requests, or `0.85 x` the time, of the server of this row. */
function ratio(own, row, column) {
  if (own === undefined || own.samples.length === 0) return ''
  return `${(combined(own, column) / combined(row, column)).toFixed(2)} x`
}

function markdown(lines) {
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
