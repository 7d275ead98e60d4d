/**
 * Runs the tests: those of Node with vitest, then those of the worker package on every Python that
 * this machine has. Arguments go to vitest (`npm test -- test/front`), and then Python is left out.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foundPythons } from './found-pythons.mjs'
import { prepare } from './prepare.mjs'
import { preparePythonEnvironment } from './python-environment.mjs'
import { isProgram, projectFolder, reportStepError, run, runProgram, StepError } from './step.mjs'
import { countUnittest, countVitest, sum, totalLine } from './test-results.mjs'

/** The oldest Python that a worker runs on. */
const leastMinor = 8
const minute = 60_000

/**
 * Prepares, then runs everything, or what the arguments name.
 *
 * @param {string[]} args for vitest
 * @returns {Promise<import('./test-results.mjs').Count>}
 */
export async function runTests(args) {
  try {
    await prepare()
    await preparePythonEnvironment()
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    reportStepError(error)
    return { passed: 0, failed: 1 }
  }
  const node = await runVitest(args)
  return args.length > 0 ? node : sum([node, await runUnittests()])
}

async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-dev-tests-'))
  const report = join(folder, 'report.json')
  try {
    const { code } = await run(
      process.execPath,
      [
        join(projectFolder, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...args,
      ],
      { visible: true, deadline: 20 * minute },
    )
    return countVitest(textOf(report), code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

async function runUnittests() {
  console.log(' Python tests')
  const counts = []
  for (const python of await foundPythons(leastMinor)) counts.push(await runUnittest(python))
  if (counts.length === 0) {
    console.error(
      ` No Python 3.${leastMinor} or newer was found on PATH or below ~/.pyenv/versions`,
    )
    return { passed: 0, failed: 1 }
  }
  console.log()
  return sum(counts)
}

async function runUnittest({ path, version }) {
  const { code, output } = await run(
    path,
    ['-m', 'unittest', 'discover', '-s', 'test/python', '-t', 'test/python'],
    { deadline: 5 * minute, env: pythonEnvironment() },
  )
  const count = countUnittest(output, code)
  if (count.failed > 0) console.log(output.trimEnd())
  console.log(`   Python ${version.padEnd(8)} ${totalLine(count)}`)
  return count
}

/** Without the settings of the user's Python, which are for another version or another project. */
function pythonEnvironment() {
  const { PYTHONHOME, VIRTUAL_ENV, ...env } = process.env
  return {
    ...env,
    PYTHONPATH: join(projectFolder, 'python'),
    PYTHONDONTWRITEBYTECODE: '1',
  }
}

if (isProgram(import.meta.url)) {
  await runProgram(async () => {
    const count = await runTests(process.argv.slice(2))
    process.exitCode = count.failed > 0 ? 1 : 0
    console.log(totalLine(count))
  })
}
