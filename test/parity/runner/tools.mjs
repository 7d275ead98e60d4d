/** The two tools that run the scenarios. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../../../bin/modwsgi-dev.js', import.meta.url))

/**
 * modwsgi-dev of this clone.
 *
 * @param {string} python runs the workers
 * @returns {import('./started-tool.mjs').Tool}
 */
export function ownTool(python) {
  return {
    name: 'modwsgi-dev',
    command: [process.execPath, command],
    manage: [process.execPath, command],
    extra: [
      ...(accountCanUse(python) ? accountArguments() : []),
      '--python',
      python,
      '--disable-dev-header',
    ],
    env: {},
  }
}

/**
 * Whether the account that root runs the tools with can execute this Python, and read this clone: not below a
 * home of root that is closed to others. Without it our own tool runs as root.
 */
export function accountCanUse(python) {
  return [python, realpathSync(python), command].every(path => isOpen(dirname(path)))
}

/** Whether others than the owner may enter a folder. */
function isOpen(folder) {
  const open = (statSync(folder).mode & 0o001) !== 0
  return open && (folder === dirname(folder) || isOpen(dirname(folder)))
}

/**
 * mod_wsgi-express, as MOD_WSGI_EXPRESS names it, or from PATH; null where there is none.
 *
 * @returns {(import('./started-tool.mjs').Tool & { python: string }) | null}
 */
export function findRealTool(env = process.env) {
  const folders = (env.PATH ?? '').split(delimiter)
  const candidates = [
    ...(env.MOD_WSGI_EXPRESS ? [env.MOD_WSGI_EXPRESS] : []),
    ...folders.map(folder => join(folder, 'mod_wsgi-express')),
  ]
  const program = candidates.find(isExecutable)
  if (program === undefined) return null
  return {
    name: 'mod_wsgi-express',
    command: [program],
    manage: [join(dirname(program), 'python'), 'manage.py'],
    extra: [...accountArguments(), '--locale', 'C.UTF-8'],
    env: {},
    python: join(dirname(program), 'python'),
  }
}

/** The real tool refuses to run as root. */
function accountArguments() {
  return process.getuid?.() === 0 ? ['--user', 'www-data', '--group', 'www-data'] : []
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
