/**
 * `runmodwsgi`: start-server for the Django project in this folder. Application, working directory and
 * static alias come from the project's own settings, as mod_wsgi's management command takes them, and the
 * environment is what manage.py makes of it.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../base/errors.js'
import type { Pair, Settings } from '../settings/settings.js'
import { findPython } from '../workers/python.js'
import type { ReadAgain, ReadConfiguration } from './another-configuration.js'
import type { CommandPlace } from './site-plan.js'
import { startedByHand, startServer } from './start-server.js'

/** What python/django_settings.py tells of a project. */
export interface DjangoSettings {
  readonly settingsModule: string
  /** Such as `mysite.wsgi.application`; null where the project names none. */
  readonly wsgiApplication: string | null
  readonly baseDirectory: string
  readonly staticUrl: string
  readonly staticRoot: string
  readonly middleware: readonly string[]
  /** Variables that manage.py and the settings have set or, null, removed. */
  readonly environment: Readonly<Record<string, string | null>>
}

const settingsScript = fileURLToPath(new URL('../../python/django_settings.py', import.meta.url))

/** Asks the project and serves it. Throws {@link UserError}. */
export async function runModWsgi(
  settings: Settings,
  entryPoint: string | null,
  place: CommandPlace,
  readAgain: ReadAgain,
): Promise<number> {
  // What manage.py finds, each time that it is asked.
  const given = { ...place.env }
  const first = await askProjectIn(given, { settings, entryPoint }, place)
  return startServer(first.settings, first.entryPoint, place, {
    ...startedByHand,
    readAgain: async signal => askProjectIn(given, await readAgain(signal), place, signal),
    aliasAdvice: collectAdvice,
  })
}

/** The configuration with what the project says added, which also changes the environment of this process. */
async function askProjectIn(
  env: NodeJS.ProcessEnv,
  { settings, entryPoint }: ReadConfiguration,
  place: CommandPlace,
  signal?: AbortSignal,
): Promise<ReadConfiguration> {
  const folder = projectFolder(settings, place.cwd, existsSync)
  const python = await findPython({
    option: settings.python,
    virtualEnv: place.env['VIRTUAL_ENV'],
    folders: [settings.workingDirectory ?? place.cwd, place.cwd],
  })
  const project = await askProject(python.path, folder, argumentsOf(settings), env, signal)
  const derived = deriveSettings(settings, project, place.cwd)
  adoptEnvironment(place.env, env, project.environment)
  return { settings: derived.settings, entryPoint: entryPoint ?? derived.module }
}

/** Where manage.py is: in the directory of the command or else, unlike the original, the working directory. */
export function projectFolder(
  { workingDirectory }: Settings,
  cwd: string,
  exists: (path: string) => boolean,
): string {
  if (workingDirectory === null || exists(join(cwd, 'manage.py'))) return cwd
  return workingDirectory
}

/** What manage.py gets after the command. */
export function argumentsOf(given: Settings): string[] {
  const { settings, pythonpath, verbosity } = given
  const flags = [
    [given.traceback, '--traceback'],
    [given.noColor, '--no-color'],
    [given.forceColor, '--force-color'],
    [given.skipChecks, '--skip-checks'],
  ] as const
  return [
    ...(settings === null ? [] : ['--settings', settings]),
    ...(pythonpath === null ? [] : ['--pythonpath', pythonpath]),
    ...(verbosity === null ? [] : ['--verbosity', String(verbosity)]),
    ...flags.flatMap(([on, flag]) => (on ? [flag] : [])),
  ]
}

/**
 * In this process, too, as in the original: Django sets TZ, which the times in the logs follow.
 * @param given what it was before any change
 */
function adoptEnvironment(
  environment: NodeJS.ProcessEnv,
  given: NodeJS.ProcessEnv,
  changes: DjangoSettings['environment'],
): void {
  const wanted = { ...given, ...changes }
  for (const name of new Set([...Object.keys(environment), ...Object.keys(wanted)])) {
    const value = wanted[name] ?? null
    if (value === null) delete environment[name]
    else if (environment[name] !== value) environment[name] = value
  }
}

/** What to do about an alias to nothing. */
const collectAdvice = ' (manage.py collectstatic makes STATIC_ROOT)'

/** Settings with what the project says added, and the module of the application. */
export interface DerivedSettings {
  readonly settings: Settings
  readonly module: string
}

/** Throws {@link UserError} when the project names no WSGI application. */
export function deriveSettings(
  settings: Settings,
  project: DjangoSettings,
  cwd: string,
): DerivedSettings {
  const { wsgiApplication } = project
  const dot = wsgiApplication?.lastIndexOf('.') ?? -1
  if (wsgiApplication === null || dot < 1) {
    throw new UserError(
      `WSGI_APPLICATION of ${project.settingsModule} is ${JSON.stringify(wsgiApplication)}: it has to name a callable, such as "mysite.wsgi.application"`,
    )
  }
  const alias = staticAlias(project, cwd)
  return {
    settings: {
      ...settings,
      applicationType: 'module',
      callableObject: wsgiApplication.slice(dot + 1),
      workingDirectory: settings.workingDirectory ?? project.baseDirectory,
      urlAlias: alias ? [alias, ...settings.urlAlias] : settings.urlAlias,
    },
    module: wsgiApplication.slice(0, dot),
  }
}

/**
 * STATIC_URL to STATIC_ROOT, where both are set, the URL is a path and WhiteNoise does not serve them; also while
 * the folder does not exist.
 */
function staticAlias(
  { staticUrl, staticRoot, middleware }: DjangoSettings,
  cwd: string,
): Pair | null {
  if (!staticUrl.startsWith('/') || staticRoot === '') return null
  if (middleware.includes('whitenoise.middleware.WhiteNoiseMiddleware')) return null
  return [staticUrl.replace(/(.)\/+$/, '$1'), resolve(cwd, staticRoot)]
}

function askProject(
  python: string,
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<DjangoSettings> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env, ...(signal ? { signal, killSignal: 'SIGKILL' as const } : {}) }
    execFile(python, [settingsScript, ...args], options, (error, stdout, stderr) => {
      if (!error) {
        process.stderr.write(stderr)
        return resolve(JSON.parse(stdout) as DjangoSettings)
      }
      const lines = stderr.trim().split('\n')
      const reason = lines.pop() || error.message
      if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`)
      reject(
        new UserError(`the settings of the Django project in ${cwd} cannot be read: ${reason}`),
      )
    })
  })
}
