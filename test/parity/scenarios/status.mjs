/** The status page (--server-status): who gets it, at which paths, and what is on it. */
import { observe } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

const ask = (target, method = 'GET', more = '', host = 'localhost') =>
  `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}${more.includes('\r\n\r\n') ? '' : '\r\n'}`

/** The page without its numbers: its words, and what is in its heading. */
function outline(text) {
  if (!text.startsWith('<!DOCTYPE')) {
    const keys = text.split('\n').map(line => line.split(':')[0])
    // Within the first second, and with the first request, there are none.
    return keys.filter(key => !/Per(?:Sec|Req)$/.test(key))
  }
  return {
    heading: /<h1>(.*)<\/h1>/.exec(text)?.[1],
    terms: [...text.matchAll(/<dt>([A-Za-z .]*)/g)].map(([, term]) => term.trim()),
    columns: [...text.matchAll(/<th[^>]*>([^<]*)/g)].map(([, column]) => column.trim()),
    details: text.includes('Server Details'),
  }
}

/** A page is compared by its outline, since what it tells is of this run. @param {string} request */
const page = request => async site => {
  const connection = await site.connect()
  try {
    connection.send(request)
    const response = await connection.read({ method: /^[A-Z]*/.exec(request)[0] })
    const seen = observe(response)
    if (typeof seen !== 'object') return seen
    const text = response.body.toString('latin1')
    const isStatus = /Apache Status|^\S+\nServerVersion/.test(text)
    const fields = seen.fields.filter(field => !/^content-length: \d{3}/.test(field))
    return { ...seen, fields, body: isStatus ? outline(text) : seen.body }
  } finally {
    connection.close()
  }
}

/** @param {readonly string[]} targets */
const pages = targets => Object.fromEntries(targets.map(target => [target, page(ask(target))]))

const targets = [
  ...[
    '/server-status',
    '/server-status/',
    '/server-status/x',
    '/server-statusx',
    '/server-status?',
  ],
  ...[
    '//server-status',
    '/server%2dstatus',
    '/Server-Status',
    '/server-status/../x',
    '/server-statu',
  ],
  ...['/x/server-status', '/a/server-status/b', '/server-status.html', '/x?y=/server-status'],
  ...[
    '/server-status?auto',
    '/server-status?AUTO',
    '/server-status?x=auto',
    '/server-status?notable',
  ],
  ...['/server-status?refresh', '/server-status?refresh=2', '/server-status?refresh=-1&auto'],
  ...['/server-status?refresh=3x', '/server-status?refresh=0', '/files/server-status'],
  ...[
    '/files/server-status/',
    '/there/server-status',
    '/there/server-status/',
    '/web.txt/server-status',
  ],
]

const files = {
  'files/server-status/a.txt': 'text of a.txt',
  'web/there/server-status/b.txt': 'text of b.txt',
  'web/web.txt': 'text of web.txt',
}
const root = ['--document-root', '{folder}/web', '--url-alias', '/files', '{folder}/files']

/** @type {Scenario} */
const shown = {
  name: 'status: the page',
  app: 'where.py',
  arguments: ['--server-status', ...root],
  files,
  probes: {
    ...pages(targets),
    ...Object.fromEntries(
      ['HEAD', 'POST', 'PUT', 'OPTIONS', 'TRACE', 'DELETE', 'BREW'].flatMap(method => [
        [`${method} of the page`, page(ask('/server-status', method))],
        [`${method} beside the page`, page(ask('/x/server-status', method))],
      ]),
    ),
    'with a body': page(ask('/server-status?auto', 'GET', 'Content-Length: 5\r\n\r\nhello')),
    'with a body that is too long': page(
      ask('/server-status?auto', 'GET', 'Content-Length: 99999999\r\n\r\n'),
    ),
    'with a body that waits': page(
      ask('/server-status?auto', 'GET', 'Content-Length: 5\r\nExpect: 100-continue\r\n\r\n'),
    ),
    'in HTTP/1.0': page('GET /server-status?auto HTTP/1.0\r\n\r\n'),
    'of another host': page(ask('/server-status?auto', 'GET', '', 'other')),
    banner: async site => (await site.server.said(/^Server Status .*$/m))[0],
  },
}

/** @type {Scenario} */
const without = {
  name: 'status: without the option',
  app: 'where.py',
  arguments: root,
  files,
  probes: pages([
    '/server-status',
    '/server-status?auto',
    '/x/server-status',
    '/there/server-status/',
  ]),
}

/** @type {Scenario} */
const mounted = {
  name: 'status: with --mount-point',
  app: 'where.py',
  arguments: ['--server-status', '--mount-point', '/app', ...root],
  files,
  probes: pages(['/server-status', '/app/server-status', '/app/x', '/app/server-status?auto']),
}

/** @type {Scenario} */
const hosts = {
  name: 'status: with --server-name',
  app: 'where.py',
  arguments: ['--server-status', '--server-name', 'www.example.com', ...root],
  files,
  probes: {
    'the name': page(ask('/server-status?auto', 'GET', '', 'www.example.com')),
    'the name, with a port': page(ask('/server-status', 'GET', '', 'www.example.com:81')),
    'the domain': page(ask('/server-status?auto', 'GET', '', 'example.com')),
    another: page(ask('/server-status?auto', 'GET', '', 'other')),
    banner: async site => (await site.server.said(/^Server Status .*$/m))[0],
  },
}

/** @type {Scenario} */
const localHosts = {
  name: 'status: with --allow-localhost',
  app: 'where.py',
  arguments: ['--server-status', '--server-name', 'example.com', '--allow-localhost', ...root],
  files,
  probes: {
    another: page(ask('/server-status?auto', 'GET', '', 'other')),
    none: page('GET /server-status HTTP/1.0\r\n\r\n'),
  },
}

/** @type {Scenario} */
const staticOnly = {
  name: 'status: of a site of files',
  app: null,
  entry: ['--application-type', 'static'],
  arguments: ['--server-status', ...root],
  files,
  probes: pages([
    '/server-status',
    '/server-status?auto',
    '/x/server-status',
    '/there/server-status',
  ]),
}

export default [shown, without, mounted, hosts, localHosts, staticOnly]
