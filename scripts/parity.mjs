/**
 * Compares modwsgi-dev with the real mod_wsgi-express: both run the scenarios of test/parity. With --record the
 * observations of the real tool are stored, for machines that do not have it. Arguments are names of
 * scenario files, or parts of names of scenarios; without any all are run.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compare, describeDifference } from '../test/parity/runner/compare.mjs'
import { runScenarios } from '../test/parity/runner/run.mjs'
import { findRealTool, ownTool } from '../test/parity/runner/tools.mjs'
import { scenarioFiles } from '../test/parity/scenarios/index.mjs'
import { prepare } from './prepare.mjs'
import { isProgram, projectFolder, runProgram, StepError } from './step.mjs'

const recorded = join(projectFolder, 'test/parity/recorded')

/** @param {string[]} args */
async function parity(args) {
  await prepare()
  const names = args.filter(arg => !arg.startsWith('--'))
  if (args.includes('--record')) return record(names)
  const { failed } = await compareLive(names)
  process.exitCode = failed > 0 ? 1 : 0
}

function realTool() {
  const real = findRealTool()
  if (real !== null) return real
  throw new StepError(
    'There is no mod_wsgi-express: install apache2 and apache2-dev, `pip install mod_wsgi==6.0.5 -r test/requirements.txt` in a virtual environment, and name its program in MOD_WSGI_EXPRESS',
  )
}

/** The scenarios of each file that the names ask for. */
function chosenScenarios(names) {
  const parts = names.filter(name => scenarioFiles[name] === undefined)
  return Object.entries(scenarioFiles)
    .map(([file, scenarios]) => {
      const wanted = names.length === 0 || names.includes(file)
      const some = name => parts.some(part => name.includes(part))
      return [file, scenarios.filter(({ name }) => wanted || some(name))]
    })
    .filter(([, scenarios]) => scenarios.length > 0)
}

async function record(names) {
  const real = realTool()
  for (const [file, scenarios] of chosenScenarios(names)) {
    if (scenarios.length < scenarioFiles[file].length) {
      throw new StepError(`Only whole files are recorded: ${file}`)
    }
    const seen = await runScenarios(real, scenarios)
    writeFileSync(join(recorded, `${file}.json`), `${JSON.stringify(seen, null, 1)}\n`)
    console.log(`${file}: recorded`)
  }
}

/**
 * Runs both tools and prints the differences.
 *
 * @param {string[]} names of files or parts of names of scenarios; none: all
 * @returns {Promise<import('./test-results.mjs').Count>} of the probes: those that differ on purpose have passed
 */
export async function compareLive(names) {
  const real = realTool()
  let same = 0
  let allowed = 0
  let differing = 0
  const chosen = chosenScenarios(names)
  const all = chosen.flatMap(([, scenarios]) => scenarios)
  const expected = await runScenarios(real, all)
  const seen = await runScenarios(ownTool(real.python), all)
  for (const [file, scenarios] of chosen) {
    const result = compare(scenarios, expected, seen)
    same += result.same
    allowed += result.allowed.length
    differing += result.differing.length
    console.log(`${file}: ${result.same} same, ${result.differing.length} differ`)
    for (const difference of result.differing) console.log(describeDifference(difference))
  }
  console.log(
    `${same} same, ${allowed} differ on purpose (docs/differences.md), ${differing} differ`,
  )
  return { passed: same + allowed, failed: differing }
}

if (isProgram(import.meta.url)) {
  await runProgram(() => parity(process.argv.slice(2)))
}
