/**
 * `setup-server`, and `--setup-only`: writes what is needed to run the server later, from anywhere and without the
 * environment of today, and starts nothing.
 */
import { chmodSync, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Account } from '../base/account.js'
import { exitCode, UserError } from '../base/errors.js'
import type { Settings } from '../settings/settings.js'
import { settingsText } from '../settings/settings-file.js'
import { askProgram, type Python } from '../workers/python.js'
import { banner, type SetUpFiles } from './banner.js'
import { checkSite } from './check-site.js'
import { controlScriptText } from './control-script.js'
import { prepareDebugTools } from './debug-tools.js'
import { ownGroup, ownUser } from './privileges.js'
import { prepareServerRoot, serverRootFiles } from './server-root.js'
import { serviceUnitText } from './service-unit.js'
import { shellWord } from './shell-text.js'
import { type CommandPlace, planSite, type SitePlan } from './site-plan.js'
import { rootWarning } from './start-warnings.js'

const program = fileURLToPath(new URL('../../bin/modwsgi-dev.js', import.meta.url))

/** Seconds beside --shutdown-timeout that the end of a server may take, for what it ends by force. */
const stopReserve = 10

const settingsHead = `# The settings of this server, in the words of the options of modwsgi-dev; all paths are absolute.
# Made anew when the server is set up again. After a change: apachectl configtest, apachectl restart.

`

const envvarsText = `# Read by a shell before the server starts: what it exports is in the environment of the application, as
#     export NAME=value
# Kept when the server is set up again, unless with --envvars-script.
`

/** Sets the server up; gives the exit code. Throws {@link UserError}. */
export async function setUpServer(
  settings: Settings,
  entryPoint: string | null,
  place: CommandPlace,
): Promise<number> {
  const plan = planSite(settings, entryPoint, place)
  const { python: found, account } = await checkSite(settings, plan, place)
  const python = found && { ...found, path: await askProgram(found.path) }
  const kept = keptSettings(settings, plan, python, place)
  const owners = account ? [place.uid, account.uid] : [place.uid]
  prepareServerRoot(plan.serverRoot, owners, settings.serverRoot !== null)
  if (plan.debugTools) prepareDebugTools(plan.debugTools, account)
  const files = writeFiles(kept, settings.envvarsScript, plan.serverRoot, place)
  const shown = { ...files, envvars: settings.envvarsScript ?? files.envvars }
  process.stdout.write(banner(kept, plan, python, settings.port, { setUp: shown }))
  for (const line of warnings(settings, plan, account, place)) process.stderr.write(`${line}\n`)
  return exitCode.ok
}

/** What works and yet may not be what was meant. */
function warnings(
  settings: Settings,
  { serverRoot }: SitePlan,
  account: Account | null,
  { uid }: CommandPlace,
): string[] {
  if (uid !== 0) return []
  if (account === null) return [rootWarning]
  const { user } = account
  if (statSync(serverRoot).uid === account.uid)
    return [`${serverRoot} belongs to ${user}, who can change the control script that root runs`]
  if (settings.rotateLogs && settings.logDirectory === null)
    return [`--rotate-logs needs a --log-directory in which ${user} may make files`]
  return []
}

/**
 * The settings with all that depends on the place and the time of set-up in them: directories, the Python, the locale,
 * and who the server runs as.
 */
function keptSettings(
  settings: Settings,
  plan: SitePlan,
  python: Python | null,
  place: CommandPlace,
): Settings {
  return {
    ...settings,
    setupOnly: false,
    entryPoint: plan.entryPoint.kind === 'welcome' ? null : plan.entryPoint.name,
    workingDirectory: plan.workingDirectory,
    serverRoot: plan.serverRoot,
    pythonPath: settings.pythonPath.map(path => resolve(plan.workingDirectory, path)),
    python: python?.path ?? null,
    locale: plan.locale,
    // The generated envvars reads it.
    envvarsScript: null,
    ...keptAccount(settings, place),
  }
}

/** Root that starts the server later gives itself up for the user who has set it up, as the original. */
function keptAccount({ user, group }: Settings, { uid }: CommandPlace) {
  if (uid === 0 || user !== null) return { user, group }
  return { user: ownUser(), group: group ?? ownGroup() }
}

/** Writes the files; the control script last, for it makes a directory one that was set up. */
function writeFiles(
  kept: Settings,
  envvarsScript: string | null,
  serverRoot: string,
  { env }: CommandPlace,
): SetUpFiles {
  const paths = {
    settings: join(serverRoot, serverRootFiles.settings),
    envvars: join(serverRoot, serverRootFiles.envvars),
    controlScript: join(serverRoot, serverRootFiles.controlScript),
    serviceUnit: join(serverRoot, serverRootFiles.serviceUnit),
  }
  const { controlScript } = paths
  replaceFile(paths.settings, settingsHead + settingsText(kept))
  if (envvarsScript !== null) replaceFile(paths.envvars, `. ${shellWord(envvarsScript)}\n`)
  else if (!existsSync(paths.envvars)) replaceFile(paths.envvars, envvarsText)
  const stopTimeout = kept.shutdownTimeout + stopReserve
  replaceFile(paths.serviceUnit, serviceUnitText({ controlScript, serverRoot, stopTimeout }))
  const script = {
    node: process.execPath,
    program,
    serverRoot,
    argv: process.argv.slice(2),
    variables: keptVariables(env),
  }
  replaceFile(controlScript, controlScriptText(script), 0o755)
  return paths
}

/** The settings module that the project was asked with is the one it has to run with. */
function keptVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const name = 'DJANGO_SETTINGS_MODULE'
  const value = env[name]
  return value === undefined ? {} : { [name]: value }
}

/** As a whole and at once: a shell may be reading the present one. */
function replaceFile(path: string, text: string, mode = 0o644): void {
  const fresh = `${path}.new`
  try {
    rmSync(fresh, { force: true })
    writeFileSync(fresh, text, { flag: 'wx' })
    chmodSync(fresh, mode)
    renameSync(fresh, path)
  } catch (cause) {
    throw new UserError(`${path} cannot be written: ${(cause as Error).message}`, 2, { cause })
  }
}
