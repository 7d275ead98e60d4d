/**
 * A real Django project for a test: what `django-admin startproject mysite` makes, with STATIC_ROOT set
 * and filled, an sqlite database, a superuser, and the views of test/fixtures/django. The first test
 * makes it once as a template below .test-python; every test gets a copy of its own.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync, readFileSync, realpathSync } from 'node:fs'
import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { environmentFolder, testPython } from './python-environment.js'

const run = promisify(execFile)
const fixture = fileURLToPath(new URL('../fixtures/django', import.meta.url))
const fixtureFiles = ['__init__.py', 'counting_upload.py', 'urls.py', 'views.py']

/** The superuser of every site. */
export const superuser = { name: 'admin', password: 'secret' } as const

/** A Django project in a folder of its own. */
export interface DjangoSite {
  /** The folder that holds manage.py; the package is `mysite`, its WSGI module `mysite.wsgi`. */
  readonly folder: string
  /** The interpreter that has Django. */
  readonly python: string
  /** STATIC_ROOT, the folder that `--url-alias /static static` names. */
  readonly staticRoot: string
  /** Removes the folder. */
  remove(): Promise<void>
}

/** Makes a Django project that nobody else uses. */
export async function makeDjangoSite(): Promise<DjangoSite> {
  const template = await templateFolder()
  const folder = await mkdtemp(join(realpathSync(tmpdir()), 'modwsgi-dev-site-'))
  await cp(template, folder, { recursive: true, preserveTimestamps: true })
  // mkdtemp makes folders of mode 0700; a server started as root may give up root before it reads this.
  chmodSync(folder, 0o755)
  return {
    folder,
    python: testPython(),
    staticRoot: join(folder, 'static'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

const settings = `
# Added for the tests.
STATIC_ROOT = BASE_DIR / "static"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS += ["probes"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"probes": {"handlers": ["stderr"], "level": "DEBUG", "propagate": False}},
}
`

const urls = `
from django.urls import include

urlpatterns += [path("probes/", include("probes.urls"))]
`

/** Built beside its final place and renamed, so that two test files can ask for it at once. */
async function templateFolder(): Promise<string> {
  const template = join(environmentFolder, `django-site-${recipeHash()}`)
  if (existsSync(template)) return template
  const making = await mkdtemp(join(environmentFolder, 'making-'))
  try {
    await buildTemplate(making)
    await rename(making, template)
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    if (!existsSync(template)) throw error
  }
  return template
}

/** Everything the template depends on: this file, the fixture, and the Django that was installed. */
function recipeHash(): string {
  const hash = createHash('sha256')
  const recipe = [
    fileURLToPath(import.meta.url),
    join(environmentFolder, '.made-from'),
    ...fixtureFiles.map(name => join(fixture, 'probes', name)),
  ]
  for (const path of recipe) hash.update(readFileSync(path)).update('\0')
  return hash.digest('hex').slice(0, 16)
}

async function buildTemplate(folder: string): Promise<void> {
  const python = testPython()
  // No bytecode: it would carry the path of the template into the copies.
  const env = {
    ...process.env,
    PYTHONDONTWRITEBYTECODE: '1',
    DJANGO_SUPERUSER_PASSWORD: superuser.password,
  }
  const manage = (...args: string[]) => run(python, ['manage.py', ...args], { cwd: folder, env })
  await run(python, ['-m', 'django', 'startproject', 'mysite', folder], { env })
  await cp(fixture, folder, { recursive: true, filter: path => !path.endsWith('__pycache__') })
  appendFileSync(join(folder, 'mysite/settings.py'), settings)
  appendFileSync(join(folder, 'mysite/urls.py'), urls)
  await manage('migrate', '--verbosity', '0')
  await manage('collectstatic', '--no-input', '--verbosity', '0')
  await manage(
    'createsuperuser',
    '--no-input',
    '--username',
    superuser.name,
    '--email',
    'admin@example.com',
  )
}
