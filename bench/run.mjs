/**
 * Measures modwsgi-dev beside the servers that are installed in a Python environment: the same site,
 * the same processes and threads, the same load, in one run. CONTRIBUTING.md and docs/benchmarks.md
 * have the commands.
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { preparePythonEnvironment } from '../scripts/python-environment.mjs'
import { runProgram, StepError } from '../scripts/step.mjs'
import { outputOf } from './load.mjs'
import { askPython, machine, ownVersion } from './machine.mjs'
import { writePage } from './page.mjs'
import { allScenarios } from './scenario.mjs'
import { freePort, killAll, ServerProcess } from './server-process.mjs'
import { servers } from './servers.mjs'
import { combined, tableOf } from './table.mjs'

const usage = `npm run bench -- [options]

  --only NAME        a scenario, again for more (default: all; see bench/scenarios)
  --server NAME      a server, again for more (default: all that are installed)
  --python FILE      the Python environment of the servers (default: BENCH_PYTHON, then .test-python)
  --seconds NUMBER   load for each measurement (default: 8)
  --rounds NUMBER    measurements of each server (default: 3, or what the scenario says)
  --json FILE        writes every sample to a file
  --write            puts the tables in docs/benchmarks.md
  --help             shows this`

/** Reads and checks the command line. */
function readOptions() {
  const { values } = parse()
  return {
    ...values,
    seconds: numberOf('--seconds', values.seconds, 8, 120),
    rounds: numberOf('--rounds', values.rounds, undefined, 50),
  }
}

function parse() {
  const text = { type: 'string' }
  const names = { type: 'string', multiple: true }
  const flag = { type: 'boolean' }
  try {
    return parseArgs({
      options: {
        only: names,
        server: names,
        python: text,
        seconds: text,
        rounds: text,
        json: text,
        write: flag,
        help: flag,
      },
    })
  } catch (error) {
    throw new StepError(`${error.message}\n\n${usage}`)
  }
}

function numberOf(option, text, fallback, most) {
  if (text === undefined) return fallback
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new StepError(`${option} takes a whole number from 1 to ${most}, and "${text}" is none`)
}

/** The items with the wanted names, in their own order; all of them where no name is given. */
function chosen(option, items, names) {
  const unknown = names?.find(name => !items.some(item => isNamed(item, name)))
  if (unknown !== undefined) {
    const known = items.map(item => item.name).join(', ')
    throw new StepError(`${option} ${unknown}: there is only ${known}`)
  }
  return items.filter(item => names?.some(name => isNamed(item, name)) ?? true)
}

/** Sample: `gunicorn` names `gunicorn (gthread)`. */
function isNamed(item, name) {
  return item.name === name || item.name.split(' ')[0] === name
}

async function checkWrk() {
  try {
    // Prints its version and leaves with 1.
    await outputOf('wrk', ['--version'], 5000)
  } catch (error) {
    if (error.code !== 'ENOENT') return
    throw new StepError('The benchmark needs wrk on PATH (Debian and Ubuntu: apt-get install wrk)')
  }
}

/** The environment that has the servers, and which of the wanted servers it has. */
async function readEnvironment(options) {
  const named = options.python ?? process.env.BENCH_PYTHON
  const python = named === undefined ? await preparePythonEnvironment() : resolve(named)
  const packages = servers.map(server => server.pack).filter(pack => pack !== undefined)
  const answer = await askPython(python, packages).catch(error => {
    throw new StepError(
      `${python} is not a Python that can be asked for its packages`,
      error.message,
    )
  })
  const versionOf = server =>
    server.pack === undefined ? ownVersion() : answer.versions[server.pack]
  const installed = chosen('--server', servers, options.server)
    .map(server => ({ ...server, version: versionOf(server) }))
    .filter(server => server.version !== undefined)
  return { ...answer, path: python, installed }
}

/** One scenario: all servers in turn, round by round, so that the noise of the machine is shared. */
async function runScenario(scenario, environment, options, base) {
  const folder = join(base, scenario.name)
  await mkdir(folder)
  const site = await scenario.makeSite({ folder, python: environment.path })
  // A server that changed to another user could not keep its bytecode, and would be slower to start.
  await outputOf(environment.path, ['-m', 'compileall', '-q', folder], 60_000)
  const rows = environment.installed
    .filter(server => server.takes(site, scenario))
    .map(server => ({ server, samples: [], failure: undefined }))
  const rounds = options.rounds ?? scenario.rounds ?? 3
  for (let round = 0; round < rounds; round++) {
    for (const row of [...rows.slice(round % rows.length), ...rows.slice(0, round % rows.length)]) {
      await measureRow(row, { scenario, site, environment, options, base, round })
    }
  }
  return rows.map(({ server, samples, failure }) => ({
    server: server.name,
    version: server.version,
    samples,
    failure,
  }))
}

async function measureRow(row, context) {
  if (row.failure !== undefined) return
  const { scenario, site, options, round } = context
  const title = `${scenario.name}, round ${round + 1}: ${row.server.name}`
  try {
    const sample = await scenario.measure({
      launch: () => launch(row.server, context),
      path: site.path,
      connections: scenario.connections,
      seconds: options.seconds,
    })
    row.samples.push(sample)
    const [main] = scenario.columns
    console.error(`${title}: ${main.show(sample[main.key])} ${main.title}`)
  } catch (error) {
    row.failure = error.message
    console.error(`${title}: ${error.message}`)
  }
}

async function launch(server, { scenario, site, environment, base }) {
  const port = await freePort()
  const scratch = await mkdtemp(join(base, 'server-'))
  await chmod(scratch, 0o755)
  const bin = dirname(environment.path)
  const argv = server.argv({
    site,
    python: environment.path,
    bin,
    prefix: environment.prefix,
    port,
    processes: scenario.processes,
    threads: scenario.threads,
    connections: scenario.connections,
    scratch,
  })
  const { DJANGO_SETTINGS_MODULE, ...env } = process.env
  env.PATH = `${bin}${delimiter}${env.PATH}`
  env.PYTHONPATH = site.folder
  const command = { argv, cwd: site.folder, env }
  const started = new ServerProcess(command, port, join(scratch, 'output.log'))
  try {
    await started.firstResponse(site.path, site.isRight)
  } catch (error) {
    await started.stop()
    throw error
  }
  return started
}

/** What stands in docs/benchmarks.md for one scenario. */
function report({ scenario, rows }, environment, options) {
  const rounds = options.rounds ?? scenario.rounds ?? 3
  const load = scenario.columns.some(column => column.key === 'rate')
    ? `, ${options.seconds} s of wrk each`
    : ''
  const command = [
    'npm run bench --',
    `--only ${scenario.name}`,
    ...(options.server ?? []).map(name => `--server ${name}`),
    `--seconds ${options.seconds} --rounds ${rounds}${options.write ? ' --write' : ''}`,
  ].join(' ')
  const django = environment.versions.Django
  return `## ${scenario.title}

${tableOf(scenario, rows)}

\`${command}\`, median of ${rounds} rounds${load}; ${machine()}; Node.js ${process.version.slice(1)}, Python \
${environment.python}${django === undefined ? '' : `, Django ${django}`}; ${new Date().toISOString().slice(0, 10)}.
`
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
  const end = () => {
    killAll()
    process.exit(130)
  }
  process.once('SIGINT', end).once('SIGTERM', end)
  const results = []
  try {
    for (const scenario of scenarios) {
      const rows = await runScenario(scenario, environment, options, base)
      results.push({ scenario, rows })
      console.log(`\n${report(results.at(-1), environment, options)}`)
    }
  } finally {
    killAll()
    await rm(base, { recursive: true, force: true })
  }
  await save(results, environment, options)
}

async function save(results, environment, options) {
  if (options.json !== undefined) {
    const scenarios = results.map(({ scenario, rows }) => ({
      name: scenario.name,
      rows: rows.map(row => ({ ...row, combined: allCombined(scenario, row) })),
    }))
    const { python, versions } = environment
    const facts = { machine: machine(), node: process.version, python, versions, scenarios }
    await writeFile(options.json, `${JSON.stringify(facts, null, 2)}\n`)
  }
  if (options.write) {
    writePage(
      results.map(result => ({
        name: result.scenario.name,
        text: report(result, environment, options),
      })),
    )
  }
  const failed = results.flatMap(({ rows }) => rows.filter(row => row.failure !== undefined))
  if (failed.length > 0) process.exitCode = 1
}

function allCombined(scenario, row) {
  if (row.samples.length === 0) return undefined
  return Object.fromEntries(scenario.columns.map(column => [column.key, combined(row, column)]))
}

await runProgram(main)
