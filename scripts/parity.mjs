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
import { openScenarioFiles, scenarioFiles } from '../test/parity/scenarios/index.mjs'
import { prepare } from './prepare.mjs'
import { isProgram, projectFolder, runProgram, StepError } from './step.mjs'

const recorded = join(projectFolder, 'test/parity/recorded')

/** @param {string[]} args */
async function parity(args) {
  const real = findRealTool()
  if (real === null) {
    throw new StepError(
      'There is no mod_wsgi-express: install apache2 and apache2-dev, `pip install mod_wsgi==6.0.5 -r test/requirements.txt` in a virtual environment, and name its program in MOD_WSGI_EXPRESS',
    )
  }
  await prepare()
  const names = args.filter(arg => !arg.startsWith('--'))
  return args.includes('--record') ? record(real, names) : compareLive(real, names)
}

/** The scenarios of each file that the names ask for. */
function chosenScenarios(names) {
  const parts = names.filter(name => scenarioFiles[name] === undefined)
  return Object.entries({ ...scenarioFiles, ...openScenarioFiles })
    .map(([file, scenarios]) => {
      const wanted = names.length === 0 || names.includes(file)
      const some = name => parts.some(part => name.includes(part))
      return [file, scenarios.filter(({ name }) => wanted || some(name))]
    })
    .filter(([, scenarios]) => scenarios.length > 0)
}

async function record(real, names) {
  for (const [file, scenarios] of chosenScenarios(names)) {
    if (scenarioFiles[file] === undefined) continue
    if (scenarios.length < scenarioFiles[file].length) {
      throw new StepError(`Only whole files are recorded: ${file}`)
    }
    const seen = await runScenarios(real, scenarios)
    writeFileSync(join(recorded, `${file}.json`), `${JSON.stringify(seen, null, 1)}\n`)
    console.log(`${file}: recorded`)
  }
  return 0
}

async function compareLive(real, names) {
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
  return differing > 0 ? 1 : 0
}

if (isProgram(import.meta.url)) {
  await runProgram(async () => {
    process.exitCode = await parity(process.argv.slice(2))
  })
}
