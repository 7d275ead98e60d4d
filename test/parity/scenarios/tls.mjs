/** HTTPS: its port, what the application is told, client certificates, and fields that go with it. */
import { exchange } from '../runner/exchange.mjs'
import { observe } from '../runner/observation.mjs'
import { get } from '../runner/request-bytes.mjs'
import { certificateFiles, clients, secured, shakeHands } from '../runner/secure-connection.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

const host = 'www.example.com'
const https = ['--https-port', '{https}', '--server-name', host]
const ofSite = [...https, '--ssl-certificate', 'site']
const files = { ...certificateFiles, 'docs/a.txt': 'a file', 'docs/sub/b.txt': 'another' }

const ask = (path, fields = '', method = 'GET') =>
  `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`

/** What differs from run to run, and names of Apache's own. */
const varying =
  /^(SSL_SESSION_ID|SSL_VERSION_.*|SSL_CLIENT_V_REMAIN|REMOTE_PORT|mod_wsgi\.(request_|queue_|server_|thread_|connection_|application_start|daemon_start).*|apache\..*)$/

/** The environ, or the answer of the server. */
function look(response) {
  const text = response?.body.toString('latin1')
  if (response?.status !== 200 || !text.startsWith('{')) return observe(response)
  const kept = Object.entries(JSON.parse(text)).map(([key, value]) => [
    key,
    varying.test(key) ? '*' : value,
  ])
  return Object.fromEntries(kept.filter(([key]) => !key.startsWith('apache.')))
}

/**
 * @param {string} bytes
 * @param {import('node:tls').ConnectionOptions} [options]
 * @returns {Probe}
 */
const over = (bytes, options) => async site => {
  try {
    return await exchange(secured(site, options), bytes, {
      look,
      next: 'none',
      method: bytes.split(' ', 1)[0],
    })
  } catch (error) {
    return `broken: ${error.code ?? error.message}`
  }
}

const closing = (path, fields = '', method = 'GET') =>
  ask(path, `Connection: close\r\n${fields}`, method)

/** @type {Scenario} */
const plain = {
  name: 'tls: what the application sees',
  https: true,
  arguments: [...ofSite, '--document-root', 'docs'],
  files,
  probes: {
    'the environ': over(closing('/environ')),
    'without a name in the handshake': over(closing('/environ'), { servername: '' }),
    'with another name in the handshake': over(closing('/environ'), { servername: 'other' }),
    'of a host without a port': over(closing('/environ')),
    'of a host with a port': over(
      `GET /environ HTTP/1.1\r\nHost: ${host}:99\r\nConnection: close\r\n\r\n`,
    ),
    'of HTTP/1.0': over('GET /environ HTTP/1.0\r\n\r\n'),
    'another host': over('GET /environ HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n'),
    ...Object.fromEntries(
      ['https://www.example.com/environ', 'https://www.example.com:99/environ', 'https://other/x']
        .concat(
          'http://www.example.com:99/environ',
          'http://other/environ',
          'https://www.example.com:/sub',
        )
        .map(target => [`the target ${target}`, over(closing(target))]),
    ),
    'a target without a Host field': over(
      `GET https://${host}/environ HTTP/1.1\r\nConnection: close\r\n\r\n`,
    ),
    'TLS 1.2': over(closing('/environ'), { maxVersion: 'TLSv1.2' }),
    'a file': over(closing('/a.txt')),
    'a directory': over(closing('/sub')),
    'a directory of a host with a port': over(
      `GET /sub HTTP/1.1\r\nHost: ${host}:99\r\nConnection: close\r\n\r\n`,
    ),
    'a slash in the path': over(closing('/%2f')),
    'a bad path': over(closing('/%zz')),
    'two requests': site => exchange(secured(site), ask('/body'), { look: observe }),
    'a body': over(
      `POST /body HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello`,
    ),
    OPTIONS: over(closing('/a.txt', '', 'OPTIONS')),
    'what the handshake says': async site => {
      const socket = await shakeHands(site, { ALPNProtocols: ['h2', 'http/1.1'] })
      const { subject, issuer } = socket.getPeerCertificate()
      const seen = [socket.getProtocol(), socket.alpnProtocol, subject.CN, issuer.CN]
      socket.destroy()
      return seen
    },
  },
}

/** @type {Scenario} */
const spokenPlainly = {
  name: 'tls: plain HTTP on the port of HTTPS',
  https: true,
  arguments: ofSite,
  files,
  probes: Object.fromEntries(
    ['GET / HTTP/1.1', 'POST /a HTTP/1.1', 'HEAD / HTTP/1.0', 'PUT / HTTP/1.1'].map(line => [
      line,
      async site => {
        const { Connection } = await import('../runner/connection.mjs')
        const connection = await Connection.open(site.httpsPort)
        connection.send(`${line}\r\nHost: ${host}\r\n\r\n`)
        const response = await connection.read({ method: 'GET' })
        const says = response?.body.toString('latin1').includes('plain HTTP')
        connection.close()
        return { says, answer: observe(response) }
      },
    ]),
  ),
}

/** @type {Scenario[]} */
const environment = [
  ['site', {}],
  ['rich', {}],
].map(([stem]) => ({
  name: `tls: --ssl-environment of ${stem}`,
  https: true,
  arguments: [...https, '--ssl-certificate', stem, '--ssl-environment'],
  files,
  probes: {
    'the environ': over(closing('/environ')),
    'TLS 1.2': over(closing('/environ'), { maxVersion: 'TLSv1.2' }),
    'another cipher': over(closing('/environ'), {
      ciphers: 'TLS_AES_128_GCM_SHA256',
      minVersion: 'TLSv1.3',
    }),
    'another host': over('GET /environ HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n'),
  },
}))

/** @type {Scenario} */
const localhost = {
  name: 'tls: --ssl-environment and the host of nobody',
  https: true,
  arguments: [
    ...ofSite,
    '--ssl-environment',
    '--allow-localhost',
    '--https-only',
    '--hsts-policy',
    'max-age=1',
  ],
  files,
  probes: {
    'the environ': over('GET /environ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    'the answer': over('GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
  },
}

/** @type {Scenario} */
const policy = {
  name: 'tls: --hsts-policy',
  https: true,
  arguments: [
    ...[...ofSite, '--https-only', '--hsts-policy', '"max-age=31536000; includeSubDomains"'],
    ...['--document-root', 'docs', '--directory-listing', '--error-document', '404', '/x404'],
  ],
  files,
  probes: {
    'the application': over(closing('/x')),
    'HEAD, as the application sees it': over(closing('/method', '', 'HEAD')),
    'HEAD of a file': over(closing('/a.txt', '', 'HEAD')),
    'a file': over(closing('/a.txt')),
    'a file that has not changed': over(closing('/a.txt', 'If-None-Match: *\r\n')),
    'a part of a file': over(closing('/a.txt', 'Range: bytes=1-2\r\n')),
    'a part that is not there': over(closing('/a.txt', 'Range: bytes=99-\r\n')),
    'a condition that fails': over(closing('/a.txt', 'If-Match: "x"\r\n')),
    'a listing': over(closing('/sub/')),
    'a directory': over(closing('/sub')),
    'a document for an error': over(closing('/%2f')),
    'a bad path': over(closing('/%zz')),
    OPTIONS: over(closing('/a.txt', '', 'OPTIONS')),
    TRACE: over(closing('/a.txt', '', 'TRACE')),
    PUT: over(closing('/a.txt', '', 'PUT')),
    'OPTIONS *': over(closing('*', '', 'OPTIONS')),
    'over HTTP': site => exchange(site, get('/x')),
    'of the site over HTTP': site => exchange(site, ask('/x')),
  },
}

/** In the version that both tools can ask for a certificate in, and the one in which Apache asks after the handshake. */
const versions = { 'TLS 1.2': { maxVersion: 'TLSv1.2' }, 'TLS 1.3': {} }

const paths = [
  '/environ',
  '/environ/closed',
  '/environ/closed/x',
  '/environ/closedx',
  '/shut',
  '/shut/x',
  '/shut/',
]

const kinds = {
  'with a certificate': clients.known,
  without: {},
  'with that of a stranger': clients.stranger,
}

const ruled = ['--ssl-verify-client', '/environ/closed', '--ssl-verify-client', '/shut/']

/** The answer, and what came to the other server, with its fields in one order. */
const passedOn = bytes => async site => {
  site.backend.expect()
  const answers = await over(bytes)(site)
  const [heard] = await site.backend.hears(1)
  const [line, ...fields] = heard.bytes.split('\r\n')
  return { answers, line, fields: fields.sort() }
}

/** @type {Scenario} */
const forwarded = {
  name: 'tls: what is forwarded',
  https: true,
  backend: true,
  arguments: [
    ...[...ofSite, '--https-only', '--hsts-policy', 'max-age=1', '--http2'],
    ...['--proxy-mount-point', '/proxy', 'http://{backend}/p', '--error-document', '404', '/x404'],
  ],
  files,
  probes: {
    'a request': passedOn(closing('/proxy/a')),
    'a request for a host with a port': passedOn(
      `GET /proxy/a HTTP/1.1\r\nHost: ${host}:99\r\nConnection: close\r\n\r\n`,
    ),
    'an error of the other server': async site => {
      site.backend.expect('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone')
      return over(closing('/proxy/b'))(site)
    },
  },
}

/** @type {Scenario} */
const logged = {
  name: 'tls: lines of the access log',
  https: true,
  arguments: [
    ...[...ofSite, '--ssl-ca-certificate-file', 'authority.pem', '--ssl-verify-client', '/closed'],
    '--access-log',
    '--access-log-format',
    [
      '%r %>s %p',
      '%{HTTPS}x %{SSL_PROTOCOL}x %{SSL_CIPHER}x %{SSL_SERVER_S_DN_CN}x %{SSL_TLS_SNI}x',
      '%{SSL_CLIENT_S_DN}x %{SSL_CLIENT_VERIFY}x %{none}x',
      '%{version}c %{cipher}c %{subjectdn}c %{issuerdn}c',
    ].join('|'),
  ],
  files,
  probes: Object.fromEntries(
    Object.entries({
      'over HTTPS': site => over(closing('/x'))(site),
      'with a certificate': site =>
        over(closing('/closed'), { ...clients.known, maxVersion: 'TLSv1.2' })(site),
      'over HTTP': site => exchange(site, closing('/x'), { next: 'none' }),
    }).map(([name, request]) => [
      name,
      async site => {
        const before = site.server.file('access_log').split('\n').length
        await request(site)
        await site.server.logged(new RegExp(`^(?:[^\\n]*\\n){${before}}`), 'access_log')
        return site.server
          .file('access_log')
          .split('\n')
          .slice(before - 1)
      },
    ]),
  ),
}

/** What the document of an error is told of the request before. */
const redirected = response =>
  Object.fromEntries(
    Object.entries(JSON.parse(response.body.toString('latin1')))
      .filter(([key]) => key.startsWith('REDIRECT_'))
      .map(([key, value]) => [key, varying.test(key.slice('REDIRECT_'.length)) ? '*' : value]),
  )

/** @type {Scenario} */
const documents = {
  name: 'tls: documents for errors',
  https: true,
  arguments: [
    ...[...ofSite, '--ssl-environment', '--document-root', 'docs'],
    ...['--error-document', '404', '/environ', '--error-document', '405', '/environ'],
  ],
  files,
  probes: Object.fromEntries(
    Object.entries({
      'of the server, early': closing('/%2f'),
      'of the server, late': closing('/a.txt', '', 'PUT'),
    }).map(([name, bytes]) => [
      name,
      site => exchange(secured(site), bytes, { look: redirected, next: 'none' }),
    ]),
  ),
}

const row = 'clients that have no certificate where one is needed, and those of TLS 1.3'

/** On paths that need a certificate: Apache asks for it when it comes to them, we in the handshake. */
const differently = closed =>
  Object.fromEntries(
    closed.flatMap(path => [
      [`TLS 1.2: ${path} without`, row],
      [`TLS 1.2: ${path} with that of a stranger`, row],
      [`TLS 1.3: ${path} with a certificate`, row],
    ]),
  )

/** @type {Scenario[]} */
const verified = [[], ruled].map(more => ({
  differs: differently(
    more.length === 0 ? paths : ['/environ/closed', '/environ/closed/x', '/shut/x', '/shut/'],
  ),
  name: `tls: client certificates${more.length > 0 ? ' for some paths' : ''}`,
  https: true,
  arguments: [
    ...ofSite,
    '--ssl-ca-certificate-file',
    'authority.pem',
    '--ssl-environment',
    ...more,
  ],
  files,
  probes: Object.fromEntries(
    Object.entries(versions).flatMap(([version, options]) =>
      Object.entries(kinds).flatMap(([kind, shown]) =>
        paths.map(path => [
          `${version}: ${path} ${kind}`,
          over(closing(path), { ...shown, ...options }),
        ]),
      ),
    ),
  ),
}))

export default [
  plain,
  spokenPlainly,
  ...environment,
  localhost,
  policy,
  forwarded,
  documents,
  logged,
  ...verified,
]
