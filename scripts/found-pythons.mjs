/** Which Python interpreters this machine has. */
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { run } from './step.mjs'

/**
 * @typedef {object} FoundPython
 * @property {string} path
 * @property {string} version such as `3.12.1`
 * @property {number} minor the 12 of it
 * @property {boolean} makesVenvs Debian ships Python without what `python3 -m venv` needs
 */

const question = `
import importlib.util, json, sys
print(json.dumps({
    "major": sys.version_info[0],
    "minor": sys.version_info[1],
    "version": "%d.%d.%d" % sys.version_info[:3],
    "final": sys.version_info[3] == "final",
    "makesVenvs": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
}))
`

/**
 * Every released Python 3 of at least `leastMinor` on PATH and below ~/.pyenv/versions, each minor
 * version once, oldest first.
 *
 * @param {number} leastMinor
 * @returns {Promise<FoundPython[]>}
 */
export async function foundPythons(leastMinor) {
  const answers = await Promise.all(candidates().map(ask))
  const byMinor = new Map()
  for (const python of answers) {
    if (python === undefined || python.minor < leastMinor) continue
    const known = byMinor.get(python.minor)
    if (known === undefined || (python.makesVenvs && !known.makesVenvs)) {
      byMinor.set(python.minor, python)
    }
  }
  return [...byMinor.values()].sort((a, b) => a.minor - b.minor)
}

function candidates() {
  const paths = searchFolders().flatMap(folder =>
    namesIn(folder)
      .filter(name => /^python3(\.\d+)?$/.test(name))
      .map(name => join(folder, name)),
  )
  const unique = new Map()
  for (const path of paths) {
    const real = realpath(path)
    if (!unique.has(real)) unique.set(real, path)
  }
  return [...unique.values()]
}

/** pyenv's shims are left out: they answer for the version chosen in the current folder only. */
function searchFolders() {
  const path = (process.env.PATH ?? '').split(delimiter)
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions')
  return [
    ...path.filter(folder => folder !== '' && !/pyenv.shims\/?$/.test(folder)),
    ...namesIn(pyenv).map(version => join(pyenv, version, 'bin')),
  ]
}

function namesIn(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function realpath(path) {
  return existsSync(path) ? realpathSync(path) : path
}

async function ask(path) {
  const { code, output } = await run(path, ['-I', '-c', question], { deadline: 10_000 })
  const answer = /^\{.*\}$/m.exec(output)
  if (code !== 0 || answer === null) return undefined
  const { major, final, ...python } = JSON.parse(answer[0])
  return major === 3 && final ? { path, ...python } : undefined
}
