/** From the request line and the header fields to the environ. */

const get = (target, fields = '', version = 'HTTP/1.1') =>
  `GET ${target} ${version}\r\nHost: localhost\r\n${fields}\r\n`

/** Keys that belong to one request or one machine. */
const particular = /^(REMOTE_PORT|mod_wsgi\.(request_id|server_pid|thread_id|.*_start))$/

/** The environ without what differs from request to request. */
async function environOf(site, target, fields = '', version = 'HTTP/1.1') {
  const connection = await site.connect()
  try {
    connection.send(get(target, fields, version))
    const response = await connection.read()
    if (response === null) return 'closed without an answer'
    if (response.status !== 200) return `${response.status} ${response.reason}`
    const environ = JSON.parse(response.body.toString('latin1'))
    delete environ['apache.version'] // see 'the version of Apache'
    return Object.fromEntries(
      Object.entries(environ).map(([key, value]) => [
        key,
        particular.test(key) ? typeof value : value,
      ]),
    )
  } finally {
    connection.close()
  }
}

/** Only the keys that the request decides about. */
async function chosen(site, target, fields, version) {
  const environ = await environOf(site, target, fields, version)
  if (typeof environ === 'string') return environ
  const base =
    /^(PATH_INFO|QUERY_STRING|REQUEST_|SCRIPT_|SERVER_(NAME|PORT|PROTOCOL)|HTTP_|CONTENT_|mod_wsgi\.(script_name|path_info))/
  return Object.fromEntries(Object.entries(environ).filter(([key]) => base.test(key)))
}

const targets = {
  query: '/environ/a?b=c&d=%20+',
  percent: '/environ/a%20b%C3%A9%41',
  'not UTF-8': '/environ/%FF%FE',
  'raw bytes': '/environ/\xe9\xff',
  'double slashes': '//environ///a//b//',
  'dot segments': '/x/../environ/./a/../b',
  'encoded dot segments': '/x/%2e%2e/environ/%2E/b',
  'dots at the end': '/environ/a/..',
  'a dot at the end': '/environ/a/.',
  'above the root': '/../environ',
  'encoded slash': '/environ/a%2Fb',
  'encoded NUL': '/environ/a%00b',
  'encoded slash in the query': '/environ?a=%2F%00',
  'stray percent': '/environ/%zz',
  'stray percent in the query': '/environ?%zz',
  'percent at the end': '/environ/%4',
  'encoded question mark': '/environ/a%3Fb?c',
  fragment: '/environ#a',
  'semicolon, plus and backslash': '/environ/a;b+c\\d',
  'question marks': '/environ??a?b',
  'empty query': '/environ?',
  'absolute form': 'http://other.example:81/environ/a?b',
  'absolute form without a path': 'http://other.example',
  'absolute form with a user': 'http://me:pw@other.example/environ',
  'upper case scheme': 'HTTP://Other.Example/environ',
  'https form': 'https://other.example/environ',
  'quotes and angle brackets': '/environ/"<>{}|^`',
  tilde: '/environ/~a',
  'asterisk path': '/environ/*',
  'long path': `/environ/${'a'.repeat(200)}/${'b'.repeat(200)}`,
}

const headers = {
  repeated: 'X-A: 1\r\nX-B: 2\r\nx-a: 3\r\n',
  'repeated cookies': 'Cookie: a=1\r\nCookie: b=2\r\n',
  underscore: 'X_A: 1\r\nX-A: 2\r\n',
  'other characters': 'X.A: 1\r\nX!B: 2\r\nX~C: 3\r\n',
  proxy: 'Proxy: evil\r\nProxy-Authorization: Basic x\r\nProxy-Connection: y\r\n',
  authorization: 'Authorization: Basic bWU6cHc=\r\n',
  blanks: 'X-A:   a  b  \r\nX-B:\r\nX-C:\t c\t\r\n',
  'latin-1': 'X-A: caf\xe9 \xff\r\n',
  folded: 'X-A: one\r\n  two\r\n\tthree\r\n',
  'content type': 'Content-Type: text/Plain; charset=UTF-8\r\n',
  'empty content type': 'Content-Type:\r\n',
  'length of nothing': 'Content-Length: 0\r\n',
  'hop by hop':
    'Connection: X-A, close\r\nX-A: 1\r\nKeep-Alive: x\r\nTE: trailers\r\nUpgrade: h2c\r\n',
  forwarded: 'X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: h\r\n',
  conditions:
    'If-None-Match: "x"\r\nIf-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\nRange: bytes=0-1\r\n',
  'digits in a name': 'X-1-2: a\r\n9-X: b\r\n',
  'long value': `X-A: ${'v'.repeat(8000)}\r\n`,
  'too long value': `X-A: ${'v'.repeat(8200)}\r\n`,
  'hundred fields': 'X-A: 1\r\n'.repeat(99),
  'too many fields': 'X-A: 1\r\n'.repeat(100),
}

const hosts = {
  'with a port': 'Example.COM:1234',
  'upper case': 'LOCALHOST',
  'an address': '127.0.0.1',
  IPv6: '[::1]:99',
  'IPv6 without a port': '[::1]',
  'an empty port': 'localhost:',
  'a port that is none': 'localhost:x',
  'a trailing dot': 'localhost.',
  underscore: 'a_b.example',
  'a slash': 'a/b',
  'a blank': 'a b',
  'at sign': 'me@host',
  empty: '',
  'high bytes': 'h\xe9',
  percent: 'a%20b',
  'a large port': 'localhost:99999',
}

const environ = {
  name: 'environ',
  probes: {
    'plain GET': site => environOf(site, '/environ'),
    'the version of Apache': async site =>
      Object.keys(await site.tell('/environ')).filter(key => key.startsWith('apache')),
    'HTTP/1.0': site => environOf(site, '/environ', '', 'HTTP/1.0'),
    ...Object.fromEntries(
      Object.entries(targets).map(([name, target]) => [
        `target: ${name}`,
        site => chosen(site, target),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(headers).map(([name, fields]) => [
        `header: ${name}`,
        site => chosen(site, '/environ', fields),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(hosts).map(([name, host]) => [
        `host: ${name}`,
        async site => {
          const connection = await site.connect()
          try {
            connection.send(`GET /environ HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
            const response = await connection.read()
            if (response?.status !== 200) return `${response?.status} ${response?.reason}`
            const { HTTP_HOST, SERVER_NAME, SERVER_PORT } = JSON.parse(
              response.body.toString('latin1'),
            )
            return { HTTP_HOST, SERVER_NAME, SERVER_PORT }
          } finally {
            connection.close()
          }
        },
      ]),
    ),
    'host: none in HTTP/1.1': site => site.ask('GET /method HTTP/1.1\r\n\r\n', { fate: true }),
    'host: none in HTTP/1.0': site => site.ask('GET /method HTTP/1.0\r\n\r\n', { fate: true }),
    'host: two': site =>
      site.ask('GET /method HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', { fate: true }),
    'host: two that agree': site =>
      site.ask('GET /method HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', { fate: true }),
  },
}

environ.differs = { 'the version of Apache': '`apache.version` in the environ' }

const options = {
  name: 'environ with options',
  arguments: [
    '--setenv',
    'NAME',
    'value',
    '--setenv',
    'lower.key',
    'x y',
    '--setenv',
    'REQUEST_METHOD',
    'NO',
    '--setenv',
    'HTTP_HOST',
    'NO',
    '--passenv',
    'PASSED',
    '--passenv',
    'UNSET',
    '--processes',
    '2',
    '--threads',
    '3',
  ],
  env: { PASSED: 'passed value' },
  probes: { 'plain GET': site => environOf(site, '/environ') },
}

const https = {
  name: 'environ with HTTPS set',
  arguments: ['--setenv', 'HTTPS', 'on'],
  probes: { 'plain GET': site => environOf(site, '/environ') },
}

const oneThread = {
  name: 'environ of one thread and one request',
  arguments: ['--threads', '1', '--maximum-requests', '1'],
  probes: { 'plain GET': site => environOf(site, '/environ') },
}

const mounted = {
  name: 'environ below a mount point',
  arguments: ['--mount-point', '/app'],
  probes: Object.fromEntries(
    ['/app/environ', '/app/environ/x%20y?z', '/app', '/app/', '/apple', '/', '/app//environ'].map(
      target => [
        target,
        site =>
          target.includes('environ')
            ? environOf(site, target)
            : site.ask(get(target), { fate: true }),
      ],
    ),
  ),
}

const anywhere = {
  name: 'environ without --host',
  anyHost: true,
  probes: { 'plain GET': site => environOf(site, '/environ') },
}

export default [environ, options, https, oneThread, mounted, anywhere]
