/** The Python that the tests run sites in, made by scripts/python-environment.mjs. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the test environment; also holds what tests keep from run to run. */
export const environmentFolder = fileURLToPath(new URL('../../.test-python', import.meta.url))

/** The absolute path of an interpreter that has the Django of test/requirements.txt. */
export function testPython(): string {
  const path = `${environmentFolder}/bin/python`
  if (existsSync(path)) return path
  throw new Error(
    'The Python test environment is missing: run npm test, or node scripts/python-environment.mjs',
  )
}
