/** Virtual hosts: which host a request belongs to, and what becomes of those that belong to none. */
import { exchange } from '../runner/exchange.mjs'
import { observe } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

/** What the application saw of host and path, or the answer of the server. */
function look(response) {
  const text = response.body.toString('latin1')
  if (response.status !== 200 || !text.startsWith('{')) return observe(response)
  return JSON.parse(text)
}

/**
 * @param {string} kind
 * @param {Record<string, string>} requests
 * @returns {Record<string, Probe>}
 */
const probes = (kind, requests) =>
  Object.fromEntries(
    Object.entries(requests).map(([name, bytes]) => [
      `${kind}: ${name}`,
      site => exchange(site, bytes.replaceAll('{port}', String(site.server.port)), { look }),
    ]),
  )

/** @param {readonly string[]} texts @param {(text: string) => string} make */
const each = (texts, make) => Object.fromEntries(texts.map(text => [text, make(text)]))

const ask = (first, host, more = '') =>
  `${first} HTTP/1.1\r\nHost: ${host}\r\n${more}${more.includes('\r\n\r\n') ? '' : '\r\n'}`

const hosts = [
  ...['www.example.com', 'WWW.Example.com', 'www.example.com.', 'www.example.com:99'],
  ...['example.com', 'EXAMPLE.com.', 'example.com:99', 'x.example.com', 'other', 'localhost'],
  ...['a.x.com', 'a.b.x.com', '.x.com', 'x.com', 'a_b.x.com', 'ya.com', 'y.com', 'yab.com'],
  ...['cap.com', 'Cap.COM', 'two.com', 'three.com', 'aXbXc', 'abc', 'aXb', '127.0.0.1', '[::1]'],
  ...['[::1]:80', '_wsgi_', '*.x.com', 'www.example.com..', '.', ''],
]

const targets = [
  ...['http://www.example.com/a', 'http://WWW.Example.com.:77/b?c', 'http://other/', 'http:///x'],
  ...['http://example.com/x?y', 'https://www.example.com/x', 'https://other/x', 'http://[::1]/'],
  ...['http://example.com', 'http://example.com?x', 'http://www.example.com:/y', '/%zz', '/a%2fb'],
  ...['/a/../../b', '*', '/../x'],
]

const methods = ['OPTIONS', 'TRACE', 'HEAD', 'POST', 'PUT', 'BREW', 'CONNECT']

const paths = [
  ...['/', '/a/b?c=d', '/a%20b', '/a//b', '/a/./b/../c?x=%41', '/%e4', '/a;b', '/a?b?c', '/?'],
  ...['/a"b', '/a%3fb', '/a?b%3fc', '/a%25b', "/~u/!*()'", '/a:b@c,d$', '/a^b|c\\d`{e}', '//x'],
  ...['/a%0ab', '/x?a%20b', '/a<b>', '/a?"<>', '/there', '/there/', '/there/file.txt', '/%2f'],
]

const bodies = {
  'of a length': 'Content-Length: 5\r\n\r\nhello',
  chunked: 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'of bad chunks': 'Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n',
  'that waits': 'Content-Length: 5\r\nExpect: 100-continue\r\n\r\n',
  'of an unknown coding': 'Transfer-Encoding: gzip\r\n\r\n',
  'with another expectation': 'Expect: x\r\n\r\n',
}

/** @param {readonly string[]} asked hosts for which everything is tried */
const everything = asked => ({
  ...probes(
    'GET',
    each(hosts, host => ask('GET /x', host)),
  ),
  ...probes('no host', {
    'HTTP/1.0': 'GET /x HTTP/1.0\r\n\r\n',
    'HTTP/1.0, empty': 'GET /x HTTP/1.0\r\nHost: \r\n\r\n',
    'HTTP/1.0, another': 'GET /x HTTP/1.0\r\nHost: other\r\n\r\n',
    'HTTP/1.1': 'GET /x HTTP/1.1\r\n\r\n',
  }),
  ...Object.assign(
    {},
    ...asked.map(host => ({
      ...probes(
        `GET of ${host}`,
        each([...targets, ...paths], target => ask(`GET ${target}`, host)),
      ),
      ...probes(
        `OPTIONS of ${host}`,
        each([...targets, '/there', '/there/file.txt'], target => ask(`OPTIONS ${target}`, host)),
      ),
      ...probes(
        `methods of ${host}`,
        each(methods, method => ask(`${method} /x`, host)),
      ),
      ...probes(
        `bodies of ${host}`,
        Object.fromEntries(
          Object.entries(bodies).map(([name, more]) => [name, ask('POST /x', host, more)]),
        ),
      ),
    })),
  ),
})

const names = [
  ...['--server-name', 'www.example.com', '--server-alias', '*.x.com', '--server-alias', 'y?.com'],
  ...['--server-alias', 'Cap.COM', '--server-alias', 'two.com three.com'],
  ...['--server-alias', 'a*b*c'],
]

const files = { 'web/there/file.txt': 'text of file.txt' }
const root = ['--document-root', '{folder}/web']

/** @type {Scenario} */
const named = {
  name: 'hosts: names and aliases',
  app: 'where.py',
  arguments: [...names, ...root],
  files,
  probes: everything(['www.example.com', 'example.com', 'other']),
}

/** @type {Scenario} */
const httpsOnly = {
  name: 'hosts: --https-only',
  app: 'where.py',
  arguments: [...names, ...root, '--https-only', '--https-port', '8443'],
  files,
  probes: everything(['www.example.com', 'example.com', 'other']),
}

/** @type {Scenario} */
const httpsNowhere = {
  name: 'hosts: --https-only without a port',
  app: 'where.py',
  arguments: ['--server-name', 'www.example.com', '--https-only'],
  probes: probes('GET', {
    'www.example.com': ask('GET /x', 'www.example.com'),
    'example.com': ask('GET /x', 'example.com'),
  }),
}

/** @type {Scenario} */
const local = {
  name: 'hosts: --allow-localhost',
  app: 'where.py',
  arguments: [...names, ...root, '--allow-localhost'],
  files,
  probes: everything(['other']),
}

const documents = { 403: '/e403', 301: '/e301', 404: '/there/file.txt' }
const documentArguments = Object.entries(documents).flatMap(([status, path]) => [
  '--error-document',
  status,
  path,
])

/** @type {Scenario[]} */
const failing = [[], ['--https-only'], ['--allow-localhost']].map(more => ({
  name: `hosts: error documents${more.map(option => ` ${option}`).join('')}`,
  app: 'where.py',
  arguments: ['--server-name', 'www.example.com', ...root, ...documentArguments, ...more],
  files,
  probes: Object.assign(
    {},
    ...['www.example.com', 'example.com', 'other'].map(host =>
      probes(
        host,
        each(['/x', '/a%3fb', '/a%2fb', '/there', '/e403'], target => ask(`GET ${target}`, host)),
      ),
    ),
  ),
}))

/** @type {Scenario[]} */
const oddNames = [
  'Example.Com',
  'example.com:9000',
  'http://example.com',
  'https://www.a.com:9000',
  'WWW.a.com',
  '1.2.3.4',
  'a.com.',
].map(name => ({
  name: `hosts: --server-name ${name}`,
  app: 'where.py',
  arguments: ['--server-name', name, ...root, '--allow-localhost'],
  files,
  probes: probes('GET', {
    ...each(['example.com', 'www.a.com', 'a.com', 'www.', '1.2.3.4', 'other'], host =>
      ask('GET /there', host),
    ),
    'without a host': 'GET /there HTTP/1.0\r\n\r\n',
    'of the application': ask('GET /x', 'example.com'),
    'of the application without a host': 'GET /x HTTP/1.0\r\n\r\n',
  }),
}))

/** @type {Scenario} */
const aliasesAlone = {
  name: 'hosts: --server-alias and --allow-localhost without --server-name',
  app: 'where.py',
  arguments: ['--server-alias', 'a.com', '--allow-localhost', '--https-only'],
  probes: probes(
    'GET',
    each(['a.com', 'other'], host => ask('GET /x', host)),
  ),
}

const credentials = `Authorization: Basic ${btoa('u:p')}\r\n`
const guard = `
def check_password(environ, user, password):
    return (user, password) == ("u", "p")

def allow_access(environ, host):
    return "HTTP_X_DENY" not in environ
`
const visitors = {
  'by nobody': '',
  'by a user': credentials,
  'by who is denied': `${credentials}X-Deny: 1\r\n`,
}
const guards = [
  ['--auth-user-script'],
  ['--host-access-script'],
  ['--auth-user-script', '--host-access-script'],
]

/** @type {Scenario[]} */
const guarded = guards.map(scripts => ({
  name: `hosts: --allow-localhost and ${scripts.join(', ')}`,
  app: 'where.py',
  arguments: [
    ...[...names, ...root, '--allow-localhost', '--server-status'],
    ...scripts.flatMap(option => [option, '{folder}/guard.py']),
  ],
  files: { ...files, 'guard.py': guard },
  probes: Object.assign(
    {},
    ...['www.example.com', 'example.com', 'other'].flatMap(host =>
      Object.entries(visitors).map(([who, fields]) =>
        probes(
          `${host} ${who}`,
          each(['/x', '/there', '/there/file.txt', '/x/server-status'], target =>
            ask(`GET ${target}`, host, fields),
          ),
        ),
      ),
    ),
  ),
}))

/** The access lines that come of a request. */
async function accessLine(site, bytes) {
  const before = site.server.file('access_log').split('\n').length
  await exchange(site, bytes, { next: 'none' })
  await site.server.logged(new RegExp(`^(?:[^\\n]*\\n){${before}}`), 'access_log')
  return site.server
    .file('access_log')
    .split('\n')
    .slice(before - 1)
}

/** @type {Scenario[]} */
const logs = [[], ['--https-only'], ['--allow-localhost']].map(more => ({
  name: `hosts: lines of the access log${more.map(option => ` ${option}`).join('')}`,
  app: 'where.py',
  arguments: [
    ...names,
    ...root,
    ...more,
    ...['--error-document', '403', '/e403', '--access-log', '--access-log-format'],
    'v=%v V=%V p=%p lp=%{local}p cp=%{canonical}p s=%s gs=%>s R=%R U=%U gU=%>U q=%q f=%f r="%r"',
  ],
  files,
  probes: Object.fromEntries(
    ['www.example.com', 'a.x.com:99', 'example.com', 'other', 'Other:99'].flatMap(host =>
      [
        '/x?y',
        '/a%2Fb//c/.',
        '/a%2fb/%252f/',
        '/there',
        '/there/file.txt',
        'http://a.x.com:98/x',
        '/a%3fb',
        '/%2f',
        '/%zz',
      ].map(target => [
        `${host}: ${target}`,
        site => accessLine(site, ask(`GET ${target}`, host, 'Connection: close\r\n')),
      ]),
    ),
  ),
}))

export default [
  named,
  httpsOnly,
  httpsNowhere,
  local,
  ...failing,
  ...oddNames,
  aliasesAlone,
  ...logs,
  ...guarded,
]
