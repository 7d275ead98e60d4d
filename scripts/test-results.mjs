/** How many tests passed and failed, from what the two test runners say. */

/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 */

/**
 * Counts the tests in vitest's JSON report. A file that could not be loaded has no tests in the report
 * and counts as one failed; so does a run that ended badly for a reason outside of all tests.
 *
 * @param {string | undefined} report undefined where vitest wrote none
 * @param {number} code the exit code of vitest
 * @returns {Count}
 */
export function countVitest(report, code) {
  if (report === undefined) return { passed: 0, failed: 1 }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report)
  const brokenFiles = testResults.filter(
    file =>
      file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  )
  const failed = numFailedTests + brokenFiles.length
  return { passed: numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed }
}

/**
 * Counts the tests in the output of `python -m unittest`. A run without a result (a crash of the
 * interpreter) and a run without tests count as one failed.
 *
 * Sample: `Ran 12 tests in 0.3s ... FAILED (failures=1, skipped=2)` is 9 passed, 1 failed.
 *
 * @param {string} output
 * @param {number} code the exit code of the interpreter
 * @returns {Count}
 */
export function countUnittest(output, code) {
  const ran = [...output.matchAll(/^Ran (\d+) tests? in /gm)].at(-1)
  if (ran === undefined || ran[1] === '0') return { passed: 0, failed: 1 }
  const result = output.slice(ran.index)
  const number = name => Number(new RegExp(`[(,] ?${name}=(\\d+)`).exec(result)?.[1] ?? 0)
  const failed = number('failures') + number('errors') + number('unexpected successes')
  const passed = Math.max(
    0,
    Number(ran[1]) - failed - number('skipped') - number('expected failures'),
  )
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed }
}

/**
 * @param {Count[]} counts
 * @returns {Count}
 */
export function sum(counts) {
  return {
    passed: counts.reduce((total, count) => total + count.passed, 0),
    failed: counts.reduce((total, count) => total + count.failed, 0),
  }
}

/**
 * The last line of every test run.
 *
 * @param {Count} count
 */
export function totalLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`
}
