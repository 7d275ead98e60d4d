/** Packages that the site of a scenario needs: where they are missing, they are put into the environment of the benchmark. */
import { testPython } from '../scripts/python-environment.mjs'
import { StepError } from '../scripts/step.mjs'
import { askPython } from './machine.mjs'
import { outputOf } from './program.mjs'

const installDeadline = 600_000

/**
 * Has an environment hold all that a scenario needs, and adds the versions to what is known of it. False, with a line
 * that says why, for the environment of the tests: it is to have what test/requirements.txt names and nothing else.
 *
 * @param {import('./environment.mjs').Environment} environment
 * @param {import('./scenario.mjs').Scenario} scenario
 * @returns {Promise<boolean>}
 */
export async function providePackages(environment, { name, packages = [] }) {
  const versionsNow = async () => (await askPython(environment.path, packages)).versions
  let versions = await versionsNow()
  const missing = packages.filter(pack => versions[pack] === undefined)
  if (missing.length > 0 && environment.path === testPython) {
    console.error(
      `${name} is left out: it needs ${missing.join(' ')}, and an environment of its own`,
    )
    return false
  }
  if (missing.length > 0) {
    await install(environment.path, missing)
    versions = await versionsNow()
  }
  Object.assign(environment.versions, versions)
  return true
}

async function install(python, packages) {
  const names = packages.join(' ')
  console.error(`Installing ${names}`)
  const args = ['-m', 'pip', 'install', '-q', '--no-input', '--disable-pip-version-check']
  await outputOf(python, [...args, ...packages], installDeadline).catch(error => {
    throw new StepError(`pip could not install ${names} for ${python}`, error.message)
  })
}
