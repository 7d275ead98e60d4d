/** Makes .test-python: the virtual environment with Django that the tests run sites in. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { foundPythons } from './found-pythons.mjs'
import { isProgram, programStep, projectFolder, runProgram, StepError } from './step.mjs'

/** Django's own demand on Python, for the oldest Django in test/requirements.txt. */
const leastMinor = 10

const requirements = join(projectFolder, 'test', 'requirements.txt')
const environment = join(projectFolder, '.test-python')
const stampFile = join(environment, '.made-from')

/** The interpreter of the test environment, there or not. */
export const testPython = join(environment, 'bin', 'python')

/**
 * Makes the environment unless it is there already, made from the present requirements.
 *
 * @returns {Promise<string>} the path of its interpreter
 */
export async function preparePythonEnvironment() {
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  if (isMadeFrom(wanted)) return testPython
  const python = await newestPython()
  rmSync(environment, { recursive: true, force: true })
  await programStep(
    `Making the Python test environment (.test-python, Python ${python.version})`,
    `${python.path} -m venv failed; see its output above`,
    python.path,
    ['-m', 'venv', environment],
  )
  await programStep(
    'Installing test/requirements.txt into it (pip)',
    'pip could not install test/requirements.txt; see its output above, check the network, and start again',
    testPython,
    ['-m', 'pip', 'install', '-q', '--no-input', '--retries', '2', '-r', requirements],
    { env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' } },
  )
  writeFileSync(stampFile, wanted)
  return testPython
}

/** existsSync follows the link: an environment whose Python was removed counts as missing. */
function isMadeFrom(wanted) {
  return (
    existsSync(testPython) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted
  )
}

async function newestPython() {
  const pythons = await foundPythons(leastMinor)
  const usable = pythons.filter(python => python.makesVenvs).at(-1)
  if (usable !== undefined) return usable
  if (pythons.length === 0) {
    throw new StepError(
      `The tests need Python 3.${leastMinor} or newer, and none was found on PATH or below ~/.pyenv/versions; install one and start again`,
    )
  }
  throw new StepError(
    `${pythons.at(-1).path} cannot make virtual environments; install its venv package (Debian and Ubuntu: python3-venv) and start again`,
  )
}

if (isProgram(import.meta.url)) {
  await runProgram(async () => {
    await preparePythonEnvironment()
  })
}
