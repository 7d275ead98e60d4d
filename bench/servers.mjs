/** The servers that are compared: one row each, with the command that starts it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../scripts/step.mjs'

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {string} [pack] its name as a Python package; our own server has none
 * @property {(site: import('./scenario.mjs').Site, size: Size) => boolean} takes
 * @property {(start: Start) => string[]} argv
 * @property {string[]} [reloadArgv] what has it see changes of the code; without it has no such thing
 * @property {string} [reloadPack] the Python package that it needs for that
 * @property {string[]} [coldArgv] what has it start every worker from nothing; without it has no such thing
 *
 * @typedef {object} Size
 * @property {number} processes
 * @property {number} threads
 * @property {number} [connections] of the load that will come
 *
 * @typedef {Size & object} Start
 * @property {import('./scenario.mjs').Site} site
 * @property {string} python
 * @property {string} bin the folder of that Python's programs
 * @property {string} prefix its virtual environment
 * @property {number} port
 * @property {boolean} reloads it has to see changes of the code
 * @property {string} scratch a folder for the files of the server
 */

/** @type {Server[]} */
export const servers = [
  {
    name: 'modwsgi-dev',
    takes: () => true,
    argv: start => [
      process.execPath,
      join(projectFolder, 'bin/modwsgi-dev.js'),
      ...expressArguments(start),
      '--python',
      start.python,
    ],
    reloadArgv: ['--reload-on-changes'],
    coldArgv: ['--cold-restart'],
  },
  {
    name: 'mod_wsgi-express',
    pack: 'mod_wsgi',
    takes: () => true,
    argv: start => [
      join(start.bin, 'mod_wsgi-express'),
      ...expressArguments(start),
      ...unprivilegedUser(),
    ],
    reloadArgv: ['--reload-on-changes'],
  },
  {
    name: 'gunicorn (gthread)',
    pack: 'gunicorn',
    takes: withoutStatic,
    argv: ({ site, bin, port, processes, threads }) => [
      join(bin, 'gunicorn'),
      '--worker-class=gthread',
      `--workers=${processes}`,
      `--threads=${threads}`,
      `--bind=127.0.0.1:${port}`,
      '--log-level=warning',
      `${site.module}:application`,
    ],
    reloadArgv: ['--reload'],
  },
  {
    name: 'uWSGI (http-socket)',
    pack: 'uWSGI',
    takes: () => true,
    argv: ({ site, bin, prefix, port, processes, threads }) => [
      join(bin, 'uwsgi'),
      `--http-socket=127.0.0.1:${port}`,
      '--master',
      `--processes=${processes}`,
      `--threads=${threads}`,
      `--virtualenv=${prefix}`,
      `--pythonpath=${site.folder}`,
      `--module=${site.module}:application`,
      '--need-app',
      '--die-on-term',
      '--disable-logging',
      // It closes after each response without saying so, which wrk would count as an error each time.
      '--add-header=Connection: close',
      ...(site.staticFolder ? [`--static-map=/static=${site.folder}/static`] : []),
    ],
    reloadArgv: ['--py-autoreload=1'],
  },
  {
    name: 'waitress',
    pack: 'waitress',
    takes: (site, { processes }) => withoutStatic(site) && processes === 1,
    argv: ({ site, bin, port, threads }) => [
      join(bin, 'waitress-serve'),
      '--host=127.0.0.1',
      `--port=${port}`,
      `--threads=${threads}`,
      `${site.module}:application`,
    ],
  },
  {
    name: 'granian (wsgi)',
    pack: 'granian',
    takes: () => true,
    argv: ({ site, bin, port, processes, threads }) => [
      join(bin, 'granian'),
      '--interface=wsgi',
      '--host=127.0.0.1',
      `--port=${port}`,
      `--workers=${processes}`,
      `--blocking-threads=${threads}`,
      '--no-ws',
      '--log-level=warning',
      ...(site.staticFolder
        ? ['--static-path-route=/static', `--static-path-mount=${site.folder}/static`]
        : []),
      `${site.module}:application`,
    ],
    reloadArgv: ['--reload'],
    reloadPack: 'watchfiles',
  },
  {
    // One process, and as many threads as there are connections: it has no option for either.
    name: 'runserver',
    pack: 'Django',
    takes: (site, { processes }) => site.django === true && withoutStatic(site) && processes === 1,
    argv: ({ python, port, reloads }) => [
      python,
      'manage.py',
      'runserver',
      ...(reloads ? [] : ['--noreload']),
      `127.0.0.1:${port}`,
    ],
    reloadArgv: [],
  },
]

/** The same for mod_wsgi-express and for us: that is the point of modwsgi-dev. */
function expressArguments({ site, port, processes, threads, connections, scratch }) {
  return [
    'start-server',
    ...(site.django ? ['--application-type', 'module', site.module] : [site.script]),
    ...['--working-directory', site.folder],
    ...['--host', '127.0.0.1', '--port', String(port)],
    ...['--processes', String(processes), '--threads', String(threads)],
    ...['--server-root', scratch],
    // With its default of 20 for 1 x 5 Apache cuts kept connections to get free for others.
    ...(connections === undefined ? [] : ['--max-clients', String(2 * connections)]),
    ...(site.staticFolder ? ['--url-alias', '/static', 'static'] : []),
  ]
}

/** mod_wsgi-express refuses to run as root without a user to change to. */
function unprivilegedUser() {
  if (process.getuid() !== 0) return []
  const users = readFileSync('/etc/passwd', 'utf8')
  const user = ['www-data', 'nobody'].find(name => users.includes(`${name}:`))
  const groups = readFileSync('/etc/group', 'utf8')
  const group = ['www-data', 'nogroup', 'nobody'].find(name => groups.includes(`${name}:`))
  return ['--user', user, '--group', group]
}

function withoutStatic(site) {
  return site.staticFolder !== true
}
