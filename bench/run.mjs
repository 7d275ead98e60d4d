/**
 * Measures modwsgi-dev beside the servers that are installed in a Python environment: the same site,
 * the same processes and threads, the same load, in one run. CONTRIBUTING.md and docs/benchmarks.md
 * have the commands.
 */
import { rmSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram, StepError } from '../scripts/step.mjs'
import { readEnvironment } from './environment.mjs'
import { runScenario } from './measure.mjs'
import { chosen, readOptions, usage } from './options.mjs'
import { providePackages } from './packages.mjs'
import { writePage } from './page.mjs'
import { killPrograms, outputOf } from './program.mjs'
import { jsonOf, report } from './report.mjs'
import { allScenarios } from './scenario.mjs'
import { killServers } from './server-process.mjs'

async function checkWrk() {
  try {
    // Prints its version and leaves with 1.
    await outputOf('wrk', ['--version'], 5000)
  } catch (error) {
    if (error.code !== 'ENOENT') return
    throw new StepError('The benchmark needs wrk on PATH (Debian and Ubuntu: apt-get install wrk)')
  }
}

async function main() {
  const options = readOptions()
  if (options.help) return console.log(usage)
  const scenarios = chosen('--only', await allScenarios(), options.only)
  await checkWrk()
  const environment = await readEnvironment(options)
  // Servers that change to another user have to read the sites.
  const base = await mkdtemp(join(tmpdir(), 'modwsgi-dev-bench-'))
  await chmod(base, 0o755)
  const endNow = () => {
    killServers()
    killPrograms()
    rmSync(base, { recursive: true, force: true })
    process.exit(130)
  }
  process.once('SIGINT', endNow).once('SIGTERM', endNow)
  const results = []
  try {
    for (const scenario of scenarios) {
      if (!(await providePackages(environment, scenario))) continue
      const rows = await runScenario(scenario, environment, options, base)
      results.push({ scenario, rows })
      console.log(`\n${report(results.at(-1), environment, options)}`)
    }
  } finally {
    killServers()
    await rm(base, { recursive: true, force: true })
  }
  await save(results, environment, options)
  if (results.some(({ rows }) => rows.some(row => row.failure !== undefined))) process.exitCode = 1
}

async function save(results, environment, options) {
  if (options.json !== undefined) await writeFile(options.json, jsonOf(results, environment))
  if (!options.write) return
  const texts = results.map(result => ({
    name: result.scenario.name,
    text: report(result, environment, options),
  }))
  writePage(texts)
}

await runProgram(main)
