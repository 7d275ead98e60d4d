/**
 * Makes a clone ready to run: checks Node, installs the packages, builds dist. Does nothing, in a few
 * milliseconds, when all of that is in place. Runs before anything is installed, so it imports nothing
 * but Node and its neighbours.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildDocs, docsSources } from './build-docs.mjs'
import { isProgram, programStep, projectFolder, runProgram, StepError } from './step.mjs'

const inProject = (...names) => join(projectFolder, ...names)
const stampFile = inProject('dist', '.built-from')

/** Brings node_modules and dist in step with the sources. */
export async function prepare() {
  checkNode(process.versions.node)
  if (!packagesInstalled()) await installPackages()
  const source = sourceHash()
  if (!builtFrom(source)) await build(source)
}

/**
 * @param {string} version such as `20.19.0`
 */
export function checkNode(version) {
  const { engines } = readJson(inProject('package.json'))
  const least = engines.node.replace('>=', '')
  const [major, minor] = version.split('.').map(Number)
  const [leastMajor, leastMinor] = least.split('.').map(Number)
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return
  throw new StepError(
    `modwsgi-dev needs Node.js ${least} or newer, and this is ${version}; install a newer one and start again`,
  )
}

/**
 * npm writes what it installed to node_modules/.package-lock.json as the last thing it does; packages
 * for other platforms are marked optional and stay out of it.
 */
function packagesInstalled() {
  const lockFile = inProject('package-lock.json')
  const installedFile = inProject('node_modules', '.package-lock.json')
  if (!existsSync(installedFile)) return false
  if (!existsSync(lockFile)) return true
  const installed = readJson(installedFile).packages
  return Object.entries(readJson(lockFile).packages).every(
    ([path, wanted]) =>
      path === '' ||
      (installed[path] === undefined && wanted.optional === true) ||
      installed[path]?.version === wanted.version,
  )
}

async function installPackages() {
  const verb = existsSync(inProject('package-lock.json')) ? 'ci' : 'install'
  const args = [verb, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  // Under `npm start` this is the npm that the user called, which may not be the first on PATH.
  const npm = process.env.npm_execpath
  const [command, ...rest] = npm?.endsWith('.js')
    ? [process.execPath, npm, ...args]
    : ['npm', ...args]
  await programStep(
    `Installing the packages (npm ${verb})`,
    `npm ${verb} failed; see its output above, check the network, and start again`,
    command,
    rest,
  )
}

function sourceHash() {
  const hash = createHash('sha256')
  for (const name of [
    'package-lock.json',
    'rolldown.config.mjs',
    'tsconfig.json',
    'scripts/build-docs.mjs',
    ...docsSources(),
    ...sourceFiles(),
  ]) {
    const path = inProject(name)
    if (existsSync(path)) hash.update(`${name}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

function sourceFiles() {
  return filesBelow('src').filter(path => path.endsWith('.ts'))
}

function filesBelow(folder) {
  if (!existsSync(inProject(folder))) return []
  return readdirSync(inProject(folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? filesBelow(path) : [path]
    })
}

function builtFrom(source) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === source
}

async function build(source) {
  rmSync(inProject('dist'), { recursive: true, force: true })
  await programStep(
    'Building',
    'The build failed; mend the errors above and start again',
    process.execPath,
    [inProject('node_modules/rolldown/bin/cli.mjs'), '-c', '--log-level', 'warn'],
  )
  await buildDocs()
  writeFileSync(stampFile, source)
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

if (isProgram(import.meta.url)) await runProgram(prepare)
