/** Where in the site an application is (--mount-point), and what is beside, over and below it. */
import { exchange } from '../runner/exchange.mjs'
import { observe } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

/** What the application saw of host and path, or the answer of the server. */
function look(response) {
  const text = response.body.toString('latin1')
  if (response.status === 200 && text.startsWith('{')) return JSON.parse(text)
  const seen = observe(response)
  if (typeof seen !== 'object') return seen
  return {
    ...seen,
    fields: seen.fields.filter(field => !/^(?:last-modified|date|server)/.test(field)),
  }
}

const ask = (target, method = 'GET') =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`

/** @param {readonly string[]} targets @returns {Record<string, Probe>} */
const probes = (targets, method = 'GET') =>
  Object.fromEntries(
    targets.map(target => [
      `${method} ${target}`,
      site => exchange(site, ask(target, method), { look, next: 'none' }),
    ]),
  )

const files = {
  'web/app/file.txt': 'text of /app/file.txt',
  'web/app/dir/index.html': 'index of /app/dir',
  'web/app/dir/other.htm': 'other of /app/dir',
  'web/app/bare/x.txt': 'text of /app/bare/x.txt',
  'web/a/b/file.txt': 'text of /a/b/file.txt',
  'web/a/file.txt': 'text of /a/file.txt',
  'web/out/file.txt': 'text of /out/file.txt',
  'web/out/index.html': 'index of /out',
  'web/file.txt': 'text of /file.txt',
  'web/app/h.foo': 'text of /app/h.foo',
  'web/h.foo': 'text of /h.foo',
  'alias/file.txt': 'text of the alias',
  'alias/h.foo': 'handled in the alias',
  'alias/dir/index.html': 'index of the alias',
  'foo.py': `
import json
def handle_request(environ, start_response):
    names = ("SCRIPT_NAME", "PATH_INFO", "SCRIPT_FILENAME", "mod_wsgi.script_name", "mod_wsgi.path_info",
             "REDIRECT_STATUS", "REDIRECT_URL")
    body = json.dumps({name: environ.get(name) for name in names}, sort_keys=True).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
`,
}

const below = root =>
  [
    ...['', '/', '//', '/x', '/x/y', '/x/', '/x//y', '/%78', '/x%20y', '/x%2fy', '/%C3%A9', '/./x'],
    ...['/../x', '/x/..', '/..', '/x?q', '?q', '/file.txt', '/file.txt/more', '/file.txt/', '/dir'],
    ...[
      '/dir/',
      '/dir/x',
      '/dir/index.html',
      '/bare',
      '/bare/',
      '/bare/none',
      '/static',
      '/static/',
    ],
    ...['/static/file.txt', '/static/none', '/static/dir', '/static/dir/', '/h.foo', '/h.foo/more'],
    ...['/none.foo', '/static/h.foo', '/static/h.foo/more'],
  ].map(rest => root + rest)

const beside = [
  ...['/', '/x', '/application', '/appx', '/ap', '/APP', '/APP/x', '/%61pp', '/%61pp/x', '//app/x'],
  ...[
    '/app;x',
    '/app%2fx',
    '/out',
    '/out/',
    '/out/file.txt',
    '/out/none',
    '/file.txt',
    '/file.txt/x',
  ],
  ...['/none', '/none/', '/a', '/a/', '/a/x', '/a/b', '/a/b/', '/a/b/x', '/a/b/file.txt', '/a/bx'],
  ...['/x/../app/y', '/h.foo', '/h.foo/x', '/none.foo', '/app/../file.txt'],
]

const root = ['--document-root', '{folder}/web']
const over = ['--url-alias', '/app/static', '{folder}/alias']
const handled = ['--add-handler', '.foo', '{folder}/foo.py']

/** @param {string} name @param {string[]} more @param {string[]} targets @returns {Scenario} */
const mounted = (name, more, targets) => ({
  name: `mounts: ${name}`,
  app: 'where.py',
  arguments: [...more, ...root],
  files,
  probes: {
    ...probes(targets),
    ...probes(['/app', '/app/x', '/app/file.txt', '/x', '/app/static/file.txt'], 'POST'),
    ...probes(['/app', '/app/x', '/app/file.txt', '/x'], 'OPTIONS'),
    ...probes(['/app', '/app/x', '/x', '/out'], 'HEAD'),
  },
})

/** @type {Scenario[]} */
const points = ['/app', '/app/', '//app//', '/a/b', '/a/b/'].map(point =>
  mounted(
    `--mount-point ${point}`,
    ['--mount-point', point, ...over],
    [...below(point.startsWith('/a/') ? '/a/b' : '/app'), ...beside],
  ),
)

const documents = [
  ...['--error-document', '404', '/app/e404', '--error-document', '403', '/file.txt'],
  ...['--error-document', '405', '/e405'],
]

export default [
  ...points,
  mounted('the root', ['--mount-point', '/', ...over], [...below('/app'), ...beside]),
  mounted(
    'with an index',
    ['--mount-point', '/app', '--directory-index', 'other.htm', ...over],
    [...below('/app'), ...beside],
  ),
  mounted(
    'with an index that is an application',
    ['--mount-point', '/app', '--directory-index', '/app/x', ...over],
    [...below('/app'), ...beside],
  ),
  mounted(
    'with listings',
    ['--mount-point', '/app', '--directory-listing', ...over],
    [...below('/app'), ...beside],
  ),
  mounted(
    'with handlers',
    ['--mount-point', '/app', ...over, ...handled],
    [...below('/app'), ...beside],
  ),
  mounted('the root with handlers', [...over, ...handled], [...below('/app'), ...beside]),
  mounted(
    'with error documents',
    ['--mount-point', '/app', ...over, ...documents],
    [...below('/app'), ...beside],
  ),
  mounted(
    'an alias over all of it',
    ['--mount-point', '/app', '--url-alias', '/app', '{folder}/alias'],
    [...below('/app'), ...beside],
  ),
  mounted(
    'an alias of the root',
    ['--mount-point', '/app', '--url-alias', '/', '{folder}/alias'],
    [...below('/app'), ...beside],
  ),
  mounted(
    'beyond ASCII',
    ['--mount-point', '/caf\u00e9'],
    ['/caf%C3%A9', '/caf%C3%A9/', '/caf%C3%A9/x', '/caf%E9/x', '/cafe', '/x'],
  ),
  mounted(
    'with a blank',
    ['--mount-point', '/a b'],
    ['/a%20b', '/a%20b/', '/a%20b/x', '/a%20bx', '/a', '/a/b/x'],
  ),
  mounted(
    'an alias of a file',
    ['--mount-point', '/app', '--url-alias', '/app/x', '{folder}/alias/file.txt'],
    [...below('/app'), ...beside],
  ),
]
