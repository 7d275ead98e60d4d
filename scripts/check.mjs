/**
 * The whole gate: types, lint and format, docs in step with the code, and all tests; where MOD_WSGI_EXPRESS
 * names the original, also the live comparison with it.
 */
import { join } from 'node:path'
import { compareLive } from './parity.mjs'
import { prepare } from './prepare.mjs'
import { projectFolder, reportStepError, run, runProgram, StepError } from './step.mjs'
import { runTests } from './test.mjs'
import { sum, totalLine } from './test-results.mjs'

/** Each is a Node program; the arrows between the layers are a test (test/layers.test.ts). */
const checks = [
  { name: 'types', program: 'node_modules/typescript/bin/tsc', args: ['-p', 'scripts/types.json'] },
  {
    name: 'lint and format',
    program: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings', '--diagnostic-level=warn'],
  },
  { name: 'docs', program: 'scripts/write-options-doc.mjs', args: ['--check'] },
]

/** Every check is done, so that one run shows all there is to mend. */
async function failedChecks() {
  const failed = []
  for (const { name, program, args } of checks) {
    const { code, output } = await run(process.execPath, [join(projectFolder, program), ...args])
    console.log(`${name}: ${code === 0 ? 'in order' : 'failed'}`)
    if (code !== 0) {
      console.log(output.trimEnd())
      failed.push(name)
    }
  }
  return failed
}

async function check() {
  try {
    await prepare()
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    reportStepError(error)
    return { passed: 0, failed: 1 }
  }
  const failed = await failedChecks()
  const tests = sum([await runTests([]), await compareWithOriginal()])
  if (failed.length > 0) console.log(`Beside the tests failed: ${failed.join(', ')}`)
  return { passed: tests.passed, failed: tests.failed + failed.length }
}

async function compareWithOriginal() {
  if (!process.env.MOD_WSGI_EXPRESS) return { passed: 0, failed: 0 }
  console.log(' Live comparison with mod_wsgi-express')
  return compareLive([])
}

await runProgram(async () => {
  const count = await check()
  process.exitCode = count.failed > 0 ? 1 : 0
  console.log(totalLine(count))
})
