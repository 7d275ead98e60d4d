/** Packages that the site of a scenario needs: they are put into the environment of the benchmark where they are missing. */
import { testPython } from '../scripts/python-environment.mjs'
import { StepError } from '../scripts/step.mjs'
import { askPython } from './machine.mjs'
import { outputOf } from './program.mjs'

const installDeadline = 600_000

/**
 * Has an environment hold all these packages, and adds their versions to what is known of it.
 *
 * @param {import('./environment.mjs').Environment} environment
 * @param {string[]} packages
 */
export async function providePackages(environment, packages) {
  const versionsNow = async () => (await askPython(environment.path, packages)).versions
  let versions = await versionsNow()
  const missing = packages.filter(name => versions[name] === undefined)
  if (missing.length > 0) {
    await install(environment.path, missing)
    versions = await versionsNow()
  }
  Object.assign(environment.versions, versions)
}

async function install(python, packages) {
  const names = packages.join(' ')
  // The tests are to have what test/requirements.txt names and nothing else.
  if (python === testPython) {
    throw new StepError(`${names} would be needed: name an environment of your own with --python`)
  }
  console.error(`Installing ${names}`)
  const args = ['-m', 'pip', 'install', '-q', '--no-input', '--disable-pip-version-check']
  await outputOf(python, [...args, ...packages], installDeadline).catch(error => {
    throw new StepError(`pip could not install ${names} for ${python}`, error.message)
  })
}
