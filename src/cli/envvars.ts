/**
 * `--envvars-script`: a shell file that is sourced before anything starts, so that what it exports is in the
 * environment of all that does. Without the option it is `envvars` in the server root, where that exists.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Readable } from 'node:stream'
import { UserError } from '../base/errors.js'
import type { Settings } from '../settings/settings.js'
import { type CommandPlace, planServerEnviron, type SitePlan } from './site-plan.js'

/** Node itself tells the environment that the script leaves behind: `env -0` is not everywhere. */
const tell = 'require("fs").writeSync(3, JSON.stringify(process.env))'

/** Variables that the shell makes for itself. */
const ofTheShell = ['_', 'SHLVL', 'PWD', 'OLDPWD']

/** The script to source; null where there is none. */
export function envvarsScript(option: string | null, serverRoot: string): string | null {
  if (option !== null) return option
  const script = join(serverRoot, 'envvars')
  return existsSync(script) ? script : null
}

/**
 * The environment of all that is started: that of the command, with what the envvars script makes of it.
 * Throws {@link UserError} when the script fails, or is given up (`signal`).
 */
export async function planEnvironment(
  settings: Settings,
  plan: SitePlan,
  place: CommandPlace,
  signal?: AbortSignal,
): Promise<NodeJS.ProcessEnv> {
  const script = envvarsScript(settings.envvarsScript, plan.serverRoot)
  if (script === null) return place.env
  const exported = planServerEnviron(settings, plan, settings.port)
  return sourceEnvvars(script, settings.shellExecutable, place.env, exported, signal)
}

/**
 * The environment after the script.
 *
 * @param shell path of the shell, see --shell-executable; null: bash where it is installed, else sh
 * @param exported variables of the server that the script may use, and change
 * @throws UserError when the script ends the shell
 */
export async function sourceEnvvars(
  script: string,
  shell: string | null,
  env: NodeJS.ProcessEnv,
  exported: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<NodeJS.ProcessEnv> {
  const before = { ...env, ...exported }
  const command = '. "$1"; "$2" -e "$3"'
  const child = spawn(
    shell ?? findShell(env),
    ['-c', command, 'envvars', script, process.execPath, tell],
    {
      env: before,
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      ...(signal ? { signal, killSignal: 'SIGKILL' } : {}),
    },
  )
  let told = ''
  const output = child.stdio[3] as Readable
  output.setEncoding('utf8').on('data', text => {
    told += text
  })
  const ended = await new Promise<string>(resolve => {
    child.once('error', error => resolve(signal?.aborted ? 'was given up' : error.message))
    child.once('close', (code, by) => resolve(`ended the shell with ${by ?? `exit code ${code}`}`))
  })
  if (signal?.aborted || told === '') throw new UserError(`--envvars-script ${script} ${ended}`)
  const after = environmentIn(told, script)
  for (const name of ofTheShell) {
    if (env[name] === undefined) delete after[name]
    else after[name] = env[name]
  }
  return after
}

function environmentIn(told: string, script: string): NodeJS.ProcessEnv {
  try {
    return JSON.parse(told) as NodeJS.ProcessEnv
  } catch (cause) {
    const text = `--envvars-script ${script} writes to descriptor 3, on which its variables are told`
    throw new UserError(text, 2, { cause })
  }
}

/** bash where it is installed, as in the control script of mod_wsgi-express. */
function findShell(env: NodeJS.ProcessEnv): string {
  const folders = (env['PATH'] ?? '').split(delimiter)
  const bash = folders.map(folder => join(folder, 'bash')).find(path => existsSync(path))
  return bash ?? 'sh'
}
