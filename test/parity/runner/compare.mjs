/** Observations of two tools side by side. */
import { isDeepStrictEqual } from 'node:util'

/**
 * @typedef {object} Difference
 * @property {string} scenario
 * @property {string} probe
 * @property {unknown} expected what mod_wsgi-express does
 * @property {unknown} seen what modwsgi-dev does
 * @property {string | null} row the row of docs/differences.md that allows it
 */

/**
 * Compares all probes. A probe that is said to differ, and does not, is a difference as well.
 *
 * @param {readonly import('./run.mjs').Scenario[]} scenarios
 * @param {Record<string, Record<string, unknown>>} expected
 * @param {Record<string, Record<string, unknown>>} seen
 * @returns {{ same: number, allowed: Difference[], differing: Difference[] }}
 */
export function compare(scenarios, expected, seen) {
  const result = { same: 0, allowed: [], differing: [] }
  for (const { name, probes, differs = {} } of scenarios) {
    for (const probe of Object.keys(probes)) {
      const pair = { expected: expected[name]?.[probe], seen: seen[name]?.[probe] }
      const row = differs[probe] ?? null
      const difference = { scenario: name, probe, ...pair, row }
      const same = isDeepStrictEqual(plain(pair.expected), plain(pair.seen))
      if (same && row === null) result.same++
      else if (!same && row !== null) result.allowed.push(difference)
      else result.differing.push(difference)
    }
  }
  return result
}

function plain(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/**
 * The lines in which two observations differ, for people.
 *
 * @param {Difference} difference
 * @returns {string}
 */
export function describeDifference({ scenario, probe, expected, seen, row }) {
  const title = `${scenario}: ${probe}${row === null ? '' : ` (differs on purpose: ${row})`}`
  if (isDeepStrictEqual(plain(expected), plain(seen))) return `${title}\n  is the same\n`
  const left = linesOf(expected)
  const right = linesOf(seen)
  const lines = [
    ...left.filter(line => !right.includes(line)).map(line => `  - ${line}`),
    ...right.filter(line => !left.includes(line)).map(line => `  + ${line}`),
  ]
  // The same values in another order or number.
  if (lines.length === 0)
    lines.push(...left.map(line => `  - ${line}`), ...right.map(line => `  + ${line}`))
  return `${title}\n${lines.join('\n')}\n`
}

/** Each value with its path: `fields.3: "etag: x"`. */
function linesOf(value, path = '') {
  if (typeof value !== 'object' || value === null) return [`${path}: ${JSON.stringify(value)}`]
  const entries = Object.entries(value)
  if (entries.length === 0) return [`${path}: ${JSON.stringify(value)}`]
  const isList = Array.isArray(value)
  return entries.flatMap(([key, item]) =>
    linesOf(item, isList ? path : path === '' ? key : `${path}.${key}`),
  )
}
