/** `--compress-responses`: what of the application and of files is compressed, and what that does to a head. */
import { chmod } from 'node:fs/promises'
import { createServer, get as request } from 'node:http'
import { createGunzip } from 'node:zlib'
import { lookAtCoded } from '../runner/coded-answer.mjs'
import { exchange } from '../runner/exchange.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

/**
 * @typedef {object} Asked
 * @property {string} [method]
 * @property {string | null} [accept] Accept-Encoding
 * @property {string} [fields] further ones
 * @property {string} [version]
 */

/** @param {string} target @param {Asked} [asked] */
function ask(target, { method = 'GET', accept = 'gzip', fields = '', version = 'HTTP/1.1' } = {}) {
  const accepts = accept === null ? '' : `Accept-Encoding: ${accept}\r\n`
  return `${method} ${target} ${version}\r\nHost: localhost\r\n${accepts}${fields}\r\n`
}

/** @param {string} target @param {Asked} [asked] @returns {Probe} */
const get =
  (target, asked = {}) =>
  site =>
    exchange(site, ask(target, asked), {
      method: asked.method ?? 'GET',
      look: lookAtCoded,
    })

/** A request that the application answers in this way. */
const app = (wanted, asked) => get(`/?${encodeURIComponent(JSON.stringify(wanted))}`, asked)

const plain = ['Content-Type', 'text/plain']

const types = [
  'text/plain',
  'text/html',
  'text/xml',
  'text/css',
  'text/javascript',
  'application/xhtml+xml',
  'application/javascript',
  'application/json',
  'text/plain; charset=utf-8',
  'text/plain;charset=utf-8',
  'text/plain ;x=y',
  'Text/Plain',
  'TEXT/HTML; Charset=UTF-8',
  'text/plainer',
  'text/plai',
  'text',
  'text/plain,text/html',
  'text/plain/x',
  ' text/plain',
  ';text/plain',
  '',
  'text/csv',
  'image/svg+xml',
  'application/xml',
  'application/x-javascript',
  'application/octet-stream',
  'application/json-patch+json',
  'text/event-stream',
]

const accepted = [
  '',
  'gzip',
  'GZIP',
  'gZip',
  'x-gzip',
  'deflate',
  'gzip;q=0',
  'gzip; q=0',
  'gzip ;q=0',
  'gzip;q=0.0',
  'gzip;q=1',
  'br, gzip',
  'br,gzip;q=0.5',
  'gzip, deflate, br, zstd',
  'identity',
  '*',
  '*;q=0',
  'gzip, identity;q=0',
  'br;q=1.0, gzip;q=0.8, *;q=0.1',
  'br;q=1.0;x=y, gzip',
  'br;q="gzip"',
  'br;q=gzip',
  'br;gzip',
  'br;x="a,gzip"',
  'br;x="a,b",gzip',
  'br;x="a,gzip',
  '"gzip"',
  '"br, gzip"',
  '"br", gzip',
  '"br, gzip',
  'gzipx',
  'gzip x',
  'x gzip',
  'br gzip',
  ',gzip',
  ', gzip',
  ',,gzip',
  'br,,gzip',
  'br, ,gzip',
  'br;,gzip',
  'br;;gzip',
  'br; ;x, gzip',
  ';gzip',
  'gzip;',
  'gzip,',
  'gzip=1',
  'x=gzip',
  '(gzip)',
  'br/gzip',
  'br\tgzip',
  'br,\tgzip',
  'br;q=0.5 gzip',
  ...[
    '0.001',
    '0.0009',
    '0.000',
    '0.0000',
    '.0',
    '.1',
    '0.',
    '00',
    '',
    'x',
    '0x',
    '0x1',
    '-1',
    '+0',
    '2',
    '1e-9',
    '0e5',
    '"0"',
    ' 0',
    '\t0',
    '0 x',
    '0;q=1',
    '1;q=0',
    '0;x=y',
    '0, gzip',
    '0,gzip;q=1',
    '0, br',
    '1, gzip;q=0',
  ].map(q => `gzip;q=${q}`),
  'gzip;Q=0',
  'gzip;q =0',
  'gzip;x=y;q=0',
  'gzip;qs=0',
  'gzip;xq=0',
  'gzip;;q=0',
  'gzip;x="q=0"',
  'gzip;x="a,b";q=0',
  'br;q=0, gzip',
  'gzip;q=0 , br',
  'gzip;q=0 ;x',
  'gzip; ;q=0',
  'gzip; ; q=0',
  'gzip;;;q=0',
  'br;q=1, gzip;q=0',
  'gzip;q=0.00x',
  'br ;q=0.5 , gzip ;q=0.1',
]

const statuses = [
  '200 OK',
  '201 Created',
  '202 Accepted',
  '203 Other',
  '204 No Content',
  '205 Reset',
  '206 Partial',
  '207 Multi',
  '300 Choices',
  '301 Moved',
  '302 Found',
  '303 Other',
  '304 Not Modified',
  '307 Temporary',
  '308 Permanent',
  '400 Bad',
  '401 Unauthorized',
  '403 Forbidden',
  '404 Missing',
  '410 Gone',
  '418 Teapot',
  '500 Error',
  '503 Busy',
  '599 Odd',
  '600 Odd',
  '999 Odd',
]

const encodings = [
  'gzip',
  'br',
  'identity',
  'Identity',
  'IDENTITY',
  'identity, identity',
  'identity,7bit',
  'identity, gzip',
  'identity identity',
  '7bit',
  '8bit',
  'binary',
  '',
  ' ',
  'none',
  'identity;q=1',
  '"identity"',
  'identity,',
  ',identity',
  'aws-chunked',
]

const tags = [
  '"abc"',
  'W/"abc"',
  '""',
  'W/""',
  'abc',
  '"abc',
  'abc"',
  'a"',
  '"',
  '"abc-gzip"',
  '"abc", "d"',
  '',
]

const lists = {
  varies: ['Cookie', 'Accept-Encoding', 'accept-encoding', '*', 'Accept-Encoding, Cookie', ''],
  sizes: [0, 1, 4, 50, 60, 64, 65, 66, 67, 68, 69, 70, 71, 72, 76, 80, 100, 200, 5000],
}

const byApp = {
  'without a type': app({ fields: [] }),
  ...Object.fromEntries(
    types.map(type => [`type ${type}`, app({ fields: [['Content-Type', type]] })]),
  ),
  ...Object.fromEntries(
    types
      .slice(0, 2)
      .map(type => [
        `type ${type}, not accepted`,
        app({ fields: [['Content-Type', type]] }, { accept: null }),
      ]),
  ),
  'another type, not accepted': app({ fields: [['Content-Type', 'image/png']] }, { accept: null }),
  ...Object.fromEntries(accepted.map(accept => [`accepts ${accept}`, app({}, { accept })])),
  'accepts in two fields': app({}, { fields: 'Accept-Encoding: br\r\n' }),
  'accepts in two fields, the second': app(
    {},
    { accept: 'br', fields: 'Accept-Encoding: gzip\r\n' },
  ),
  'TE: gzip': app({}, { accept: null, fields: 'TE: gzip\r\n' }),
  ...Object.fromEntries(
    statuses.flatMap(status => [
      [`status ${status}`, app({ status })],
      [`status ${status} of a list`, app({ status, list: true })],
      [
        `status ${status} with fields`,
        app({ status, fields: [plain, ['ETag', '"abc"'], ['Vary', 'Cookie']] }),
      ],
      [
        `status ${status} without a body`,
        app({ status, blocks: [], fields: [plain, ['ETag', '"abc"']] }),
      ],
      [`status ${status} not accepted`, app({ status }, { accept: null })],
    ]),
  ),
  '301 with a Location': app({
    status: '301 Moved',
    fields: [plain, ['Location', 'http://other.example/']],
  }),
  '200 with a Location': app({ fields: [plain, ['Location', 'http://other.example/']] }),
  ...Object.fromEntries(
    encodings.flatMap(coding => [
      [`coding ${coding}`, app({ fields: [plain, ['Content-Encoding', coding]] })],
      [
        `coding ${coding}, not accepted`,
        app({ fields: [plain, ['Content-Encoding', coding]] }, { accept: null }),
      ],
    ]),
  ),
  'two codings': app({
    fields: [plain, ['Content-Encoding', 'identity'], ['Content-Encoding', 'br']],
  }),
  'two codings of nothing': app({
    fields: [plain, ['Content-Encoding', 'identity'], ['Content-Encoding', 'identity']],
  }),
  ...Object.fromEntries(
    tags.flatMap(tag => [
      [`tag ${tag}`, app({ fields: [plain, ['ETag', tag]] })],
      [`tag ${tag}, not accepted`, app({ fields: [plain, ['ETag', tag]] }, { accept: null })],
    ]),
  ),
  'two tags': app({ fields: [plain, ['ETag', '"a"'], ['ETag', '"b"']] }),
  ...Object.fromEntries(
    lists.varies.flatMap(vary => [
      [`varies by ${vary}`, app({ fields: [plain, ['Vary', vary]] })],
      [
        `varies by ${vary}, not accepted`,
        app({ fields: [plain, ['Vary', vary]] }, { accept: null }),
      ],
      [
        `varies by ${vary}, another type`,
        app({
          fields: [
            ['Content-Type', 'image/png'],
            ['Vary', vary],
          ],
        }),
      ],
    ]),
  ),
  'varies twice': app({ fields: [plain, ['Vary', 'Cookie'], ['Vary', 'Origin']] }),
  'a length': app({ fields: [plain, ['Content-Length', '400']] }),
  'a length, not accepted': app({ fields: [plain, ['Content-Length', '400']] }, { accept: null }),
  'a length of a list': app({ list: true, fields: [plain, ['Content-Length', '400']] }),
  'a length that is too short': app({ fields: [plain, ['Content-Length', '40']] }),
  'a length that is too long': app({ fields: [plain, ['Content-Length', '4000']] }),
  'a length of two blocks': app({
    blocks: [
      ['app ', 50],
      ['app ', 50],
    ],
    fields: [plain, ['Content-Length', '400']],
  }),
  'a length, small': app({ blocks: ['app'], fields: [plain, ['Content-Length', '3']] }),
  'a length, another type': app({
    fields: [
      ['Content-Type', 'image/png'],
      ['Content-Length', '400'],
    ],
  }),
  'no type, a length': app({ fields: [['Content-Length', '400']] }),
  'a sum': app({
    fields: [plain, ['Content-MD5', 'abc'], ['Digest', 'abc'], ['Content-Digest', 'abc']],
  }),
  'a sum, not accepted': app({ fields: [plain, ['Content-MD5', 'abc']] }, { accept: null }),
  'accepts ranges': app({ fields: [plain, ['Accept-Ranges', 'bytes']] }),
  'a part': app({ fields: [plain, ['Content-Range', 'bytes 0-399/1000']] }),
  'a part with its status': app({
    status: '206 Partial',
    fields: [plain, ['Content-Range', 'bytes 0-399/1000']],
  }),
  'a part, empty': app({ fields: [plain, ['Content-Range', '']] }),
  'no transform': app({ fields: [plain, ['Cache-Control', 'no-transform']] }),
  'its own chunks': app({
    blocks: ['5\r\napp a\r\n0\r\n\r\n'],
    fields: [plain, ['Transfer-Encoding', 'chunked']],
  }),
  'another Transfer-Encoding': app({ fields: [plain, ['Transfer-Encoding', 'gzip']] }),
  'Connection: close': app({ fields: [plain, ['Connection', 'close']] }),
  ...Object.fromEntries(
    lists.sizes.flatMap(size => [
      [`${size} bytes`, app({ blocks: [['a', size]] })],
      [`${size} bytes of a list`, app({ list: true, blocks: [['a', size]] })],
      [
        `${size} bytes with their length`,
        app({
          list: true,
          blocks: [['a', size]],
          fields: [plain, ['Content-Length', String(size)]],
        }),
      ],
      [`${size} bytes, not accepted`, app({ blocks: [['a', size]] }, { accept: null })],
    ]),
  ),
  'no block': app({ blocks: [] }),
  'no block of a list': app({ blocks: [], list: true }),
  'empty blocks': app({ blocks: ['', '', 'app', ''] }),
  'many blocks': app({ blocks: Array.from({ length: 50 }, () => ['app ', 50]) }),
  'a large block': app({ blocks: [['app and more ', 100_000]] }),
  'through write': app({ write: true }),
  'through write, nothing': app({ write: true, blocks: [] }),
  'through write, many': app({
    write: true,
    blocks: [
      ['app ', 50],
      ['app ', 50],
    ],
  }),
  'a file': app({ wrap: 'st/a.txt' }),
  'a large file': app({ wrap: 'st/large.txt' }),
  'a file with its length': app({ wrap: 'st/a.txt', fields: [plain, ['Content-Length', '540']] }),
  'an empty file': app({ wrap: 'st/empty.txt' }),
  'fails before a block': app({ blocks: [], fails: true }),
  'fails after a block': app({ fails: true }),
  'a file in its place': app({ fields: [['Location', '/st/a.txt']] }),
  'a page in its place': app({ fields: [['Location', '/other']] }),
  'HTTP/1.0': app({}, { version: 'HTTP/1.0' }),
  'HTTP/1.0 kept': app({}, { version: 'HTTP/1.0', fields: 'Connection: keep-alive\r\n' }),
  'HTTP/1.0 with a length, kept': app(
    { list: true, fields: [plain, ['Content-Length', '400']] },
    { version: 'HTTP/1.0', fields: 'Connection: keep-alive\r\n' },
  ),
  POST: app({}, { method: 'POST', fields: 'Content-Length: 0\r\n' }),
  PUT: app({}, { method: 'PUT', fields: 'Content-Length: 0\r\n' }),
  'an odd method': app({}, { method: 'ODD' }),
  OPTIONS: app({}, { method: 'OPTIONS' }),
  TRACE: get('/', { method: 'TRACE' }),
  'the method of HEAD': get('/method', { method: 'HEAD' }),
  'the method of GET': get('/method'),
  HEAD: app({}, { method: 'HEAD' }),
  'HEAD, not accepted': app({}, { method: 'HEAD', accept: null }),
  'HEAD of a list': app({ list: true }, { method: 'HEAD' }),
  'HEAD of a list with its length': app(
    { list: true, fields: [plain, ['Content-Length', '400'], ['ETag', '"a"']] },
    { method: 'HEAD' },
  ),
  'HEAD of another type': app(
    {
      fields: [
        ['Content-Type', 'image/png'],
        ['Content-Length', '400'],
      ],
    },
    { method: 'HEAD' },
  ),
  'HEAD of little': app({ blocks: ['app'] }, { method: 'HEAD' }),
  'HEAD of little with its length': app(
    { blocks: ['app'], fields: [plain, ['Content-Length', '3']] },
    { method: 'HEAD' },
  ),
  'HEAD of nothing': app({ blocks: [] }, { method: 'HEAD' }),
  'HEAD of much': app({ blocks: [['app and more ', 100_000]] }, { method: 'HEAD' }),
  'HEAD of blocks': app(
    {
      blocks: [
        ['app ', 50],
        ['app ', 50],
      ],
    },
    { method: 'HEAD' },
  ),
  'HEAD of an error': app({ status: '404 Missing' }, { method: 'HEAD' }),
  'HEAD of 304': app({ status: '304 Same', fields: [['ETag', '"a"']] }, { method: 'HEAD' }),
  'HEAD in HTTP/1.0': app({}, { method: 'HEAD', version: 'HTTP/1.0' }),
  'a condition': app(
    { fields: [plain, ['ETag', '"abc"']] },
    { fields: 'If-None-Match: "abc-gzip"\r\n' },
  ),
  'a range': app({ fields: [plain, ['ETag', '"abc"']] }, { fields: 'Range: bytes=0-9\r\n' }),
  'a range with a length': app(
    { list: true, fields: [plain, ['ETag', '"abc"'], ['Content-Length', '400']] },
    { fields: 'Range: bytes=0-9\r\n' },
  ),
}

const files = {
  'st/a.txt': 'app file '.repeat(60),
  'st/b.html': '<p>app</p>'.repeat(60),
  'st/c.css': 'app'.repeat(200),
  'st/d.js': 'app'.repeat(200),
  'st/e.json': '"app"'.repeat(200),
  'st/f.xml': '<app/>'.repeat(200),
  'st/g.svg': '<svg/>'.repeat(200),
  'st/h.png': 'app'.repeat(200),
  'st/i.unknown': 'app'.repeat(200),
  'st/j.txt.gz': 'app'.repeat(200),
  'st/a.txt.gz': 'app is not looked at '.repeat(50),
  'st/a.txt.br': 'app is not looked at '.repeat(50),
  'st/empty.txt': '',
  'st/large.txt': 'app '.repeat(500_000),
  'st/random.txt': odd(20_000),
  'st/middle.txt': odd(9_000),
  'st/folder/index.html': '<p>app index</p>'.repeat(30),
  'st/bare/x.txt': 'app',
  ...Object.fromEntries(lists.sizes.map(size => [`st/${size}.txt`, 'a'.repeat(size)])),
}

/** Text that does not compress well, the same each time. */
function odd(length) {
  let state = 1
  return Array.from({ length }, () => {
    state = (state * 48271) % 2147483647
    return String.fromCharCode(33 + (state % 90))
  }).join('')
}

/** `{etag}` stands for the strong tag of the file. */
const conditions = {
  'If-None-Match: its own': 'If-None-Match: "{tag}"\r\n',
  'If-None-Match: the one sent': 'If-None-Match: "{tag}-gzip"\r\n',
  'If-None-Match: the one sent, weak': 'If-None-Match: W/"{tag}-gzip"\r\n',
  'If-None-Match: the one sent, in a list': 'If-None-Match: "x", "{tag}-gzip"\r\n',
  'If-None-Match: another coding': 'If-None-Match: "{tag}-br"\r\n',
  'If-None-Match: twice': 'If-None-Match: "{tag}-gzip-gzip"\r\n',
  'If-None-Match: without quotes': 'If-None-Match: {tag}-gzip\r\n',
  'If-None-Match: all': 'If-None-Match: *\r\n',
  'If-Match: its own': 'If-Match: "{tag}"\r\n',
  'If-Match: the one sent': 'If-Match: "{tag}-gzip"\r\n',
  'If-Modified-Since': 'If-Modified-Since: Sun, 02 Feb 2020 20:20:20 GMT\r\n',
  'If-Modified-Since: before': 'If-Modified-Since: Sun, 02 Feb 2020 20:20:19 GMT\r\n',
  both: 'If-None-Match: "{tag}-gzip"\r\nIf-Modified-Since: Sun, 02 Feb 2020 20:20:20 GMT\r\n',
  'If-Unmodified-Since: before': 'If-Unmodified-Since: Sun, 02 Feb 2020 20:20:19 GMT\r\n',
  Range: 'Range: bytes=0-9\r\n',
  'Range: two': 'Range: bytes=0-1,4-5\r\n',
  'Range: all': 'Range: bytes=0-\r\n',
  'Range: none': 'Range: bytes=9999999-\r\n',
  'If-Range: its own': 'Range: bytes=0-9\r\nIf-Range: "{tag}"\r\n',
  'If-Range: the one sent': 'Range: bytes=0-9\r\nIf-Range: "{tag}-gzip"\r\n',
  'If-Range: another': 'Range: bytes=0-9\r\nIf-Range: "x"\r\n',
}

async function tagOf(site, target) {
  const connection = await site.connect()
  try {
    connection.send(ask(target, { accept: null }))
    const { fields } = await connection.read()
    return fields.find(([name]) => name === 'ETag')[1].slice(1, -1)
  } finally {
    connection.close()
  }
}

const conditionProbes = (target, accept) =>
  Object.fromEntries(
    Object.entries(conditions).flatMap(([name, fields]) =>
      ['GET', 'HEAD'].map(method => [
        `${method} of ${target.slice(4)}, ${name}, accepts ${accept}`,
        async site => {
          const own = fields.replaceAll('{tag}', await tagOf(site, target))
          return get(target, { method, accept, fields: own })(site)
        },
      ]),
    ),
  )

const byFile = {
  ...Object.fromEntries(
    Object.keys(files).flatMap(name => [
      [name, get(`/${name}`)],
      [`${name}, not accepted`, get(`/${name}`, { accept: null })],
      [`HEAD of ${name}`, get(`/${name}`, { method: 'HEAD' })],
    ]),
  ),
  ...Object.fromEntries(
    ['gzip;q=0', 'br', '*', 'x-gzip', 'br, gzip'].map(accept => [
      `a file, accepts ${accept}`,
      get('/st/a.txt', { accept }),
    ]),
  ),
  ...conditionProbes('/st/a.txt', 'gzip'),
  ...conditionProbes('/st/a.txt', null),
  ...conditionProbes('/st/h.png', 'gzip'),
  'POST of a file': get('/st/a.txt', { method: 'POST' }),
  'OPTIONS of a file': get('/st/a.txt', { method: 'OPTIONS' }),
  'PUT of a file': get('/st/a.txt', { method: 'PUT' }),
  'a file in HTTP/1.0': get('/st/a.txt', { version: 'HTTP/1.0' }),
  'a file in HTTP/1.0, kept': get('/st/a.txt', {
    version: 'HTTP/1.0',
    fields: 'Connection: keep-alive\r\n',
  }),
  'a large file in HTTP/1.0, kept': get('/st/large.txt', {
    version: 'HTTP/1.0',
    fields: 'Connection: keep-alive\r\n',
  }),
  'an index': get('/st/folder/'),
  'HEAD of an index': get('/st/folder/', { method: 'HEAD' }),
  'a folder without its slash': get('/st/folder'),
  'a folder without an index': get('/st/bare/'),
  'what is missing': get('/st/missing.txt'),
  'HEAD of what is missing': get('/st/missing.txt', { method: 'HEAD' }),
  'an odd target': get('/st/%zz'),
  'a length that is none': get('/', { fields: 'Content-Length: x\r\n' }),
}

const types_ = `text/plain txt
text/html html
text/css css
text/javascript js
application/json json
application/xml xml
application/gzip gz
image/svg+xml svg
image/png png
`

const common = {
  app: 'compressed.py',
  files: { ...files, 'mime.types': types_ },
  arguments: ['--url-alias', '/st', '{folder}/st', '--mime-types', '{folder}/mime.types'],
}

/** Folders of files with names of the same length, which say little. */
const listed = {
  'site/a.txt': 'app file '.repeat(60),
  'site/bare/x.txt': 'app',
  ...Object.fromEntries(
    [
      ...Array.from({ length: 100 }, (_, at) => `site/many/${word(at)}`),
      ...Array.from({ length: 3000 }, (_, at) => `site/more/${word(at)}`),
    ].map(name => [name, 'app']),
  ),
}

function word(seed) {
  let state = seed + 1
  return Array.from({ length: 40 }, () => {
    state = (state * 48271) % 2147483647
    return String.fromCharCode(97 + (state % 26))
  }).join('')
}

/** What variables of the server may change. */
const some = {
  text: app({}),
  'text, not accepted': app({}, { accept: null }),
  'text, refused': app({}, { accept: 'gzip;q=0' }),
  html: app({ fields: [['Content-Type', 'text/html']] }),
  'html, not accepted': app({ fields: [['Content-Type', 'text/html']] }, { accept: null }),
  'html with a charset': app({ fields: [['Content-Type', 'text/html; charset=utf-8']] }),
  'no block': app({ blocks: [] }),
  'a file': get('/st/a.txt'),
  'a file, not accepted': get('/st/a.txt', { accept: null }),
  'a file of html': get('/st/b.html'),
  'a part of a file': get('/st/a.txt', { fields: 'Range: bytes=0-9\r\n', accept: null }),
}

/** @type {Scenario} */
const compressed = (name, args, probes, more = {}) => ({
  ...common,
  ...more,
  name,
  arguments: [...common.arguments, '--compress-responses', ...args],
  probes,
})

/**
 * Asks for blocks of which each waits until the client has had the one before: whoever held one back would wait for
 * ever.
 *
 * @param {{ blocks: (string | [string, number])[] }} wanted
 * @returns {Probe}
 */
const blockByBlock = wanted => async site => {
  const gates = wanted.blocks.slice(1).map((_, at) => `gate-${Math.random()}-${at}`)
  const response = await open(site, `/?${encodeURIComponent(JSON.stringify({ ...wanted, gates }))}`)
  const body = response.pipe(createGunzip())
  let text = ''
  let at = 0
  const seen = []
  for await (const piece of body) {
    text += piece.toString('latin1')
    const soFar = wanted.blocks
      .slice(0, at + 1)
      .map(textOf)
      .join('')
    if (text.length < soFar.length || at === wanted.blocks.length) continue
    seen.push(text.length)
    if (at < gates.length) await site.write(gates[at], '')
    at++
  }
  return { coding: response.headers['content-encoding'], seen }
}

const textOf = block => (typeof block === 'string' ? block : block[0].repeat(block[1]))

function open(site, path) {
  const { port } = site.server
  const headers = { 'Accept-Encoding': 'gzip' }
  return new Promise((resolve, reject) => {
    request({ port, path, headers, agent: false }, resolve).on('error', reject)
  })
}

/** @type {Record<string, Probe>} */
const streamed = {
  'two blocks': blockByBlock({ blocks: ['app one', 'app two'] }),
  'blocks of one byte': blockByBlock({ blocks: [...'application'] }),
  'large blocks': blockByBlock({
    blocks: [
      ['app one ', 30_000],
      ['app two ', 30_000],
      ['app three', 1],
    ],
  }),
  'blocks of write()': blockByBlock({ write: true, blocks: ['app one', 'app two', 'app three'] }),
  'blocks with a length': blockByBlock({
    blocks: ['app one', 'app two'],
    fields: [plain, ['Content-Length', '14']],
  }),
}

/** The status page, which is not the same twice. @param {Asked} asked @returns {Probe} */
const statusPage = asked => site =>
  exchange(site, ask('/server-status', asked), {
    method: asked.method ?? 'GET',
    look: response => ({ ...lookAtCoded(response), body: '(page)' }),
  })

const printed = (...lines) =>
  ['#!/bin/sh', 'echo Content-Type: text/plain', ...lines, 'sleep 0.1'].join('\n')

/** Programs; each waits at its end, so that what it has printed is never all there at once. */
const scripts = {
  'little.cgi': printed('echo; echo app'),
  'nothing.cgi': printed('echo'),
  'some.cgi': printed('echo "ETag: \\"a\\""; echo; printf "%0500d" 1'),
  'measured.cgi': printed('echo "Content-Length: 500"; echo; printf "%0500d" 1'),
  'slow.cgi': printed('echo; echo app one; sleep 0.3; printf "%0500d" 1'),
  'slow-little.cgi': printed('echo; echo app one; sleep 0.3; echo app two'),
  'much.cgi': printed('echo; cat "$(dirname "$0")/much.txt"'),
  'other.cgi': '#!/bin/sh\necho Content-Type: image/png\necho\nprintf "%0500d" 1\nsleep 0.1\n',
  'failing.cgi': printed('echo "Status: 404 Gone"; echo; printf "app %0500d" 1'),
}

/** @param {string} name @param {Asked} [asked] @returns {Probe} */
const script = (name, asked) => async site => {
  await chmod(site.path('site', name), 0o777)
  return get(`/${name}`, asked)(site)
}

const byScript = Object.fromEntries(
  Object.keys(scripts).flatMap(name => [
    [name, script(name)],
    [`${name}, not accepted`, script(name, { accept: null })],
    ...(name === 'failing.cgi' ? [] : [[`HEAD of ${name}`, script(name, { method: 'HEAD' })]]),
  ]),
)

/** What another server answers, by the path. */
const others = {
  small: ['app', {}],
  empty: ['', {}],
  text: ['app '.repeat(500), { ETag: '"a"', Vary: 'Cookie' }],
  long: [odd(300_000), {}],
  coded: ['app '.repeat(500), { 'Content-Encoding': 'br' }],
  part: ['app '.repeat(500), { 'Content-Range': 'bytes 0-1999/3000' }],
  picture: ['app '.repeat(500), { 'Content-Type': 'image/png' }],
  missing: ['app '.repeat(500), {}],
}

function answerAs({ url, method }, response) {
  const name = url.slice(1)
  const [body, fields] = others[name]
  response.writeHead(name === 'missing' ? 404 : 200, {
    'Content-Type': 'text/plain',
    'Content-Length': body.length,
    ...fields,
  })
  if (method === 'HEAD' || body.length < 10) return void response.end(method === 'HEAD' ? '' : body)
  // Not all at once, so that nobody knows the end of it when it begins.
  response.write(body.slice(0, 100))
  setTimeout(() => response.end(body.slice(100)), 50)
}

/** @type {Probe} */
async function askThroughProxy(site) {
  const server = createServer(answerAs).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  try {
    await site.start({
      more: ['--proxy-mount-point', '/p', `http://127.0.0.1:${server.address().port}/`],
    })
    const seen = {}
    for (const name of Object.keys(others)) {
      for (const [how, asked] of Object.entries({
        GET: {},
        'GET, not accepted': { accept: null },
        HEAD: { method: 'HEAD' },
      })) {
        seen[`${how} ${name}`] = await get(`/p/${name}`, asked)(site)
      }
    }
    return seen
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

export default [
  {
    ...compressed('compressed responses of another server', [], { 'all of them': askThroughProxy }),
    starts: false,
  },
  compressed('compressed scripts', ['--with-cgi', '--document-root', '{folder}/site'], byScript, {
    files: {
      ...common.files,
      'site/much.txt': odd(300_000),
      ...Object.fromEntries(Object.entries(scripts).map(([name, text]) => [`site/${name}`, text])),
    },
  }),
  compressed('a compressed page of status', ['--server-status'], {
    GET: statusPage({}),
    HEAD: statusPage({ method: 'HEAD' }),
  }),
  compressed('compressed streams', [], streamed),
  compressed('compressed streams with a delay', ['--response-flush-delay', '50'], streamed),
  compressed('compressed responses of the application', [], byApp),
  compressed('compressed files', [], byFile),
  ...[
    ['no-gzip', '1'],
    ['no-gzip', ''],
    ['force-gzip', '1'],
    ['gzip-only-text/html', '1'],
    ['gzip-only-text/html', '0'],
  ].map(([name, value]) =>
    compressed(`compressed responses with ${name}=${value}`, ['--setenv', name, value], some),
  ),
  compressed(
    'compressed listings',
    ['--directory-listing', '--directory-index', 'index.txt', '--document-root', '{folder}/site'],
    {
      'a listing': get('/bare/'),
      'a listing, not accepted': get('/bare/', { accept: null }),
      'HEAD of a listing': get('/bare/', { method: 'HEAD' }),
      'a long listing': get('/many/'),
      'HEAD of a long listing': get('/many/', { method: 'HEAD' }),
      'a longer listing': get('/more/'),
      'HEAD of a longer listing': get('/more/', { method: 'HEAD' }),
      'a range of a listing': get('/bare/', { fields: 'Range: bytes=0-9\r\n' }),
      'ranges of a listing': get('/bare/', { fields: 'Range: bytes=0-1,4-5\r\n' }),
      'a range of a longer listing': get('/more/', { fields: 'Range: bytes=0-9\r\n' }),
      'a range of a listing, not accepted': get('/bare/', {
        fields: 'Range: bytes=0-9\r\n',
        accept: null,
      }),
      'a range of a longer listing, not accepted': get('/more/', {
        fields: 'Range: bytes=0-9\r\n',
        accept: null,
      }),
      'a range beyond a listing': get('/bare/', {
        fields: 'Range: bytes=99999-\r\n',
        accept: null,
      }),
      'HEAD of a range of a listing': get('/bare/', {
        method: 'HEAD',
        fields: 'Range: bytes=0-9\r\n',
        accept: null,
      }),
      'a range of a listing if': get('/bare/', {
        fields: 'Range: bytes=0-9\r\nIf-Range: "x"\r\n',
        accept: null,
      }),
      'a condition for a listing': get('/bare/', { fields: 'If-None-Match: *\r\n', accept: null }),
      'a range of another file': get('/a.txt', { fields: 'Range: bytes=0-9\r\n', accept: null }),
      'a file of the document root': get('/a.txt'),
    },
    { files: { ...common.files, ...listed } },
  ),
]
