/** What a measurement was made on and with. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { projectFolder } from '../scripts/step.mjs'
import { outputOf } from './program.mjs'

const question = `
import importlib.metadata, json, platform, sys
versions = {}
for name in sys.argv[1:]:
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps({"python": platform.python_version(), "prefix": sys.prefix, "versions": versions}))
`

/**
 * What a Python environment has of these packages.
 *
 * @param {string} python
 * @param {string[]} packages
 * @returns {Promise<{ python: string, prefix: string, versions: Record<string, string> }>}
 */
export async function askPython(python, packages) {
  return JSON.parse(await outputOf(python, ['-I', '-c', question, ...packages], 20_000))
}

/** Our own version. */
export function ownVersion() {
  return JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')).version
}

/** One line about the machine. */
export function machine() {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} cores (${model}), ${memory} GB, ${type()} ${release()}`
}
