/** How strictly requests are read: what is refused, when, and what becomes of the connection. */
import { exchange } from '../runner/exchange.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

/** Status, what is said of the connection, and what the application saw of target, host and body. */
function look({ status, interim, fields, body, framing }) {
  const said = fields.filter(([name]) => /^(connection|keep-alive)$/i.test(name))
  const text = body.toString('latin1')
  const seen = text.startsWith('{') ? JSON.parse(text) : {}
  return {
    status,
    ...(interim.length > 0 ? { interim } : {}),
    ...Object.fromEntries(said),
    ...(status === 200 && text.startsWith('{')
      ? { target: seen.REQUEST_URI, host: seen.HTTP_HOST, body: seen.body.slice(0, 40) }
      : { bytes: framing !== 'none' && body.length > 0 }),
  }
}

/**
 * @param {string} kind
 * @param {Record<string, string>} requests
 * @param {import('../runner/exchange.mjs').ExchangeOptions} [options]
 * @returns {Record<string, Probe>}
 */
const probes = (kind, requests, options) =>
  Object.fromEntries(
    Object.entries(requests).map(([name, bytes]) => [
      `${kind}: ${name}`,
      site => exchange(site, bytes, { look, ...options }),
    ]),
  )

/** @param {readonly string[]} texts @param {(text: string) => string} make */
const each = (texts, make) => Object.fromEntries(texts.map(text => [text, make(text)]))

const get = (target, fields = 'Host: h\r\n', version = '1.1') =>
  `GET ${target} HTTP/${version}\r\n${fields}\r\n`

const words = [
  ...['close', 'CLOSE', 'c', 'clo', 'closed', 'x-close', '"close"', 'x;close', 'close/1', 'x, c'],
  ...['keep-alive', 'k', 'keep', 'keep-ali', 'keep alive', 'x-keep-alive', 'keep-alive2'],
  ...['keep_alive', 'keep-alive, close', '-', '', ',', 'x close', 'close\x80'],
]

/** @type {Scenario} */
const connectionFields = {
  name: 'Connection fields',
  app: 'seen.py',
  probes: {
    ...probes(
      'HTTP/1.1',
      each(words, word => get('/x', `Host: h\r\nConnection: ${word}\r\n`)),
    ),
    ...probes(
      'HTTP/1.0',
      each(words, word => get('/x', `Connection: ${word}\r\n`, '1.0')),
    ),
  },
}

const absoluteTargets = [
  ...[
    'http://a..b/x',
    'http://1.2.3/x',
    'http://1.2.3.4/x',
    'http://1.2.3.4.5/x',
    'http://01.2.3.4/x',
  ],
  ...['http://h:0/x', 'http://:80/x', 'http://h.:80/x', 'http://./x', 'http://../x', 'http://h..'],
  ...['http://1/x', 'http://a.1/x', 'http://a.1b/x', 'http://a.-b/x', 'http://.h/x', 'http://-h/x'],
  ...['http://h_x/x', 'http://h,x/x', 'http://h%41/x', 'http://h:80:80/x', 'http://@h/x'],
  ...['http://[1.2.3.4]/x', 'http://[1]/x', 'http://[]/x', 'http://[:]/x', 'http://[::g]/x'],
  ...['http:h/x', 'http:/x', 'http:', 'http:?x', 'https:h/x', 'https:/x', 'https://a..b/x'],
  ...['http://h?x', 'http://h', '?x', '?', '*x', '/*'],
]

const authorities = [
  ...[
    ':1',
    'h:',
    'h',
    'a..b:1',
    '1.2.3:1',
    '[::1]:1',
    '[1]:1',
    'h:99999',
    'h:0',
    'h:+1',
    'h:-1',
    'h:1/',
    'u@h:1',
  ],
  ...['h,x:1', '%41:1', 'h.:1', '.:1', '/x', '*', 'http://h/x'],
]

const hostFields = ['a b', '', 'a/b', 'h:x', 'h\r\nHost: i', '..', '.', 'a..', 'a.1b', '01.2.3.4']

/** @type {Scenario} */
const hosts = {
  name: 'hosts in targets and in fields',
  app: 'seen.py',
  probes: {
    ...probes(
      'GET',
      each(absoluteTargets, target => get(target)),
    ),
    ...probes(
      'OPTIONS',
      each(absoluteTargets, target => get(target).replace('GET', 'OPTIONS')),
    ),
    ...probes(
      'CONNECT',
      each(authorities, target => get(target).replace('GET', 'CONNECT')),
    ),
    ...probes('CONNECT', {
      'beside a bad Host': get('h:1', 'Host: a b\r\n').replace('GET', 'CONNECT'),
    }),
    ...probes(
      'Host',
      each(hostFields, host => get('/x', `Host: ${host}\r\n`)),
    ),
    ...probes(
      'Host beside a host in the target',
      each(hostFields, host => get('http://h/x', `Host: ${host}\r\n`)),
    ),
    ...probes(
      'Host beside https',
      each(hostFields, host => get('https://h/x', `Host: ${host}\r\n`)),
    ),
    ...probes('none', {
      'beside a host in the target': get('http://h/x', ''),
      'beside a host in the target of HTTP/1.0': get('http://h/x', '', '1.0'),
    }),
  },
}

const codings = [
  ...[
    'gzip,\tchunked',
    'gzip, \tchunked',
    'gzip,  chunked',
    '\xa0chunked',
    'chunked\xa0',
    'gzip, \xa0chunked',
  ],
  ...[
    'x chunked',
    'chunked chunked',
    'chunked ;, chunked',
    '"chunked", chunked',
    ',,chunked',
    'gzip x, chunked',
  ],
]
const body = '3\r\nabc\r\n0\r\n\r\n'

const spoiled = {
  'in order': body,
  'a bad size': 'zz\r\nabc\r\n0\r\n\r\n',
  'a bad end': '3\r\nabcd\r\n0\r\n\r\n',
  'a bad trailer': '0\r\nrubbish\r\n\r\n',
  'a size beyond numbers': 'ffffffffffffffff\r\n',
  'more than the limit': `65\r\n${'x'.repeat(101)}\r\n0\r\n\r\n`,
}
const notForTheApplication = {
  'a file': 'POST /st/file.txt',
  'PUT of a file': 'PUT /st/file.txt',
  'FOO of a file': 'FOO /st/file.txt',
  'OPTIONS of a file': 'OPTIONS /st/file.txt',
  'what is missing': 'POST /st/missing',
  'a directory': 'POST /st',
  'a directory and a slash': 'POST /st/',
  'an encoded slash': 'POST /x%2f',
  'a bad target': 'POST /x%z',
  everything: 'OPTIONS *',
  TRACE: 'TRACE /x',
}

const chunked = (line, text, coding = 'chunked') =>
  `${line} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: ${coding}\r\n\r\n${text}`
const announced = (line, fields, text) => `${line} HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${text}`

const twoLengths = 'Content-Length: 3\r\nTransfer-Encoding: chunked'
const continues = 'Expect: 100-continue'

/** Sends no more behind half of a body. */
const half = line => async site => {
  const connection = await site.connect()
  try {
    connection.send(announced(line, 'Content-Length: 10', 'abc'))
    const before = await connection.fate(600)
    connection.endSending()
    const response = await connection.read()
    return { before, answer: response && look(response), fate: await connection.fate() }
  } finally {
    connection.close()
  }
}

/** @type {Scenario} */
const bodies = {
  name: 'bodies of requests that are not for the application',
  app: 'seen.py',
  arguments: [
    ...['--chunked-request', '--limit-request-body', '100'],
    ...['--url-alias', '/st', '{folder}/st'],
  ],
  files: { 'st/file.txt': 'app file' },
  // With more an Apache of ten threads is busy at times, and closes connections that it would keep.
  atOnce: 3,
  probes: Object.assign(
    {},
    ...Object.entries(notForTheApplication).map(([name, line]) => ({
      ...probes(
        name,
        Object.fromEntries(
          Object.entries(spoiled).map(([fault, text]) => [fault, chunked(line, text)]),
        ),
      ),
      ...probes(name, {
        'two codings': chunked(line, body, 'gzip, chunked'),
        'two codings and a bad size': chunked(line, 'zz\r\n', 'gzip, chunked'),
        'a length': announced(line, 'Content-Length: 3', 'abc'),
        'a length beyond the limit': announced(line, 'Content-Length: 101', 'abc'),
        'two lengths': announced(line, twoLengths, body),
        'two lengths and a bad size': announced(line, twoLengths, 'zz\r\n'),
        'two lengths and no body': announced(line, twoLengths, ''),
        'two lengths and an expectation': announced(line, `${twoLengths}\r\n${continues}`, body),
        'an expectation': announced(line, `Content-Length: 3\r\n${continues}`, 'abc'),
        'an expectation and no body': announced(line, continues, ''),
      }),
      [`${name}: half of a body`]: half(line),
    })),
  ),
}

const expectations = {
  'nothing to continue': 'Expect: 100-continue\r\n\r\n',
  'a body': 'Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc',
  'a body and something else': 'Content-Length: 3\r\nExpect: x\r\n\r\nabc',
  nothing: 'Content-Length: 3\r\nExpect:\r\n\r\nabc',
}

const doubtfulTargets = [
  '/x',
  '/..',
  '/%zz',
  'x',
  '/x#y',
  'http://u@h/x',
  'http://a..b/x',
  'ftp://h/x',
]
const refusedExpectations = {
  alone: ['Expect: x\r\n', ''],
  'and a body beyond the limit': ['Expect: x\r\nContent-Length: 20000000\r\n', ''],
  'and chunks': ['Expect: x\r\nTransfer-Encoding: chunked\r\n', body],
  'and bad chunks': ['Expect: x\r\nTransfer-Encoding: chunked\r\n', 'zz\r\n'],
  'and two lengths': [`Expect: x\r\n${twoLengths}\r\n`, ''],
}

/** @type {Scenario} */
const refused = {
  name: 'expectations that are refused',
  app: 'seen.py',
  probes: Object.assign(
    {},
    ...Object.entries(refusedExpectations).map(([name, [fields, text]]) =>
      probes(
        name,
        each(doubtfulTargets, target => `${get(target, `Host: h\r\n${fields}`)}${text}`),
      ),
    ),
  ),
}

/** @type {Scenario} */
const unanswered = {
  name: 'expectations and the connection',
  app: 'seen.py',
  probes: Object.fromEntries(
    ['1.0', '1.1'].flatMap(version =>
      Object.entries(expectations).map(([name, fields]) => [
        `HTTP/${version}: ${name}`,
        site =>
          exchange(
            site,
            `POST /x HTTP/${version}\r\nHost: h\r\nConnection: keep-alive\r\n${fields}`,
            { look },
          ),
      ]),
    ),
  ),
}

const v = length => 'v'.repeat(length)
const folded = length => `X: ${v(3997)}\r\n ${v(length - 4001)}\r\n`
const joined = length => `X_B: ${v(4000)}\r\nX_B: ${v(length - 4002)}\r\n`
const head = fields => get('/x', `Host: h\r\n${fields}`)
const trailers = text => chunked('POST /x', `0\r\n${text}\r\n`)

const blocks = {
  'folded lines of 8188 bytes': folded(8188),
  'folded lines of 8189 bytes': folded(8189),
  'folded lines of 8189 bytes, blanks among them': `X: ${v(3897)}${' '.repeat(100)}\r\n ${v(4088)}\r\n`,
  'repeated fields of 8190 bytes': joined(8190),
  'repeated fields of 8191 bytes': joined(8191),
  'a line of 8191 bytes': `X: ${v(8188)}\r\n`,
  'a line of 8192 bytes': `X: ${v(8189)}\r\n`,
  'a fold of nothing': 'X: 1\r\n \r\n',
  'a fold first': ' 1\r\n',
  'a blank line first': ' \r\n',
  'a blank before the colon': 'X : 1\r\n',
  'a control character': 'X: \x01\r\n',
  '99 fields': 'X: 1\r\n'.repeat(99),
  '101 fields': 'X: 1\r\n'.repeat(101),
}

const sizes = {
  'ten blanks behind it': `3${' '.repeat(10)}`,
  'eleven blanks behind it': `3${' '.repeat(11)}`,
  'eleven blanks before an extension': `3${' '.repeat(11)};a`,
  'very many blanks': `3${' '.repeat(9000)}`,
  'too many digits, and no line': 'ffffffffffffffffx',
  'no size, and long': 'X'.repeat(9000),
  'an extension with a control character, and long': `3;\x01${'a'.repeat(9000)}`,
  'an extension of 8188 bytes': `3;${'a'.repeat(8186)}`,
  'an extension of 8189 bytes': `3;${'a'.repeat(8187)}`,
  'zeros, and long': `${'0'.repeat(9000)}3`,
}

/** @type {Scenario} */
const lines = {
  name: 'lines of fields, trailers and sizes',
  app: 'seen.py',
  arguments: ['--chunked-request'],
  probes: {
    ...probes('head', Object.fromEntries(Object.entries(blocks).map(([n, t]) => [n, head(t)]))),
    ...probes(
      'trailers',
      Object.fromEntries(Object.entries(blocks).map(([name, text]) => [name, trailers(text)])),
    ),
    ...probes(
      'size',
      Object.fromEntries(
        Object.entries(sizes).map(([name, size]) => [
          name,
          chunked('POST /x', `${size}\r\nabc\r\n0\r\n\r\n`),
        ]),
      ),
    ),
    ...probes(
      'coding',
      each(codings, coding => chunked('POST /x', body, coding)),
    ),
    ...probes('end of the data', { 'very late': chunked('POST /x', `1\r\na${'b'.repeat(9000)}`) }),
    ...probes('HEAD', {
      'LF after the request line': 'HEAD /x HTTP/1.1\nHost: h\r\n\r\n',
      'LF after a field': 'HEAD /x HTTP/1.1\r\nHost: h\n\r\n',
      'two blanks': 'HEAD  /x HTTP/1.1\r\nHost: h\r\n\r\n',
      'a NUL': 'HEAD /x\0 HTTP/1.1\r\nHost: h\r\n\r\n',
      'a bad field': 'HEAD /x HTTP/1.1\r\nHost: h\r\nX\r\n\r\n',
      'too long a target': `HEAD /${'x'.repeat(9000)} HTTP/1.1\r\nHost: h\r\n\r\n`,
    }),
  },
}

/** What comes back of a request that is not complete, before the client says that nothing follows, and then. */
const unfinished = bytes => async site => {
  const connection = await site.connect()
  try {
    connection.send(bytes)
    const early = await connection.fate(1200)
    if (early === 'open') connection.endSending()
    const response = early === 'closed' ? null : await connection.read()
    return { early, answer: response && look(response), fate: await connection.fate() }
  } finally {
    connection.close()
  }
}

const begun = 'GET /x HTTP/1.1\r\nHost: h\r\n'
const chunkedHead = 'POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n'

/** Without the line that ends them: seen at once, or when the next line shows that no fold mends them. */
const unfinishedLines = {
  'no field': 'Bad\r\n',
  'no field, and half of the next': 'Bad\r\nX',
  'no field, and the next': 'Bad\r\nX: 1\r\n',
  'no field, folded': 'Bad\r\n 1\r\n',
  'no field, folded, and the next': 'Bad\r\n 1\r\nX: 1\r\n',
  'a fold first': ' 1\r\n',
  'a fold of nothing': 'X: 1\r\n \r\n',
  'a NUL': 'X: \0\r\n',
  'a NUL in half of a line': 'X: \0',
  'a control character': 'X: \x01\r\n',
  'a control character, and the next': 'X: \x01\r\nY: 1\r\n',
  'a control character in a fold': 'X: 1\r\n \x01\r\n',
  LF: 'X: 1\n',
  CR: 'X: 1\r2\r\n',
  'a long line': `X: ${v(9000)}\r\n`,
  'a long line that does not end': `X: ${v(9000)}`,
  'a very long line that does not end': `X: ${v(30_000)}`,
  'folds that are too long together': folded(8189),
  '100 fields': 'X: 1\r\n'.repeat(100),
  '101 fields': 'X: 1\r\n'.repeat(101),
  '102 fields': 'X: 1\r\n'.repeat(102),
  'folded fields, 102 of them': 'X: 1\r\n 2\r\n'.repeat(102),
}

const unfinishedRequests = {
  'two blanks in the request line': 'GET  /x HTTP/1.1\r\n',
  'dots above the root': 'GET /.. HTTP/1.1\r\n',
  'half of a bad line': 'G@T',
  'a very long line': 'GET /'.padEnd(30_000, 'x'),
  'ten empty lines': '\r\n'.repeat(10),
  'eleven empty lines': '\r\n'.repeat(11),
  'a target without a slash': 'GET x HTTP/1.1\r\n',
  'HTTP/0.9 and LF later': 'GET /x\r\nHost: h\r\nX\n',
  'a chunk size that is none': `${chunkedHead}g`,
  'a chunk size that is none, and its end': `${chunkedHead}g\r\n`,
  'a chunk of all bytes that there are': `${chunkedHead}7fffffffffffffff\r\nabc`,
}

/** @type {Scenario} */
const early = {
  name: 'requests that are refused before they are complete',
  app: 'seen.py',
  // Bodies that do not end hold a thread each.
  arguments: ['--chunked-request', '--threads', '20'],
  atOnce: 20,
  probes: Object.fromEntries([
    ...Object.entries(unfinishedLines).flatMap(([name, text]) => [
      [`head: ${name}`, unfinished(begun + text)],
      [`trailers: ${name}`, unfinished(`${chunkedHead}0\r\n${text}`)],
    ]),
    ...Object.entries(unfinishedRequests).map(([name, text]) => [name, unfinished(text)]),
  ]),
  differs: {
    'a target without a slash': 'a request line whose target is refused',
  },
}

const twice = between =>
  `${get('/x')}${between}GET /y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`

/** @type {Scenario} */
const emptyLines = {
  name: 'empty lines between requests',
  app: 'seen.py',
  probes: {
    ...probes(
      'between',
      {
        'ten of them': twice('\r\n'.repeat(10)),
        'eleven of them': twice('\r\n'.repeat(11)),
        LF: twice('\n'),
        CR: twice('\r'),
      },
      { next: 'none' },
    ),
  },
  differs: {
    'between: eleven of them': 'more than 10 empty lines, or LF alone, behind a request',
    'between: LF': 'more than 10 empty lines, or LF alone, behind a request',
  },
}

export default [connectionFields, hosts, bodies, refused, unanswered, lines, early, emptyLines]
