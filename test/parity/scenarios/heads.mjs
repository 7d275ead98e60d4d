/** Status and fields of the application, and what becomes of them. */
import { exchange } from '../runner/exchange.mjs'
import { observe } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

/** @param {{ method?: string, version?: string, fields?: string }} [options] */
const request = (target, { method = 'GET', version = '1.1', fields = '' } = {}) =>
  `${method} ${target} HTTP/${version}\r\nHost: h\r\n${fields}\r\n`

const python = text =>
  `'${[...text].map(character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}'`

/** The call of start_response, in Python. */
const call = (fields, status = '200 OK') =>
  encodeURIComponent(
    `${python(status)}, [${fields.map(([name, value]) => `(${python(name)}, ${python(value)})`)}]`,
  )

/** @typedef {{ status?: string, app?: string, method?: string, version?: string, fields?: string }} Asking */

/**
 * What comes for such fields.
 *
 * @param {readonly (readonly [string, string])[]} fields
 * @param {Asking} [asking]
 * @returns {Probe}
 */
const answerTo = (fields, { status, app = 'start_with', ...options } = {}) => {
  const bytes = request(`/${app}?${call(fields, status)}`, options)
  return site => exchange(site, bytes, { look: inOrder })
}

/** With the fields as they came: Apache's order is the same everywhere. */
function inOrder(response) {
  const seen = observe(response)
  if (typeof seen === 'string' || seen.framing === 'page') return seen
  const fields = response.fields
    .filter(([name]) => !['Date', 'Server'].includes(name))
    .map(([name, value]) => `${name}: ${isNow(value) ? '(now)' : value}`)
  return { ...seen, fields }
}

const isNow = value => /GMT$/.test(value) && Math.abs(Date.parse(value) - Date.now()) < 60_000

/**
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => Record<string, Probe>} probes
 */
const each = (items, probes) => Object.assign({}, ...items.map(probes))

const keepAlive = { fields: 'Connection: keep-alive\r\n' }
const old = { version: '1.0' }
const head = { method: 'HEAD' }

const codings = [
  'chunked',
  'Chunked',
  'identity',
  'gzip, chunked',
  'chunked, gzip',
  'chunked, chunked',
  ' chunked ',
  'chunked;q=1',
  'chunked,',
  '',
]

/** @type {Scenario} */
const ownCodings = {
  name: 'transfer codings of the application',
  app: 'responses.py',
  probes: each(codings, coding => {
    const field = ['Transfer-Encoding', coding]
    const length = ['Content-Length', '17']
    const ask = (title, fields, asking = {}) => [
      `${coding}${title}`,
      answerTo(fields, { app: 'chunks_with', ...asking }),
    ]
    return Object.fromEntries([
      ask('', [field]),
      ask(' for HTTP/1.0', [field], old),
      ask(' for HTTP/1.0 with keep-alive', [field], { ...old, ...keepAlive }),
      ask(' for HEAD', [field], head),
      ask(' and a length', [field, length]),
      ask(' and a length with keep-alive', [length, field], keepAlive),
      ask(' and a length for HTTP/1.0', [field, length], old),
      ask(' and a length for HEAD', [field, length], head),
      ask(' with 204', [field], { status: '204 No Content' }),
      ask(' with 404', [field], { status: '404 app' }),
      ask(' and close', [field, ['Connection', 'close']]),
      ask(' and nothing', [field], { app: 'nothing_with' }),
    ])
  }),
}

const connectionWords = [
  'close',
  'CLOSE',
  'c',
  'clo',
  'closed',
  'x, close',
  'close x',
  'x;close',
  'not-close',
  'close-not',
  'keep-alive',
  'Keep-Alive, close',
  'Upgrade',
  '',
]

const askedWords = ['', 'keep-alive', 'keep', 'close', 'c', 'closed', 'not-close', 'x,close']

/** @type {Scenario} */
const connections = {
  name: 'connection fields of the application',
  app: 'responses.py',
  probes: {
    ...each(connectionWords, word => {
      const own = [
        ['X-A', '1'],
        ['Connection', word],
        ['X-B', '2'],
      ]
      const withLength = [...own, ['Content-Length', '6']]
      return {
        [`says ${word}`]: answerTo(own),
        [`says ${word}, with keep-alive`]: answerTo(own, keepAlive),
        [`says ${word}, for HTTP/1.0`]: answerTo(withLength, old),
        [`says ${word}, for HTTP/1.0 with keep-alive`]: answerTo(withLength, {
          ...old,
          ...keepAlive,
        }),
      }
    }),
    ...each(askedWords, word => {
      const fields = word === '' ? '' : `Connection: ${word}\r\n`
      const length = ['Content-Length', '6']
      const own = [['keep-alive', 'max=3'], ['connection', 'x'], ['Connection', 'y'], length]
      return {
        [`asked ${word}`]: answerTo([length], { fields }),
        [`asked ${word} of HTTP/1.0`]: answerTo([length], { ...old, fields }),
        [`asked ${word}, own fields`]: answerTo(own, { fields }),
        [`asked ${word} of HTTP/1.0, own fields`]: answerTo(own, { ...old, fields }),
      }
    }),
  },
}

const lengths = [
  '+6',
  ' 6',
  '6 ',
  '6\t',
  '006',
  '6, 6',
  '0x6',
  '6.0',
  '1e1',
  '-0',
  '+0',
  '00',
  ' ',
  '-6',
  '9223372036854775807',
  '9223372036854775808',
]

/** @type {Scenario} */
const lengthForms = {
  name: 'lengths of the application',
  app: 'responses.py',
  arguments: ['--keep-alive-timeout', '1'],
  probes: {
    ...each(lengths, length => {
      const field = ['content-LENGTH', length]
      const app = 'chunks_with'
      return {
        [`${length}`]: answerTo([field]),
        [`${length} for HEAD`]: answerTo([field], head),
        [`${length} with 204`]: answerTo([field], { status: '204 No Content', app }),
        [`${length} with 304`]: answerTo([field], { status: '304 Not Modified', app }),
        [`${length} with 404 for HEAD`]: answerTo([field], { status: '404 app', ...head }),
      }
    }),
    ...each(
      [
        ['6', '6'],
        ['3', '6'],
        ['x', '6'],
        ['6', 'x'],
        ['', '6'],
        ['-1', '6'],
      ],
      pair => {
        const fields = pair.map(length => ['Content-Length', length])
        return {
          [`twice: ${pair}`]: answerTo(fields),
          [`twice: ${pair} for HEAD`]: answerTo(fields, head),
        }
      },
    ),
    'nothing for HEAD': answerTo([['Content-Length', '0']], { app: 'nothing_with', ...head }),
    'nothing for HEAD with keep-alive': answerTo([['Content-Length', '0']], {
      app: 'nothing_with',
      ...head,
      ...keepAlive,
    }),
    'an empty file for HEAD': site => exchange(site, request('/empty.txt', head)),
  },
}
lengthForms.arguments = [...lengthForms.arguments, '--document-root', '{folder}/site']
lengthForms.files = { 'site/empty.txt': '' }

const statusFields = [
  '404 app',
  '404',
  '404 ',
  '404app',
  '404  app ',
  ' 404 app',
  '200 Error',
  '200Error',
  '200 Continue',
  '204 x',
  '304 x',
  '500 x',
  '413 x',
  '600 x',
  '099 x',
  '299',
  '299x',
  '99 x',
  '1000 x',
  '4 04',
  '0',
  '-1',
  'x',
  '',
]

/** @type {Scenario} */
const statuses = {
  name: 'statuses in a field',
  app: 'responses.py',
  probes: {
    ...each(statusFields, text => ({
      [`${text}`]: answerTo([
        ['X-A', '1'],
        ['status', text],
      ]),
      [`${text} for HEAD`]: answerTo(
        [
          ['Status', text],
          ['Content-Length', '6'],
        ],
        head,
      ),
    })),
    'the last one': answerTo([
      ['Status', '404 app'],
      ['status', '403 app'],
    ]),
    'after an error': answerTo([['Status', '404 app']], { status: '200 Error' }),
    'of an error, then another': answerTo([
      ['Status', '200 Error'],
      ['Status', '404 app'],
    ]),
    ...each(['204 x', '304 x', '404 app', '500 app'], status => ({
      [`200 for ${status}`]: answerTo([['Status', '200 OK']], { status }),
      [`200 for ${status} with a length`]: answerTo(
        [
          ['Status', '200 OK'],
          ['Content-Length', '6'],
        ],
        { status },
      ),
      [`200 for ${status}, block by block`]: site =>
        exchange(site, request(`/generated_with?${call([['Status', '200 OK']], status)}`), {
          look: inOrder,
        }),
    })),
    '302 for a redirect': answerTo([
      ['Status', '302 Found'],
      ['Location', '/exact'],
    ]),
    '200 for a redirect': answerTo(
      [
        ['Status', '200 Found'],
        ['Location', 'http://h/exact'],
      ],
      { status: '302 Found' },
    ),
    'an error and a redirect': answerTo([['Location', '/exact']], { status: '200 Error' }),
  },
}

const fieldNames = [
  'X-A',
  'Accept-Ranges',
  'Age',
  'Allow',
  'Authentication-Info',
  'Cache-Control',
  'Connection',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Location',
  'Content-MD5',
  'Content-Range',
  'Content-Type',
  'Date',
  'ETag',
  'Expires',
  'Keep-Alive',
  'Last-Modified',
  'Link',
  'Location',
  'Pragma',
  'Proxy-Authenticate',
  'Refresh',
  'Retry-After',
  'Server',
  'Set-Cookie',
  'Set-Cookie2',
  'Strict-Transport-Security',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Vary',
  'Via',
  'Warning',
  'WWW-Authenticate',
  'X-Sendfile',
]

const oddValues = {
  'a list': 'a, B',
  blanks: ' \t a ',
  'other blanks': '\x0b\x0ca',
  'a tab': 'a\tb',
  'a control character': 'a\x01b',
  'a vertical tab at the end': 'a\x0b',
  DEL: 'a\x7fb',
  'other letters': '\xc0\xe9\x85\xa0',
  nothing: '',
}

/** @type {Scenario} */
const values = {
  name: 'fields of the application',
  app: 'responses.py',
  probes: each(fieldNames, name => {
    const other = ['X-B', 'z']
    return {
      [`${name} twice`]: answerTo([[name, 'a'], other, [name.toUpperCase(), 'b']]),
      [`${name} three times`]: answerTo([other, [name, 'b'], [name, ''], [name, 'b']]),
      [`${name} with 304`]: answerTo([[name, 'a'], other], { status: '304 Not Modified' }),
      ...each(Object.entries(oddValues), ([title, value]) => ({
        [`${name} with ${title}`]: answerTo([other, [name, value]]),
      })),
    }
  }),
}

const oddNames = [
  ':',
  ':x',
  'X-A:',
  'X-A::',
  'X-A:b',
  'X-A:\xe9',
  'Connection:close',
  'Content-Type:x',
  'Date:x',
  'Set-Cookie:a',
  'Status:',
  'Transfer-Encoding:chunked',
  'a(b',
  'a,b',
  'a;b',
  'a"b',
  "a'b",
  'a@b',
  '\xe9',
]

/** @type {Scenario} */
const names = {
  name: 'names of fields of the application',
  app: 'responses.py',
  probes: each(oddNames, name => ({
    [`${name}`]: answerTo([
      [name, 'v'],
      ['X-B', '1'],
    ]),
    [`${name} with a number`]: answerTo([
      ['X-B', '1'],
      [name, '6'],
    ]),
    [`${name} with blanks`]: answerTo([[name, ' v ']]),
    [`${name} with nothing`]: answerTo([[name, '']]),
  })),
}

const ordered = {
  'of all kinds': [
    ['Set-Cookie', 'a=1'],
    ['X-A', '1'],
    ['content-type', 'a/b'],
    ['content-length', '6'],
    ['WWW-Authenticate', 'Basic'],
    ['Last-Modified', 'Thu, 01 Jan 1998 00:00:00 GMT'],
    ['vary', 'a'],
    ['location', 'http://h/'],
    ['Content-Range', 'x'],
    ['Set-Cookie', 'b=2'],
    ['X-B', '2'],
    ['www-authenticate', 'Digest'],
    ['Connection', 'x'],
    ['x-a', '3'],
  ],
  'without a length': [
    ['Content-Type', 'a/b'],
    ['X-A', '1'],
    ['Set-Cookie', 'a=1'],
    ['ETag', '"a"'],
  ],
}

/** @type {Scenario} */
const order = {
  name: 'order of fields',
  app: 'responses.py',
  arguments: ['--document-root', '{folder}/site'],
  files: { 'site/a.txt': 'app a' },
  probes: each(Object.entries(ordered), ([title, fields]) => ({
    [title]: answerTo(fields),
    [`${title}, with keep-alive`]: answerTo(fields, keepAlive),
    [`${title}, with close`]: answerTo(fields, { fields: 'Connection: close\r\n' }),
    [`${title}, for HTTP/1.0`]: answerTo(fields, old),
    [`${title}, for HEAD`]: answerTo(fields, { ...head, ...keepAlive }),
  })),
}
for (const fields of ['', 'Connection: keep-alive\r\n', 'Connection: close\r\n']) {
  order.probes[`of a file: ${fields.trim()}`] = site =>
    exchange(site, request('/a.txt', { fields }), { look: orderOfFile })
}

/** Of a file only the names: it was made just now. */
function orderOfFile(response) {
  return response.fields.map(([name]) => name)
}

const varies = [
  'A, B',
  'a,A',
  'a A b',
  '*, a',
  'a;b',
  'a,,b',
  ',a,',
  ',',
  'a\tb',
  'Accept-Encoding, Cookie, accept-encoding',
]

const mediaTypes = [
  'Text/HTML; Charset=UTF-8',
  'TEXT/PLAIN;CHARSET=ISO-8859-1',
  'Text/Html ; X',
  'A;B;C',
  '; X',
  ' \t ',
  'Text ',
  '\xc0B/\xc9;\xc0',
]

const dates = [
  'Sun, 06 Nov 1994 08:49:37 GMT',
  'Mon, 06 Nov 1994 08:49:37 GMT',
  'Sunday, 06-Nov-94 08:49:37 GMT',
  'Sun Nov  6 08:49:37 1994',
  'Sun, 6 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:37 +0100',
  'Sun, 06 Nov 1994 08:49:37',
  '06 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:60 GMT',
  'Sun, 06 Nov 1994 24:49:37 GMT',
  'Sun, 29 Feb 1995 08:49:37 GMT',
  'Sun, 06 Nov 1969 08:49:37 GMT',
  'Sunday, 06-Nov-69 08:49:37 GMT',
  'Sun, 06 Nov 2094 08:49:37 GMT',
  'sun, 06 nov 1994 08:49:37 gmt',
  '1994-11-06T08:49:37Z',
  '784111777',
]

/** @type {Scenario} */
const rewritten = {
  name: 'fields that are written anew',
  app: 'responses.py',
  probes: {
    ...each(varies, value => ({
      [`Vary: ${value}`]: answerTo([['Vary', value]]),
      [`Vary: ${value} and others`]: answerTo([
        ['X-A', '1'],
        ['vary', value],
        ['X-B', '2'],
        ['Vary', 'z, a'],
      ]),
    })),
    ...each(mediaTypes, value => ({
      [`Content-Type: ${value}`]: answerTo([['Content-Type', value]]),
    })),
    ...each(dates, value => ({
      [`Last-Modified: ${value}`]: answerTo([['Last-Modified', value]]),
      [`Last-Modified: ${value} and an older one`]: answerTo([
        ['X-A', '1'],
        ['last-modified', value],
        ['Last-Modified', 'Sun, 06 Nov 1993 08:49:37 GMT'],
      ]),
    })),
  },
}

const conditions = [
  'Range: bytes=0-0',
  'Range: bytes=9-',
  'If-None-Match: "a"',
  'If-None-Match: *',
  'If-Match: "b"',
  'If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT',
  'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT',
  'If-None-Match: "a"\r\nRange: bytes=0-0',
]

const validators = {
  'no validator': [],
  'a tag': [
    ['ETag', '"a"'],
    ['Accept-Ranges', 'bytes'],
    ['Content-Length', '6'],
  ],
  'a weak tag': [['ETag', 'W/"a"']],
  'a date': [
    ['Last-Modified', 'Thu, 01 Jan 1998 00:00:00 GMT'],
    ['Content-Length', '6'],
  ],
}

/** @type {Scenario} */
const conditional = {
  name: 'ranges and conditions for the application',
  app: 'responses.py',
  probes: each(conditions, condition =>
    each(Object.entries(validators), ([title, own]) => ({
      [`${condition} with ${title}`]: answerTo(own, { fields: `${condition}\r\n` }),
      [`${condition} with ${title} for HEAD`]: answerTo(own, {
        ...head,
        fields: `${condition}\r\n`,
      }),
    })),
  ),
}

/** What became of a long line: the status, and how long the lines of the head are. */
const lineOf = text => site =>
  exchange(site, request(`/start_with?${encodeURIComponent(text)}`), {
    look: ({ status, fields }) => ({
      status,
      lengths: fields.map(field => field.join(': ').length),
    }),
  })

/** @returns {Scenario} */
function lines(name, args, lengths) {
  return {
    name: `long lines ${name}`,
    app: 'responses.py',
    arguments: args,
    probes: each(lengths, length => ({
      [`a field of ${length}`]: lineOf(`'200 OK', [('X-A', 'v' * ${length - 5})]`),
      [`a blank and a field of ${length}`]: lineOf(
        `'200 OK', [('X-A', ' ' + 'v' * ${length - 6})]`,
      ),
      [`a type of ${length}`]: lineOf(`'200 OK', [('content-type', 'v' * ${length - 14})]`),
      [`a status of ${length}`]: lineOf(`'200 ' + 'v' * ${length - 12}, []`),
    })),
  }
}

const paths = [
  '/',
  '/x',
  '/x.html',
  '/x.HTML',
  '/x.tar.gz',
  '/x.en.html',
  '/x.html.unknown',
  '/x.html.',
  '/.html',
  '/x.html/y',
  '/x/y.html',
  '/x.html/',
  '/folder/',
  '/folder/x.css',
  '/folder/x.css/y',
  '/%e9.html',
]

const typedAnswers = {
  'a type': "'200 OK', [('Content-Type', 'a/b')]",
  'an empty type': "'200 OK', [('content-type', '')]",
  'a length': "'200 OK', [('X-A', '1'), ('Content-Length', '9')]",
  204: "'204 No Content', []",
  304: "'304 Not Modified', []",
  404: "'404 app', []",
  302: "'302 Found', [('Location', 'http://h/')]",
}

/** @returns {Scenario} */
function types(name, args, more) {
  return {
    name: `types that the application does not name${name}`,
    app: 'untyped.py',
    arguments: [
      ...['--document-root', '{folder}/site', '--mime-types', '{folder}/mime.types'],
      ...args,
    ],
    files: {
      'site/folder/a.txt': 'app a',
      'mime.types': 'text/html html htm\ntext/css css\napplication/gzip gz\n',
    },
    probes: {
      ...each(more, path => ({
        [path]: site => exchange(site, request(path), { look: inOrder }),
        [`HEAD ${path}`]: site => exchange(site, request(path, head), { look: inOrder }),
      })),
      ...each(Object.entries(typedAnswers), ([title, text]) => ({
        [`${title} of the application`]: site =>
          exchange(site, request(`${more.at(-1)}?${encodeURIComponent(text)}`), { look: inOrder }),
      })),
    },
  }
}

const modesRow = 'fields of a response in debug mode and embedded mode'

/** What the server process makes of fields only when it has them from a daemon process. */
const ofDaemons = {
  'two of a name': answerTo([
    ['X-A', '1'],
    ['X-B', '2'],
    ['x-a', '3'],
  ]),
  'a status': answerTo([['Status', '404 app']]),
  'a redirect': answerTo([['Location', '/exact']]),
  'a date': answerTo([['Last-Modified', 'rubbish']]),
  'a name with a colon': answerTo([['X-A:', 'b']]),
  'a type in capitals': answerTo([['Content-Type', 'A/B']]),
  'a long line': lineOf("'200 OK', [('X-A', 'v' * 40000)]"),
}

/** @type {Scenario} */
const embedded = {
  name: 'heads of responses in embedded mode',
  app: 'responses.py',
  arguments: ['--embedded-mode'],
  probes: {
    ...ofDaemons,
    'fields of some kinds': answerTo([
      ['X-A', '1'],
      ['Content-Type', 'a/b'],
      ['vary', 'a, b, A'],
      ['X-B', ' 2'],
    ]),
    cookies: answerTo([
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]),
    'a length': answerTo([['content-length', '6']]),
    'chunks of its own': answerTo([['Transfer-Encoding', 'chunked']], { app: 'chunks_with' }),
    'a wish to close': answerTo([['Connection', 'close']]),
  },
  differs: Object.fromEntries(Object.keys(ofDaemons).map(name => [name, modesRow])),
}

export default [
  ownCodings,
  connections,
  lengthForms,
  statuses,
  values,
  names,
  order,
  rewritten,
  conditional,
  embedded,
  lines('', [], [9000, 32_766, 32_767, 40_000]),
  lines(
    'of another buffer',
    ['--header-buffer-size', '9000', '--processes', '1'],
    [8998, 8999, 32_766],
  ),
  lines('of a buffer that does not count', ['--header-buffer-size', '9000'], [8999, 32_767]),
  types('', [], paths),
  types(
    ' below a mount point',
    ['--mount-point', '/app.html'],
    ['/app.html/', '/app.html/x.css', '/app.html/x.css/y', '/x.html', '/app.html/y.gz'],
  ),
]
