/** The Python environment that holds the servers. */
import { resolve } from 'node:path'
import { preparePythonEnvironment } from '../scripts/python-environment.mjs'
import { StepError } from '../scripts/step.mjs'
import { askPython, ownVersion } from './machine.mjs'
import { chosen } from './options.mjs'
import { servers } from './servers.mjs'

/**
 * @typedef {object} Environment
 * @property {string} path of its interpreter
 * @property {string} python its version
 * @property {string} prefix its folder
 * @property {Record<string, string>} versions of the packages that it has
 * @property {(import('./servers.mjs').Server & { version: string })[]} installed of the wanted servers
 */

/**
 * The environment that has the servers, and which of the wanted servers it has.
 *
 * @param {import('./options.mjs').Options} options
 * @returns {Promise<Environment>}
 */
export async function readEnvironment(options) {
  const named = options.python ?? process.env.BENCH_PYTHON
  const python = named === undefined ? await preparePythonEnvironment() : resolve(named)
  const packages = servers
    .flatMap(server => [server.pack, server.reloadPack])
    .filter(pack => pack !== undefined)
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
