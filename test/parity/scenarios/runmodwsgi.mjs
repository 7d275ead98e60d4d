/**
 * `runmodwsgi`, the command of a Django project: of manage.py with `mod_wsgi.express` among its applications, and
 * of modwsgi-dev itself.
 */

const manage = `
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
from django.core.management import execute_from_command_line
if __name__ == "__main__":
    execute_from_command_line(sys.argv)
`

const settings = `
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "of the parity tests, and of nothing else"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "mysite.urls"
WSGI_APPLICATION = "mysite.wsgi.application"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.staticfiles", "mod_wsgi.express"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "collected"
`

/** Says what the settings have made of the process. */
const urls = `
import os, sys
from django.conf import settings
from django.http import JsonResponse
from django.urls import path, reverse

def told(request):
    names = ("DJANGO_SETTINGS_MODULE", "MOD_WSGI_EXPRESS", "GIVEN", "BY_MANAGE")
    return JsonResponse({
        "cwd": os.getcwd(),
        "path": [entry for entry in sys.path if entry.startswith(str(settings.BASE_DIR)) or not entry],
        "environ": {name: os.environ.get(name) for name in names},
        "argv": sys.argv,
        "application": request.META.get("the.application"),
        "here": reverse("told"),
        "static": settings.STATIC_URL,
        "settings": settings.SETTINGS_MODULE,
    })

urlpatterns = [path("told", told, name="told")]
`

const wsgi = `
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.production")
from django.core.wsgi import get_wsgi_application
inner = get_wsgi_application()

def application(environ, start_response):
    return inner(dict(environ, **{"the.application": "application"}), start_response)

def other(environ, start_response):
    return inner(dict(environ, **{"the.application": "other"}), start_response)
`

/** @type {Record<string, string>} */
const files = {
  'manage.py': manage,
  'mysite/__init__.py': '',
  'mysite/settings.py': settings,
  'mysite/urls.py': urls,
  'mysite/wsgi.py': wsgi,
  'collected/site.css': 'body { color: black }\n',
  'collected/admin/base.css': 'a { color: black }\n',
  'elsewhere/more.txt': 'app of elsewhere\n',
}

const get = target => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`

/**
 * A project whose files are changed like this, started with these arguments: what the application sees, and what
 * some paths answer.
 */
const project =
  (changes = {}, args = [], { env = {}, paths = ['/static/site.css'], told = '/told' } = {}) =>
  async site => {
    for (const [name, text] of Object.entries({ ...files, ...changes }))
      await site.write(name, text)
    await site.start({ command: 'runmodwsgi', entry: [], more: args, env })
    const answers = {}
    for (const path of paths) {
      const { status, body } = await site.ask(get(path))
      answers[path] = `${status} ${body}`
    }
    return told === null ? answers : { told: await site.tell(told), answers }
  }

const withSettings = (more, ...rest) =>
  project({ 'mysite/settings.py': `${settings}\n${more}` }, ...rest)

/** That it ends, and the words for it that it has from Django. */
const ends = (changes, words) => async site => {
  for (const [name, text] of Object.entries({ ...files, ...changes })) await site.write(name, text)
  await site.start({ command: 'runmodwsgi', entry: [], listens: false })
  const listens = await site.server.listening().then(
    () => true,
    () => false,
  )
  return [listens, words.exec(site.server.stderr)?.[0]]
}

// Without bytecode: files that are rewritten within a second would not be read again.
const env = { PYTHONDONTWRITEBYTECODE: '1' }
const scenario = { app: null, starts: false, files, env }

const fromSettings = {
  ...scenario,
  name: 'runmodwsgi and the settings of a Django project',
  probes: {
    'as Django makes it': project({}, [], {
      paths: ['/static/site.css', '/static/admin/base.css', '/static/none', '/static', '/missing'],
    }),
    'another callable': withSettings('WSGI_APPLICATION = "mysite.wsgi.other"'),
    'no BASE_DIR': project({
      'mysite/settings.py': settings
        .replace('BASE_DIR = ', 'HERE = ')
        .replace('BASE_DIR /', 'HERE /'),
      'mysite/urls.py': urls.replace('str(settings.BASE_DIR)', 'str(settings.HERE)'),
    }),
    'a BASE_DIR elsewhere': withSettings('BASE_DIR = BASE_DIR / "elsewhere"', [
      '--python-path',
      '{folder}',
    ]),
    'no STATIC_ROOT': withSettings('STATIC_ROOT = None'),
    'STATIC_URL of a whole URL': withSettings('STATIC_URL = "https://static.example.org/s/"'),
    'STATIC_URL at another place': withSettings('STATIC_URL = "/a/b c/"', [], {
      paths: ['/a/b%20c/site.css', '/static/site.css'],
    }),
    'STATIC_URL at the root': withSettings('STATIC_URL = "/"', [], {
      told: null,
      paths: ['/site.css', '/told'],
    }),
    FORCE_SCRIPT_NAME: withSettings('FORCE_SCRIPT_NAME = "/app"', [], {
      paths: ['/app/static/site.css', '/static/site.css'],
    }),
    'WhiteNoise serves the files': project({
      'mysite/settings.py': `${settings}\nMIDDLEWARE.append("whitenoise.middleware.WhiteNoiseMiddleware")`,
      'whitenoise/__init__.py': '',
      'whitenoise/middleware.py': 'WhiteNoiseMiddleware = lambda get_response: get_response\n',
    }),
    'settings that print': withSettings('print("of the settings")'),
    TIME_ZONE: async site => {
      const more = 'TIME_ZONE = "Asia/Kolkata"\n'
      await withSettings(more, ['--access-log'])(site)
      return (await site.server.logged(/ \+\d{4}\] "GET \/told/, 'access_log'))[0]
    },
  },
}

const fromCommandLine = {
  ...scenario,
  name: 'runmodwsgi, its arguments and manage.py',
  probes: {
    '--working-directory': project({}, [
      ...['--working-directory', '{folder}/elsewhere', '--python-path', '{folder}'],
    ]),
    'a mount point': project({}, ['--mount-point', '/app'], {
      told: '/app/told',
      paths: ['/static/site.css', '/app/static/site.css', '/told'],
    }),
    'more aliases': project({}, ['--url-alias', '/static/more', '{folder}/elsewhere'], {
      paths: ['/static/site.css', '/static/more/more.txt'],
    }),
    '--settings': project({ 'mysite/second.py': settings }, ['--settings', 'mysite.second']),
    '--settings=': project({ 'mysite/second.py': settings }, ['--settings=mysite.second']),
    DJANGO_SETTINGS_MODULE: project({ 'mysite/second.py': settings }, [], {
      env: { DJANGO_SETTINGS_MODULE: 'mysite.second', GIVEN: 'yes' },
    }),
    '--pythonpath': project(
      {
        'beside/deep.py': 'PLACE = "deep"\n',
        'mysite/settings.py': `import deep\n${settings}`,
      },
      ['--pythonpath', '{folder}/beside', '--python-path', '{folder}/beside'],
    ),
    'a manage.py that sets variables': project({
      'manage.py': `import os\nos.environ["BY_MANAGE"] = "yes"\n${manage}`,
    }),
    'a manage.py that computes the settings': project({
      'mysite/second.py': settings,
      'manage.py': manage.replace('"mysite.settings"', '".".join(["mysite", "second"])'),
    }),
    'a manage.py that adds to the path': project({
      'apps/deep.py': '',
      'mysite/settings.py': `import deep\n${settings}`,
      'mysite/wsgi.py': `import sys, os\nsys.path.append(os.path.abspath("apps"))\n${wsgi}`,
      'manage.py': `import sys, os\nsys.path.append(os.path.abspath("apps"))\n${manage}`,
    }),
  },
}

const failing = {
  ...scenario,
  name: 'runmodwsgi of projects that are not in order',
  probes: {
    'no WSGI_APPLICATION': ends(
      { 'mysite/settings.py': settings.replace(/WSGI_APPLICATION.*/, '') },
      /$^/,
    ),
    'settings that raise': ends(
      { 'mysite/settings.py': 'raise ValueError("no such luck")' },
      /ValueError: no such luck/,
    ),
    'settings that are not there': ends(
      { 'manage.py': manage.replace('mysite.settings', 'mysite.absent') },
      /ModuleNotFoundError: No module named 'mysite.absent'/,
    ),
    'an application that is not there': ends(
      { 'mysite/settings.py': `${settings}\nINSTALLED_APPS.append("not_there")` },
      /ModuleNotFoundError: No module named 'not_there'/,
    ),
    'a check that fails': ends(
      {
        'mysite/settings.py': `${settings}\nDEFAULT_AUTO_FIELD = 1\nSTATICFILES_DIRS = ["collected"]\nSTATIC_ROOT = "collected"`,
      },
      /SystemCheckError: System check identified some issues:/,
    ),
  },
}

export default [fromSettings, fromCommandLine, failing]
