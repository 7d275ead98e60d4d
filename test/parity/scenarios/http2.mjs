/** HTTP/2: by ALPN, by its first bytes, and by Upgrade. */
import { exchange } from '../runner/exchange.mjs'
import { http2Exchange } from '../runner/http2-exchange.mjs'
import { observe } from '../runner/observation.mjs'
import { certificateFiles, secured, shakeHands } from '../runner/secure-connection.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

const host = 'www.example.com'

/** What differs from run to run. */
const varying =
  /^(SSL_SESSION_ID|SSL_VERSION_.*|H2_STREAM_TAG|REMOTE_PORT|mod_wsgi\.(request_|queue_|server_|thread_|connection_|application_start|daemon_start).*)$/

/** The environ, or the answer of the server. */
function look(response) {
  const text = response?.body.toString('latin1')
  if (response?.status !== 200 || !text.startsWith('{"CONT')) return observe(response)
  const kept = Object.entries(JSON.parse(text)).map(([key, value]) => [
    key,
    varying.test(key) ? '*' : value,
  ])
  return Object.fromEntries(kept.filter(([key]) => !key.startsWith('apache.')))
}

const origin = site => `http://127.0.0.1:${site.server.port}`

/**
 * @param {string} path
 * @param {import('node:http2').OutgoingHttpHeaders} [headers]
 * @param {string | Buffer} [body]
 * @returns {Probe}
 */
const ask =
  (path, headers = {}, body = undefined, trailers = undefined) =>
  site =>
    http2Exchange(
      origin(site),
      [{ headers: { ':path': path, ':authority': host, ...headers }, body, trailers }],
      { look },
    )

const post = { ':method': 'POST' }
const many = count => Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, 'a']))

const bodyLost = 'a request body over HTTP/2 whose length is not told, with `--chunked-request`'

/** @type {Scenario} */
const requests = {
  name: 'http2: requests',
  differs: {
    'what is in the body': bodyLost,
    trailers: bodyLost,
    'a body that is too large':
      'a request body over HTTP/2 that is longer than `--limit-request-body`',
  },
  arguments: [
    '--http2',
    '--chunked-request',
    '--document-root',
    'docs',
    '--limit-request-body',
    '100000',
  ],
  files: { 'docs/a.txt': 'a file', 'docs/sub/b.txt': 'another', 'docs/empty.txt': '' },
  probes: {
    'the environ': ask('/environ?a=b'),
    'cookies in pieces': ask('/environ', { cookie: ['a=1', 'b=2'] }),
    'a field twice': ask('/environ', { 'x-two': ['1', '2'] }),
    'a host besides': ask('/environ', { host: 'other' }),
    'a host instead': ask('/environ', { ':authority': undefined, host: 'other' }),
    'another scheme': ask('/environ', { ':scheme': 'https' }),
    'a body of a length': ask('/environ', { ...post, 'content-length': 5 }, 'hello'),
    'a body without a length': ask('/environ', post, 'hello'),
    'what is in the body': ask('/body', post, 'hello'),
    'a large body': ask('/body', { ...post, 'content-length': 90_000 }, Buffer.alloc(90_000, 'x')),
    'a body that is too large': ask(
      '/body',
      { ...post, 'content-length': 100_001 },
      Buffer.alloc(100_001),
    ),
    'a body that becomes too large': ask('/body', post, Buffer.alloc(200_000)),
    trailers: ask('/body', post, 'hello', { 'x-trailer': '1' }),
    'a wait for the body': ask(
      '/body',
      { ...post, 'content-length': 5, expect: '100-continue' },
      'hello',
    ),
    'another expectation': ask('/body', { ...post, 'content-length': 5, expect: 'x' }, 'hello'),
    'HEAD of the application': ask('/x', { ':method': 'HEAD' }),
    'HEAD of a file': ask('/a.txt', { ':method': 'HEAD' }),
    'a file': ask('/a.txt'),
    'an empty file': ask('/empty.txt'),
    'part of a file': ask('/a.txt', { range: 'bytes=1-2' }),
    'a file that has not changed': ask('/a.txt', { 'if-none-match': '*' }),
    'a directory': ask('/sub'),
    'a slash in the path': ask('/%2f'),
    'a bad path': ask('/%zz'),
    'a bad host': ask('/x', { ':authority': 'a..b' }),
    OPTIONS: ask('/a.txt', { ':method': 'OPTIONS' }),
    'OPTIONS *': ask('*', { ':method': 'OPTIONS' }),
    TRACE: ask('/a.txt', { ':method': 'TRACE' }),
    PUT: ask('/a.txt', { ':method': 'PUT' }),
    BREW: ask('/x', { ':method': 'BREW' }),
    '90 fields': ask('/x', many(90)),
    '101 fields': ask('/x', many(101)),
    'a long field': ask('/method', { 'x-long': 'a'.repeat(8000) }),
    'a field that is too long': ask('/method', { 'x-long': 'a'.repeat(9000) }),
    'several on one connection': site =>
      http2Exchange(
        origin(site),
        ['/environ', '/x', '/environ'].map(path => ({
          headers: { ':path': path, ':authority': host },
        })),
        { look },
      ),
  },
}

/** @type {Scenario} */
const measured = {
  name: 'http2: without --chunked-request',
  arguments: ['--http2'],
  probes: {
    'a body without a length': ask('/body', post, 'hello'),
    'a body of a length': ask('/body', { ...post, 'content-length': 5 }, 'hello'),
  },
}

const names = [
  ...['exact', 'exact_in_blocks', 'list_of_one', 'list_of_two', 'empty_list', 'empty_block'],
  ...['generator', 'generator_of_nothing', 'late_start', 'writes', 'write_and_iterate', 'big'],
  ...['big_with_length', 'too_long', 'too_long_in_blocks', 'length_of_nothing', 'two_lengths'],
  ...['own_chunks', 'chunked_and_length', 'raise_at_once', 'raise_after_start', 'no_start'],
]

/** To HEAD of several blocks the original answers, or resets the stream. */
const blocks = [
  'exact_in_blocks',
  'list_of_two',
  'generator',
  'writes',
  'write_and_iterate',
  'big',
  'big_with_length',
  'too_long_in_blocks',
]
const whole = names.filter(name => !blocks.includes(name))

const bothLengths = 'a response over HTTP/2 with Transfer-Encoding and Content-Length'

const statuses = [200, 204, 205, 206, 299, 304, 400, 401, 404, 413, 418, 499, 500, 503, 599]

/** @type {Scenario} */
const responses = {
  name: 'http2: responses',
  differs: {
    chunked_and_length: bothLengths,
    'HEAD of chunked_and_length': bothLengths,
  },
  app: 'responses.py',
  arguments: ['--http2'],
  probes: {
    ...Object.fromEntries(names.map(name => [name, ask(`/${name}`)])),
    ...Object.fromEntries(
      whole.map(name => [`HEAD of ${name}`, ask(`/${name}`, { ':method': 'HEAD' })]),
    ),
    ...Object.fromEntries(
      statuses.flatMap(status => [
        [`${status} with a body`, ask(`/status_with_body?${status}+Own`)],
        [`${status} alone`, ask(`/status_alone?${status}+Own`)],
      ]),
    ),
  },
}

const settings = 'HTTP2-Settings: AAMAAABkAAQAAP__\r\n'
const upgrade = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n${settings}`

/** The first answer on a connection; what comes behind 101 is another protocol. */
const first =
  (bytes, open = site => site.connect()) =>
  async site => {
    const connection = await open(site)
    connection.send(bytes)
    const seen = observe(await connection.read({ method: bytes.split(' ', 1)[0] }))
    connection.close()
    return seen
  }

const get = (path, fields = '', method = 'GET', version = '1.1') =>
  `${method} ${path} HTTP/${version}\r\nHost: h\r\n${fields}\r\n`

/** @type {Scenario} */
const changes = {
  name: 'http2: Upgrade',
  differs: { 'asked for in HTTP/1.0': '`Upgrade: h2c` in HTTP/1.0' },
  arguments: ['--http2', '--document-root', 'docs'],
  files: { 'docs/a.txt': 'a file', 'docs/sub/b.txt': 'another' },
  probes: {
    'asked for': first(get('/x', upgrade)),
    'asked for a file': first(get('/a.txt', upgrade)),
    'asked for a directory': first(get('/sub', upgrade)),
    'asked for what is not there': first(get('/a.txt/x', upgrade)),
    'asked for a slash in the path': first(get('/%2f', upgrade)),
    'asked for with OPTIONS *': first(get('*', upgrade, 'OPTIONS')),
    'asked for with HEAD': first(get('/x', upgrade, 'HEAD')),
    'asked for with PUT of a file': first(get('/a.txt', upgrade, 'PUT')),
    'asked for with a body': first(`${get('/x', `${upgrade}Content-Length: 2\r\n`, 'POST')}ab`),
    'asked for with an empty body': first(get('/x', `${upgrade}Content-Length: 0\r\n`, 'POST')),
    'asked for in HTTP/1.0': first(get('/x', upgrade, 'GET', '1.0')),
    'asked for without settings': first(get('/x', 'Connection: Upgrade\r\nUpgrade: h2c\r\n')),
    'asked for with settings twice': first(get('/x', upgrade + settings)),
    'asked for without a word in Connection': first(get('/x', `Upgrade: h2c\r\n${settings}`)),
    'asked for among others': first(get('/x', upgrade.replace('h2c', 'websocket, h2c'))),
    'asked for in capitals': first(get('/x', upgrade.replace('h2c', 'H2C'))),
    'asked for something else': first(get('/x', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')),
    'asked for by its name over TLS': first(get('/x', upgrade.replace('h2c', 'h2'))),
    offered: first(get('/x')),
    'offered with a file': first(get('/a.txt')),
    'offered with a file that has not changed': first(get('/a.txt', 'If-None-Match: *\r\n')),
    'offered to HEAD': first(get('/x', '', 'HEAD')),
    'offered to HTTP/1.0': first(get('/x', '', 'GET', '1.0')),
    'offered to HTTP/1.0 that stays': first(get('/x', 'Connection: keep-alive\r\n', 'GET', '1.0')),
    'offered to who asks to stay': first(get('/x', 'Connection: keep-alive\r\n')),
    'offered to who leaves': first(get('/x', 'Connection: close\r\n')),
    'offered with OPTIONS': first(get('/a.txt', '', 'OPTIONS')),
    'offered with OPTIONS *': first(get('*', '', 'OPTIONS')),
    'offered with TRACE': first(get('/a.txt', '', 'TRACE')),
    'offered with a redirect': first(get('/sub')),
    'offered with an error': first(get('/a.txt', '', 'PUT')),
    'offered once': site => exchange(site, get('/x')),
    'its first bytes later': site =>
      exchange(site, `${get('/x')}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, { next: 'none' }),
  },
}

/** @type {Scenario} */
const overTls = {
  name: 'http2: over TLS',
  https: true,
  arguments: [
    ...['--http2', '--https-port', '{https}', '--server-name', host, '--ssl-certificate', 'site'],
    ...['--ssl-environment', '--https-only', '--hsts-policy', 'max-age=1'],
  ],
  files: certificateFiles,
  probes: {
    'the environ': site =>
      http2Exchange(
        `https://127.0.0.1:${site.httpsPort}`,
        [{ headers: { ':path': '/environ', ':authority': host } }],
        { look, options: { servername: host } },
      ),
    'an answer, and one for another host': site =>
      http2Exchange(
        `https://127.0.0.1:${site.httpsPort}`,
        [host, 'other'].map(name => ({ headers: { ':path': '/x', ':authority': name } })),
        { options: { servername: host } },
      ),
    'what the handshake says': async site => {
      const said = []
      for (const protocols of [['h2', 'http/1.1'], ['http/1.1', 'h2'], ['http/1.1'], []]) {
        const socket = await shakeHands(site, { ALPNProtocols: protocols })
        said.push(socket.alpnProtocol)
        socket.destroy()
      }
      return said
    },
    'HTTP/1.1': site =>
      exchange(secured(site), `GET /x HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, {
        next: 'none',
      }),
  },
}

/** The answer to a request over HTTP/2, and what came to the other server, with its fields in one order. */
const passedOn = (headers, body) => async site => {
  site.backend.expect()
  const answers = await http2Exchange(origin(site), [
    { headers: { ':authority': host, ...headers }, body },
  ])
  const [heard] = await site.backend.hears(1)
  const [head, rest] = heard.bytes.split('\r\n\r\n')
  const [line, ...fields] = head.split('\r\n')
  return { answers, line, fields: fields.sort(), rest }
}

/** @type {Scenario} */
const forwarded = {
  name: 'http2: what is forwarded',
  backend: true,
  arguments: ['--http2', '--proxy-mount-point', '/proxy', 'http://{backend}/p'],
  probes: {
    'a request': passedOn({ ':path': '/proxy/a?b' }),
    'cookies in pieces': passedOn({ ':path': '/proxy/a', cookie: ['a=1', 'b=2'] }),
    'a body of a length': passedOn({ ':path': '/proxy/a', ...post, 'content-length': 5 }, 'hello'),
    'fields for the connection to the other server': async site => {
      site.backend.expect(
        'HTTP/1.1 200 OK\r\nConnection: close, X-One\r\nX-One: 1\r\nX-Two: 2\r\n\r\nback',
      )
      return ask('/proxy/a')(site)
    },
    'the offer': first(get('/proxy/a')),
    'asked for': first(get('/proxy/a', upgrade)),
  },
}

export default [requests, measured, responses, changes, overTls, forwarded]
