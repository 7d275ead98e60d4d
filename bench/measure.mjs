/** One scenario, measured: a row of samples for each server. */
import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { StepError } from '../scripts/step.mjs'
import { outputOf } from './program.mjs'
import { freePort, ServerProcess } from './server-process.mjs'

/**
 * All servers in turn, round by round, so that the noise of the machine is shared.
 *
 * @param {import('./scenario.mjs').Scenario} scenario
 * @param {import('./environment.mjs').Environment} environment
 * @param {import('./options.mjs').Options} options
 * @param {string} base a folder for everything that is made
 * @returns {Promise<import('./table.mjs').Row[]>}
 */
export async function runScenario(scenario, environment, options, base) {
  const folder = join(base, scenario.name)
  await mkdir(folder)
  const site = await scenario.makeSite({ folder, python: environment.path }).catch(error => {
    throw new StepError(
      `The site of the scenario ${scenario.name} could not be made`,
      error.message,
    )
  })
  // A server that changed to another user could not keep its bytecode, and would be slower to start.
  await outputOf(environment.path, ['-m', 'compileall', '-q', folder], 60_000)
  const rows = environment.installed
    .filter(server => server.takes(site, scenario))
    .filter(server => !scenario.reloads || canReload(server, environment))
    .filter(server => !scenario.cold || server.coldArgv !== undefined)
    .filter(server => options.server !== undefined || isMeant(scenario, server))
    .map(server => ({ server, samples: [], failure: undefined }))
  const rounds = roundsOf(scenario, options)
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

function canReload({ reloadArgv, reloadPack }, { versions }) {
  return reloadArgv !== undefined && (reloadPack === undefined || reloadPack in versions)
}

function isMeant({ servers }, { name }) {
  return servers === undefined || servers.includes(name)
}

/** How often each server is measured. */
export function roundsOf(scenario, options) {
  return options.rounds ?? scenario.rounds ?? 3
}

async function measureRow(row, context) {
  if (row.failure !== undefined) return
  const { scenario, site, options, round } = context
  const title = `${scenario.name}, round ${round + 1}: ${row.server.name}`
  try {
    const sample = await scenario.measure({
      launch: (how = {}) => launch(row.server, context, how),
      runPython: code => outputOf(context.environment.path, ['-c', code], 60_000, placeOf(context)),
      folder: site.folder,
      path: site.path,
      connections: scenario.connections,
      seconds: options.seconds,
      saves: options.saves,
    })
    row.samples.push(sample)
    const [main] = scenario.columns
    console.error(`${title}: ${main.show(sample[main.key])} ${main.title}`)
  } catch (error) {
    row.failure = error.message
    console.error(`${title}: ${error.message}`)
  }
}

async function launch(server, context, { reloads = false, cold = false, processes }) {
  const { scenario, site, environment, base } = context
  const port = await freePort()
  const scratch = await mkdtemp(join(base, 'server-'))
  await chmod(scratch, 0o755)
  const argv = server.argv({
    site,
    reloads,
    python: environment.path,
    bin: dirname(environment.path),
    prefix: environment.prefix,
    port,
    processes: processes ?? scenario.processes,
    threads: scenario.threads,
    connections: scenario.connections,
    scratch,
  })
  if (reloads) argv.push(...server.reloadArgv)
  if (cold) argv.push(...server.coldArgv)
  const command = { argv, ...placeOf(context) }
  const started = new ServerProcess(command, port, join(scratch, 'output.log'))
  try {
    await started.firstResponse(site.path, site.isRight)
  } catch (error) {
    await started.stop()
    throw error
  }
  return started
}

/** Folder and environment of everything that runs the site. */
function placeOf({ site, environment }) {
  const { DJANGO_SETTINGS_MODULE, ...env } = process.env
  env.PATH = `${dirname(environment.path)}${delimiter}${env.PATH}`
  env.PYTHONPATH = site.folder
  return { cwd: site.folder, env: { ...env, ...site.env } }
}
