/** Scenarios under load: how many requests a server answers in a second, and how soon. */
import { fileURLToPath } from 'node:url'
import { processorSeconds } from './process-tree.mjs'
import { outputOf } from './program.mjs'

const reportScript = fileURLToPath(new URL('./wrk-report.lua', import.meta.url))
const warmUpSeconds = 1

/** @type {import('./scenario.mjs').Column[]} */
export const loadColumns = [
  { key: 'rate', title: 'requests/s', show: thousands, better: 'more', combine: 'median' },
  { key: 'p50', title: 'p50 ms', show: milliseconds, combine: 'median' },
  { key: 'p99', title: 'p99 ms', show: milliseconds, combine: 'median' },
  { key: 'errors', title: 'errors', show: String, combine: 'sum' },
]

/**
 * What a request costs the server: on a machine on which others work as well it says more than how many there were.
 *
 * @type {import('./scenario.mjs').Column}
 */
export const processorColumn = {
  key: 'processor',
  title: 'processor µs/request',
  show: value => value.toFixed(1),
  combine: 'median',
}

/**
 * Keeps the connections of the scenario busy, after a second of warming up.
 *
 * @type {import('./scenario.mjs').Scenario['measure']}
 */
export function measureLoad(subject) {
  return measureLoadWith(subject, {})
}

/**
 * The same with these fields in every request.
 *
 * @param {import('./scenario.mjs').Subject} subject
 * @param {Record<string, string>} fields
 */
export async function measureLoadWith({ launch, path, connections, seconds }, fields) {
  const server = await launch()
  try {
    const url = `http://127.0.0.1:${server.port}${path}`
    await runWrk(url, connections, warmUpSeconds, fields)
    const before = processorSeconds(server.pid)
    const { requests, ...result } = await runWrk(url, connections, seconds, fields)
    const used = processorSeconds(server.pid) - before
    return { ...result, processor: (used * 1e6) / requests }
  } finally {
    await server.stop()
  }
}

/** Two threads of wrk, as it takes at least one core to keep a fast server busy. */
async function runWrk(url, connections, seconds, fields) {
  const headers = Object.entries(fields).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const args = ['-t2', `-c${connections}`, `-d${seconds}s`, ...headers, '-s', reportScript, url]
  const output = await outputOf('wrk', args, (seconds + 15) * 1000)
  const result = /^RESULT (.*)$/m.exec(output)
  if (result === null) throw new Error(`wrk gave no result:\n${output}`)
  const { requests, microseconds, p50, p99, errors } = JSON.parse(result[1])
  return {
    requests,
    rate: requests / (microseconds / 1e6),
    p50: p50 / 1000,
    p99: p99 / 1000,
    errors,
  }
}

function thousands(value) {
  return Math.round(value).toLocaleString('en-US')
}

function milliseconds(value) {
  return value.toFixed(value < 10 ? 2 : 1)
}
