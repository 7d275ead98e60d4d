/**
 * `runmodwsgi`: start-server for the Django project in this folder. Application, working directory and
 * static alias come from the project's own settings, as mod_wsgi's management command takes them.
 */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../base/errors.js'
import type { Pair, Settings } from '../settings/settings.js'
import { findPython } from '../workers/python.js'
import type { CommandPlace } from './site-plan.js'
import { startServer } from './start-server.js'

/** What python/django_settings.py tells of a project. */
export interface DjangoSettings {
  readonly settingsModule: string
  /** Such as `mysite.wsgi.application`; null where the project names none. */
  readonly wsgiApplication: string | null
  readonly baseDirectory: string
  readonly staticUrl: string
  readonly staticRoot: string
  readonly middleware: readonly string[]
}

const settingsScript = fileURLToPath(new URL('../../python/django_settings.py', import.meta.url))

/** Asks the project and serves it. Throws {@link UserError}. */
export async function runModWsgi(
  settings: Settings,
  entryPoint: string | null,
  place: CommandPlace,
): Promise<number> {
  const workingDirectory = settings.workingDirectory ?? place.cwd
  const python = await findPython({
    option: settings.python,
    virtualEnv: place.env['VIRTUAL_ENV'],
    workingDirectory,
  })
  const project = await askProject(python.path, workingDirectory, place.env)
  const derived = deriveSettings(settings, project, place.cwd)
  const env = { ...place.env, DJANGO_SETTINGS_MODULE: project.settingsModule }
  const module = entryPoint ?? derived.module
  return startServer(derived.settings, module, { ...place, env }, collectAdvice)
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

function askProject(python: string, cwd: string, env: NodeJS.ProcessEnv): Promise<DjangoSettings> {
  return new Promise((resolve, reject) => {
    execFile(python, [settingsScript], { cwd, env }, (error, stdout, stderr) => {
      if (!error) return resolve(JSON.parse(stdout) as DjangoSettings)
      const reason = stderr.trim().split('\n').pop() ?? error.message
      reject(
        new UserError(`the settings of the Django project in ${cwd} cannot be read: ${reason}`),
      )
    })
  })
}
