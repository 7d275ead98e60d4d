/** Static files: aliases, the document root, and sites of files only. */
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { withoutBoundary } from '../runner/byte-ranges.mjs'
import { exchange } from '../runner/exchange.mjs'
import { observe } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

const ask = (target, { method = 'GET', fields = '', version = 'HTTP/1.1' } = {}) =>
  `${method} ${target} ${version}\r\nHost: localhost\r\n${fields}\r\n`

/** The files of one folder. */
function tree(folder) {
  const files = {
    'a.txt': 'app file a',
    'digits.txt': '0123456789',
    'b.html': '<p>app</p>',
    'c.css': 'app',
    'd.js': 'app',
    'e.mjs': 'app',
    'f.json': '"app"',
    'g.svg': '<svg/>',
    'h.png': 'app',
    'i.tar.gz': 'app',
    'j.unknown': 'app',
    'k.html.de': 'app',
    'L.TXT': 'app',
    'm.woff2': 'app',
    'n.xml': '<app/>',
    'o.cgi': 'app',
    'p.py': 'app',
    'q.shtml': 'app',
    'r.var': 'app',
    's.asis': 'Status: 404 x\n\napp',
    plain: 'app',
    'empty.txt': '',
    'large.txt': 'app '.repeat(50_000),
    'with blank.txt': 'app',
    'pl+us.txt': 'app',
    'per%41cent.txt': 'app',
    'semi;colon.txt': 'app',
    'ques?tion.txt': 'app',
    'ha#sh.txt': 'app',
    'back\\slash.txt': 'app',
    'co:lon.txt': 'app',
    "quo'te.txt": 'app',
    'ümläut.txt': 'app',
    'tilde~.txt': 'app',
    'backup.txt~': 'app',
    '.htaccess': 'Deny from all\n',
    '.htpasswd': 'app',
    '.hidden/x.txt': 'app',
    'indexed/index.html': 'app index',
    'indexed/other.txt': 'app',
    'bare/x.txt': 'app',
    'bare/deep/y.txt': 'app',
    'upper/INDEX.HTML': 'app',
    'htm/index.htm': 'app',
    'both/index.txt': 'app txt',
    'both/index.html': 'app html',
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]),
  )
}

const names = [
  'a.txt',
  'b.html',
  'c.css',
  'd.js',
  'e.mjs',
  'f.json',
  'g.svg',
  'h.png',
  'i.tar.gz',
  'j.unknown',
  'k.html.de',
  'L.TXT',
  'm.woff2',
  'n.xml',
  'o.cgi',
  'p.py',
  'q.shtml',
  'r.var',
  's.asis',
  'plain',
  'empty.txt',
  'large.txt',
  'with%20blank.txt',
  'with+blank.txt',
  'pl+us.txt',
  'pl%2Bus.txt',
  'per%2541cent.txt',
  'per%41cent.txt',
  'semi;colon.txt',
  'a.txt;x',
  'ques%3Ftion.txt',
  'ques?tion.txt',
  'ha%23sh.txt',
  'back%5Cslash.txt',
  'back\\slash.txt',
  'co:lon.txt',
  "quo'te.txt",
  '%C3%BCml%C3%A4ut.txt',
  'Ã¼mlÃ¤ut.txt',
  '%FCml%E4ut.txt',
  'tilde~.txt',
  'backup.txt~',
  'a.txt?x=y',
  'a.txt/',
  'a.txt/x',
  'a.txt%00',
  'a.txt%2Fx',
  '%61.txt',
  'A.txt',
  'missing.txt',
  'missing/x',
  '.htaccess',
  '.htpasswd',
  '.hidden',
  '.hidden/',
  '.hidden/x.txt',
  '.missing',
  'bare',
  'bare?a=b',
  'bare/',
  'bare/x.txt',
  'bare//x.txt',
  'bare/./x.txt',
  'bare/../a.txt',
  'bare/%2e%2e/a.txt',
  'bare/deep/../../a.txt',
  'bare/x.txt/../../a.txt',
  'missing/../a.txt',
  '../a.txt',
  '%2e%2e/a.txt',
  '..%2Fa.txt',
  '...',
  'indexed',
  'indexed?a=b',
  'indexed/',
  'indexed/?a=b',
  'indexed/index.html',
  'indexed//',
  'upper/',
  'htm/',
  'both/',
  'link.txt',
  'linked/x.txt',
  'linked',
  'outside.txt',
  'broken',
  'circle',
]

const links = folder => ({
  [`${folder}/link.txt`]: 'a.txt',
  [`${folder}/linked`]: 'bare',
  [`${folder}/outside.txt`]: '../outside.txt',
  [`${folder}/broken`]: 'nowhere',
  [`${folder}/circle`]: 'circle',
})

const path = (prefix, name) => `${prefix}/${name}`

/** @returns {Record<string, Probe>} */
const gets = (prefix, list = names) =>
  Object.fromEntries(list.map(name => [name, site => exchange(site, ask(path(prefix, name)))]))

const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'MKCOL',
  'FOO',
  'get',
]

const methodProbes = prefix =>
  Object.fromEntries(
    methods.flatMap(method => [
      [
        `${method} of a file`,
        site => exchange(site, ask(path(prefix, 'a.txt'), { method }), { method }),
      ],
      ...(/^[A-Z]{4,}$/.test(method) || method === 'PUT'
        ? [
            [
              `${method} of a folder`,
              site => exchange(site, ask(path(prefix, 'bare/'), { method }), { method }),
            ],
            [
              `${method} of a folder without slash`,
              site => exchange(site, ask(path(prefix, 'bare'), { method }), { method }),
            ],
            [
              `${method} of what is missing`,
              site => exchange(site, ask(path(prefix, 'missing'), { method }), { method }),
            ],
          ]
        : []),
    ]),
  )

/** `{etag}` stands for the one of the file. */
const conditions = {
  'If-None-Match: the same': 'If-None-Match: {etag}\r\n',
  'If-None-Match: weak': 'If-None-Match: W/{etag}\r\n',
  'If-None-Match: another': 'If-None-Match: "x"\r\n',
  'If-None-Match: a list': 'If-None-Match: "x", {etag}\r\n',
  'If-None-Match: two fields': 'If-None-Match: "x"\r\nIf-None-Match: {etag}\r\n',
  'If-None-Match: all': 'If-None-Match: *\r\n',
  'If-None-Match: without quotes': 'If-None-Match: x\r\n',
  'If-None-Match: empty': 'If-None-Match:\r\n',
  'If-Match: the same': 'If-Match: {etag}\r\n',
  'If-Match: weak': 'If-Match: W/{etag}\r\n',
  'If-Match: another': 'If-Match: "x"\r\n',
  'If-Match: all': 'If-Match: *\r\n',
  'If-Modified-Since: the same': 'If-Modified-Since: Sun, 02 Feb 2020 20:20:20 GMT\r\n',
  'If-Modified-Since: before': 'If-Modified-Since: Sun, 02 Feb 2020 20:20:19 GMT\r\n',
  'If-Modified-Since: later': 'If-Modified-Since: Mon, 03 Feb 2020 20:20:20 GMT\r\n',
  'If-Modified-Since: in the future': 'If-Modified-Since: Sat, 02 Feb 2120 20:20:20 GMT\r\n',
  'If-Modified-Since: rubbish': 'If-Modified-Since: rubbish\r\n',
  'If-Modified-Since: of RFC 850': 'If-Modified-Since: Sunday, 02-Feb-20 20:20:20 GMT\r\n',
  'If-Modified-Since: of asctime': 'If-Modified-Since: Sun Feb  2 20:20:20 2020\r\n',
  'If-Modified-Since: another zone': 'If-Modified-Since: Sun, 02 Feb 2020 20:20:20 CET\r\n',
  'If-Modified-Since: with a length':
    'If-Modified-Since: Sun, 02 Feb 2020 20:20:20 GMT; length=10\r\n',
  'If-Unmodified-Since: the same': 'If-Unmodified-Since: Sun, 02 Feb 2020 20:20:20 GMT\r\n',
  'If-Unmodified-Since: before': 'If-Unmodified-Since: Sun, 02 Feb 2020 20:20:19 GMT\r\n',
  'If-Unmodified-Since: rubbish': 'If-Unmodified-Since: rubbish\r\n',
  'another tag, the same date':
    'If-None-Match: "x"\r\nIf-Modified-Since: Sun, 02 Feb 2020 20:20:20 GMT\r\n',
  'the same tag, a date before':
    'If-None-Match: {etag}\r\nIf-Modified-Since: Sun, 02 Feb 2020 20:20:19 GMT\r\n',
  'If-Match and If-None-Match': 'If-Match: {etag}\r\nIf-None-Match: {etag}\r\n',
  'If-Match and a range': 'If-Match: {etag}\r\nRange: bytes=0-1\r\n',
  'If-None-Match and a range': 'If-None-Match: {etag}\r\nRange: bytes=0-1\r\n',
  'If-Range: the same': 'If-Range: {etag}\r\nRange: bytes=0-1\r\n',
  'If-Range: weak': 'If-Range: W/{etag}\r\nRange: bytes=0-1\r\n',
  'If-Range: another': 'If-Range: "x"\r\nRange: bytes=0-1\r\n',
  'If-Range: the same date': 'If-Range: Sun, 02 Feb 2020 20:20:20 GMT\r\nRange: bytes=0-1\r\n',
  'If-Range: a date before': 'If-Range: Sun, 02 Feb 2020 20:20:19 GMT\r\nRange: bytes=0-1\r\n',
  'If-Range: a date later': 'If-Range: Sun, 02 Feb 2020 20:20:21 GMT\r\nRange: bytes=0-1\r\n',
  'If-Range: rubbish': 'If-Range: rubbish\r\nRange: bytes=0-1\r\n',
  'If-Range without a range': 'If-Range: "x"\r\n',
}

async function tagOf(site, target) {
  const connection = await site.connect()
  try {
    connection.send(ask(target))
    const { fields } = await connection.read()
    return fields.find(([name]) => name === 'ETag')[1]
  } finally {
    connection.close()
  }
}

const conditionProbes = target =>
  Object.fromEntries(
    Object.entries(conditions).flatMap(([name, fields]) =>
      ['GET', 'HEAD', ...(/^If-(None-)?Match: (the same|another)/.test(name) ? ['POST'] : [])].map(
        method => [
          `${method} ${name}`,
          async site => {
            const own = fields.replaceAll('{etag}', await tagOf(site, target))
            return exchange(site, ask(target, { method, fields: own }), { method })
          },
        ],
      ),
    ),
  )

const ranges = [
  'bytes=0-0',
  'bytes=0-4',
  'bytes=3-',
  'bytes=-3',
  'bytes=-0',
  'bytes=-100',
  'bytes=0-',
  'bytes=0-9',
  'bytes=0-100',
  'bytes=9-9',
  'bytes=10-',
  'bytes=10-20',
  'bytes=100-',
  'bytes=5-3',
  'bytes=',
  'bytes=x',
  'bytes=1-x',
  'bytes=-',
  'bytes = 0-1',
  'bytes= 0-1',
  'bytes=0 - 1',
  'Bytes=0-1',
  'BYTES=0-1',
  'items=0-1',
  'bytes:0-1',
  '0-1',
  'bytes=+0-1',
  'bytes=0x0-1',
  'bytes=00-01',
  'bytes=0-99999999999999999999',
  'bytes=99999999999999999999-',
  'bytes=0-1,3-4',
  'bytes=0-1, 3-4',
  'bytes=0-1,,3-4',
  'bytes=0-1,',
  'bytes=,0-1',
  'bytes=0-4,2-6',
  'bytes=3-4,0-1',
  'bytes=0-1,20-30',
  'bytes=20-30,40-50',
  'bytes=0-1,x',
  'bytes=0-1,-2',
  'bytes=0-0,0-0',
  `bytes=${Array.from({ length: 10 }, (_, n) => `${n}-${n}`).join(',')}`,
  `bytes=${Array(250).fill('0-0').join(',')}`,
]

function lookAtParts(response) {
  return observe(withoutBoundary(response))
}

const rangeProbes = target => ({
  ...Object.fromEntries(
    ranges.map((range, index) => [
      range.length > 60 ? `many ranges ${index}` : range,
      site => exchange(site, ask(target, { fields: `Range: ${range}\r\n` }), { look: lookAtParts }),
    ]),
  ),
  'HEAD with a range': site =>
    exchange(site, ask(target, { method: 'HEAD', fields: 'Range: bytes=0-1\r\n' })),
  'POST with a range': site =>
    exchange(site, ask(target, { method: 'POST', fields: 'Range: bytes=0-1\r\n' })),
  'a range in HTTP/1.0': site =>
    exchange(site, ask(target, { version: 'HTTP/1.0', fields: 'Range: bytes=0-1\r\n' })),
  'two Range fields': site =>
    exchange(site, ask(target, { fields: 'Range: bytes=0-1\r\nRange: bytes=3-4\r\n' }), {
      look: lookAtParts,
    }),
  'Request-Range': site => exchange(site, ask(target, { fields: 'Request-Range: bytes=0-1\r\n' })),
  'a range of an empty file': site =>
    exchange(site, ask(target.replace('digits', 'empty'), { fields: 'Range: bytes=0-1\r\n' })),
  'a range of a large file': site =>
    exchange(site, ask(target.replace('digits', 'large'), { fields: 'Range: bytes=4-150003\r\n' })),
})

/** @type {Scenario} */
const aliases = {
  name: 'files below an alias',
  arguments: [
    ...['--url-alias', '/st', '{folder}/st'],
    ...['--url-alias', '/st/inner', '{folder}/inner'],
    ...['--url-alias', '/one.txt', '{folder}/st/a.txt'],
    ...['--url-alias', '/slash/', '{folder}/st/'],
  ],
  files: { ...tree('st'), 'outside.txt': 'app outside', 'inner/x.txt': 'app inner' },
  links: links('st'),
  asAccount: ['a file that nobody may read', 'a folder that nobody may read'],
  probes: {
    ...gets('/st'),
    ...gets('', [
      'st',
      'st/',
      'st?a=b',
      'stuff',
      'ST/a.txt',
      '%73t/a.txt',
      'st%2Fa.txt',
      '/st/a.txt',
      'x/../st/a.txt',
      'st/../x',
      'st/inner',
      'st/inner/',
      'st/inner/x.txt',
      'st/inner/a.txt',
      'one.txt',
      'one.txt/',
      'one.txt/x',
      'one.txtx',
      'slash',
      'slash/',
      'slash/a.txt',
    ]),
    'an absolute target': site => exchange(site, ask('http://localhost/st/a.txt')),
    'a redirect to the folder of an absolute target': site =>
      exchange(site, ask('http://other.example:81/st/bare')),
    'a redirect for HTTP/1.0': site => exchange(site, ask('/st/bare', { version: 'HTTP/1.0' })),
    'a redirect without Host': site => exchange(site, 'GET /st/bare HTTP/1.0\r\n\r\n'),
    'a redirect with another Host': site =>
      exchange(site, 'GET /st/bare HTTP/1.1\r\nHost: Other.Example:81\r\n\r\n'),
    'a redirect with port 80': site =>
      exchange(site, 'GET /st/bare HTTP/1.1\r\nHost: other.example:80\r\n\r\n'),
    'a file in HTTP/1.0': site => exchange(site, ask('/st/a.txt', { version: 'HTTP/1.0' })),
    'HEAD of a large file': site => exchange(site, ask('/st/large.txt', { method: 'HEAD' })),
    'a POST with a body': site =>
      exchange(site, `${ask('/st/a.txt', { method: 'POST', fields: 'Content-Length: 3\r\n' })}abc`),
    'a file that changes': async site => {
      await site.write('st/changing.txt', 'app one', new Date('2021-01-01T00:00:00Z'))
      const first = await exchange(site, ask('/st/changing.txt'))
      await site.write('st/changing.txt', 'app two and more', new Date('2021-01-02T00:00:00Z'))
      return [first, await exchange(site, ask('/st/changing.txt'))]
    },
    'a file that nobody may read': async site => {
      const file = await site.write('st/secret.txt', 'app', new Date('2021-01-01T00:00:00Z'))
      await chmod(file, 0)
      return exchange(site, ask('/st/secret.txt'))
    },
    'a folder that nobody may read': async site => {
      await site.write('st/secrets/x.txt', 'app', new Date('2021-01-01T00:00:00Z'))
      await chmod(site.path('st/secrets'), 0)
      const seen = [
        await exchange(site, ask('/st/secrets/x.txt')),
        await exchange(site, ask('/st/secrets/')),
      ]
      await chmod(site.path('st/secrets'), 0o777)
      return seen
    },
  },
}

/** @type {Scenario} */
const validators = {
  name: 'methods, conditions and ranges of files',
  arguments: ['--url-alias', '/st', '{folder}/st'],
  files: tree('st'),
  probes: {
    ...methodProbes('/st'),
    ...conditionProbes('/st/digits.txt'),
    ...rangeProbes('/st/digits.txt'),
    'a condition for a folder': site =>
      exchange(site, ask('/st/indexed/', { fields: 'If-None-Match: *\r\n' })),
    'a condition for what is missing': site =>
      exchange(site, ask('/st/missing', { fields: 'If-Match: *\r\n' })),
    'a range of an index': site =>
      exchange(site, ask('/st/indexed/', { fields: 'Range: bytes=0-2\r\n' })),
  },
}

/** @type {Scenario} */
const root = {
  name: 'files of the document root',
  arguments: ['--document-root', '{folder}/site'],
  files: { ...tree('site'), 'outside.txt': 'app outside' },
  links: links('site'),
  probes: {
    ...gets(''),
    ...methodProbes(''),
    ...gets('', ['', '?a=b', 'method', 'bare/missing']),
    'a file that appears': async site => {
      const before = await exchange(site, ask('/later.txt'))
      await site.write('site/later.txt', 'app file', new Date('2021-01-01T00:00:00Z'))
      return [before, await exchange(site, ask('/later.txt'))]
    },
    'an index of the root': async site => {
      await site.write('site/index.html', 'app root', new Date('2021-01-01T00:00:00Z'))
      return exchange(site, ask('/'))
    },
  },
}

const folders = [
  '',
  'bare',
  'bare/',
  'indexed',
  'indexed/',
  'both/',
  'upper/',
  'bare/missing',
  'a.txt',
]

/** @returns {Scenario} */
function indexed(name, args) {
  return {
    name,
    arguments: ['--document-root', '{folder}/site', '--url-alias', '/st', '{folder}/st', ...args],
    files: { ...tree('site'), ...tree('st') },
    probes: {
      ...gets('', folders),
      ...Object.fromEntries(
        folders.map(name => [`st/${name}`, site => exchange(site, ask(`/st/${name}`))]),
      ),
    },
  }
}

/** Without the dates of folders, which were made just now. */
function lookAtListing(response) {
  const text = response.body
    .toString('latin1')
    .replace(/(?!2020)\d{4}-\d\d-\d\d \d\d:\d\d/g, '(date)')
  const seen = observe({ ...response, body: Buffer.from(text, 'latin1') })
  // Line by line: a long one would be cut.
  return seen.framing === 'page' ? seen : { ...seen, body: text.split('\n') }
}

const lists = (prefix, list) =>
  Object.fromEntries(
    list.map(name => [
      name,
      site => exchange(site, ask(path(prefix, name)), { look: lookAtListing }),
    ]),
  )

const listingQueries = [
  'C=N',
  'C=N;O=D',
  'C=M;O=A',
  'C=S',
  'C=D;O=D',
  'C=X;O=D',
  'O=D',
  'O=D;C=N',
  'O=D;O=A',
  'F=0',
  'F=1',
  'F=1&C=M',
  'F=1;C=M;O=D',
  'F=1;C=S',
  'F=1;C=S;O=D',
  'F=1;C=D;O=D',
  'F=1;F=2',
  'F=2',
  'F=2;C=S;O=D',
  'F=3',
  'F=1;',
  'F=1x',
  'f=1',
  'V=1',
  'V=0;F=1',
  'V=1;O=D;F=1',
  'P=*',
  'P=*.txt',
  'P=?.txt;F=1',
  'P=[a-w]*;F=1',
  'P=[!v]*;F=1',
  'P=[^v]*',
  'P=[]v]*',
  'P=[v*',
  'P=v-[0-9]*',
  'P=.*',
  'P=*hidden',
  'P=%76*;F=1',
  'P=%zz*;F=1',
  'P=%2f*;F=1',
  'P=;F=1',
  'P=v*;P=;F=1',
  'P=<b>"&F=1',
  'P=a+b%20c%3fé;F=2',
  'P=\\v*',
  'x=y;F=1',
  '&F=1',
]

/** @returns {Scenario} */
function filesOnly(name, args) {
  return {
    name,
    app: null,
    // Listings tell the local time.
    env: { TZ: 'UTC' },
    arguments: ['{folder}/site', '--application-type', 'static', ...args],
    files: {
      'site/a.txt': 'app a',
      'site/with blank & more.txt': 'app',
      'site/ümläut.txt': 'app',
      'site/.hidden': 'app',
      'site/a name that is much longer than the others are.html': 'app',
      'site/bare/x.txt': 'app x',
      'site/bare/deep/y.txt': 'app y',
      'site/indexed/index.html': 'app index',
      'site/hidden/.only': 'app',
      ...Object.fromEntries(
        Array.from({ length: 99 }, (_, at) => [`site/long/${'long'.repeat(9)}${100 + at}`, '']),
      ),
      ...Object.fromEntries(
        [
          'v2',
          'v10',
          'v-1.2',
          'v-1.10',
          'v1.02',
          'v1.010',
          'v 3',
          'V2',
          'vé',
          '.hidden',
          '[v',
          'a:b',
        ].map((name, at) => [
          `site/sorted/${name}`,
          'x'.repeat([0, 5, 972, 973, 1500, 9999, 10200, 996_147][at % 8]),
        ]),
      ),
    },
    probes: {
      ...lists('', [
        '',
        'a.txt',
        'missing',
        'missing/',
        'bare',
        'bare/',
        'bare/?C=N;O=D',
        'bare/?F=1',
        'bare/missing',
        'bare/deep/',
        'indexed/',
        'hidden/',
        '.hidden',
        '../',
        'a.txt/x',
        ...listingQueries.flatMap(query => [`?${query}`, `sorted/?${query}`]),
      ]),
      'HEAD of the root': site => exchange(site, ask('/', { method: 'HEAD' })),
      ...Object.fromEntries(
        ['bytes=0-9', 'bytes=-9', 'bytes=0-1,4-5', 'bytes=9999-', 'bytes=x'].flatMap(range =>
          ['bare/', 'long/'].map(folder => [
            `${range} of ${folder}`,
            site =>
              exchange(site, ask(`/${folder}`, { fields: `Range: ${range}\r\n` }), {
                look: lookAtParts,
              }),
          ]),
        ),
      ),
      'a part of a listing by a tag': site =>
        exchange(site, ask('/bare/', { fields: 'Range: bytes=0-9\r\nIf-Range: "x"\r\n' })),
      'HEAD of a part of a listing': site =>
        exchange(site, ask('/bare/', { method: 'HEAD', fields: 'Range: bytes=0-9\r\n' })),
      'a condition for a listing': site =>
        exchange(site, ask('/bare/', { fields: 'If-None-Match: *\r\n' })),
      'long/': site => exchange(site, ask('/long/')),
      'HEAD of long/': site => exchange(site, ask('/long/', { method: 'HEAD' })),
      'POST to the root': site => exchange(site, ask('/', { method: 'POST' })),
      'PUT of a file': site => exchange(site, ask('/a.txt', { method: 'PUT' })),
      'OPTIONS of the root': site => exchange(site, ask('/', { method: 'OPTIONS' })),
      'OPTIONS of everything': site => exchange(site, ask('*', { method: 'OPTIONS' })),
      'DELETE of what is missing': site => exchange(site, ask('/missing', { method: 'DELETE' })),
    },
  }
}

/** @type {Scenario} */
const mounted = {
  name: 'files and a mount point',
  arguments: [
    ...['--document-root', '{folder}/site', '--mount-point', '/bare'],
    ...['--url-alias', '/st', '{folder}/st', '--url-alias', '/bare/st', '{folder}/st'],
  ],
  files: { ...tree('site'), 'st/a.txt': 'app a' },
  probes: gets('', [
    '',
    'a.txt',
    'missing',
    'indexed',
    'indexed/',
    'bare',
    'bare/',
    'bare/x.txt',
    'bare/missing',
    'bare/deep',
    'bare/deep/y.txt',
    'bare/st/a.txt',
    'bare/st/missing',
    'st/a.txt',
    'st/missing',
    'barely',
  ]),
}

const given = new Date('2021-01-01T00:00:00Z')

/** Asks for a file between changes of it; gives the bodies. */
const changing = (name, ...changes) => [
  `a file that is ${name}`,
  async site => {
    const path = site.path('st/changes.txt')
    const seen = []
    for (const change of [rewritten('app one'), ...changes]) {
      await change(path, site)
      const [answer] = await exchange(site, ask('/st/changes.txt'))
      seen.push(`${answer.status}: ${answer.body}`)
    }
    await rm(path, { force: true, recursive: true })
    return seen
  },
]

const rewritten =
  (text, time = given) =>
  (_path, site) =>
    site.write('st/changes.txt', text, time)

const replaced = (text, time) => async (path, site) => {
  const other = await site.write('st/other.txt', text, time)
  await rename(other, path)
}

const changes = Object.fromEntries([
  changing('rewritten', rewritten('app two'), rewritten('app longer'), rewritten('app')),
  changing('rewritten with its time set back', rewritten('app two'), rewritten('app six')),
  changing(
    'rewritten without a time',
    rewritten('app two', new Date()),
    rewritten('app six', new Date()),
  ),
  changing('replaced', replaced('app two', given), replaced('app six', given)),
  changing('removed and made again', path => rm(path), rewritten('app two')),
  changing('emptied', rewritten(''), rewritten('app two')),
  changing(
    'a folder for a time',
    async path => {
      await rm(path)
      await mkdir(path)
    },
    async (path, site) => {
      await rm(path, { recursive: true })
      await site.write('st/changes.txt', 'app two', given)
    },
  ),
  changing(
    'a link that leads elsewhere',
    async (path, site) => {
      await rm(path)
      await symlink(site.path('st/first/x.txt'), path)
    },
    async (path, site) => {
      await rm(path)
      await symlink(site.path('st/second/x.txt'), path)
    },
    async (_path, site) => {
      await site.write('st/second/x.txt', 'app more', given)
    },
  ),
  changing('older than before', rewritten('app two', new Date('2001-01-01T00:00:00Z'))),
  changing('of the future', rewritten('app two', new Date('2101-01-01T00:00:00Z'))),
  changing('touched', path => utimes(path, new Date(), new Date())),
])

/** Names of any bytes, each with one of its spellings in a target. */
const byteNames = {
  'latin 1': [Buffer.from('caf\xe9.txt', 'latin1'), 'caf%e9.txt'],
  'latin 1, as it is': [Buffer.from('caf\xe9.txt', 'latin1'), 'caf\xe9.txt'],
  'broken UTF-8': [Buffer.from([0xff, 0xfe, 0x2e, 0x74, 0x78, 0x74]), '%ff%fe.txt'],
  'a control': [Buffer.from('a\x01b.txt', 'latin1'), 'a%01b.txt'],
  'a line break': [Buffer.from('a\nb.txt', 'latin1'), 'a%0ab.txt'],
  'an escape': [Buffer.from('a\x1bb.txt', 'latin1'), 'a%1bb.txt'],
  'a deletion': [Buffer.from('a\x7fb.txt', 'latin1'), 'a%7fb.txt'],
  'a quotation mark': [Buffer.from('a"b.txt'), 'a%22b.txt'],
  'an ampersand': [Buffer.from('a&b<c>.txt'), 'a&b%3cc%3e.txt'],
  'many bytes': [Buffer.from(`${'n'.repeat(251)}.txt`), `${'n'.repeat(251)}.txt`],
  'a blank at the end': [Buffer.from('blank '), 'blank%20'],
  'a dot at the end': [Buffer.from('dot.'), 'dot.'],
  'only a blank': [Buffer.from(' '), '%20'],
  'three dots': [Buffer.from('...'), '...'],
}

const ofBytes = Object.fromEntries(
  Object.entries(byteNames).map(([what, [name, target]]) => [
    `a name with ${what}`,
    async site => {
      const path = Buffer.concat([Buffer.from(`${site.path('st')}/`), name])
      await writeFile(path, `app ${what}`)
      await utimes(path, given, given)
      return exchange(site, ask(`/st/${target}`))
    },
  ]),
)

/** Asks in each way that could wait for somebody. */
const special = (what, make, ways = Object.keys(allWays)) =>
  ways.map(how => [
    `${how} ${what}`,
    async site => {
      const path = site.path('st', 'special.txt')
      const undo = await make(path, site)
      const method = how.split(' ')[0]
      try {
        const request = ask('/st/special.txt', { method, fields: allWays[how] })
        return [
          await exchange(site, request, { method }),
          await exchange(site, ask('/st/special.txt/x')),
        ]
      } finally {
        await undo?.()
        await rm(path, { force: true })
      }
    },
  ])

const allWays = {
  GET: '',
  HEAD: '',
  POST: '',
  OPTIONS: '',
  'GET of a part of': 'Range: bytes=0-1\r\n',
  'GET in vain of': 'If-None-Match: *\r\n',
}

/** Those that mod_wsgi-express waits for, for ever. */
const waitedFor = special('a pipe', path => void execFileSync('mkfifo', ['-m', '666', path]), [
  'GET',
])
const devices = special('a device', path => symlink('/dev/zero', path), ['GET', 'HEAD'])

const specials = [
  ...special('a socket', async path => {
    const server = createServer().listen(path)
    await new Promise(resolve => server.once('listening', resolve))
    await chmod(path, 0o666)
    return () => new Promise(resolve => server.close(resolve))
  }),
  ...devices,
  ...waitedFor,
]

/** @type {Scenario} */
const odd = {
  name: 'files that are odd, or change',
  arguments: ['--url-alias', '/st', '{folder}/st'],
  differs: Object.fromEntries(
    [...waitedFor, ...devices].map(([probe]) => [
      probe,
      'a pipe or a device in the place of a file that is served',
    ]),
  ),
  files: {
    'st/first/x.txt': 'app first',
    'st/second/x.txt': 'app second',
    'st/page.html': 'app page',
    'st/page.html.gz': 'app compressed',
    'st/page.html.br': 'app compressed',
    'st/page.html.zst': 'app compressed',
    'st/style.css.gz': 'app compressed',
    'st/archive.tar.gz': 'app compressed',
  },
  probes: {
    ...changes,
    ...ofBytes,
    ...Object.fromEntries(specials),
    ...Object.fromEntries(
      [
        'page.html',
        'page.html.gz',
        'page.html.br',
        'style.css',
        'style.css.gz',
        'archive.tar.gz',
        'page',
      ].map(name => [
        `${name} beside others`,
        site => exchange(site, ask(`/st/${name}`, { fields: 'Accept-Encoding: gzip, br\r\n' })),
      ]),
    ),
  },
}

/** @type {Scenario} */
const placed = {
  name: 'aliases that lie in many ways',
  arguments: [
    ...['--url-alias', '/relative', 'st', '--url-alias', '/dots', './other/../st'],
    ...['--url-alias', '/up', '{folder}/other/../st'],
    ...['--url-alias', '/file.txt', 'st/a.txt', '--url-alias', '/file', 'st/a.txt'],
    ...[
      '--url-alias',
      '/missing',
      '{folder}/nowhere',
      '--url-alias',
      '/later.txt',
      '{folder}/later.txt',
    ],
    ...['--url-alias', '/long/er', '{folder}/second', '--url-alias', '/long', '{folder}/st'],
    ...['--url-alias', '/long/er/est', '{folder}/third', '--url-alias', '/twice', '{folder}/st'],
    ...['--url-alias', '/twice', '{folder}/second', '--url-alias', 'bare', '{folder}/st'],
    ...['--url-alias', '/with blank', '{folder}/with blank', '--url-alias', '/%41', '{folder}/st'],
    ...['--url-alias', '/ünder', '{folder}/ünder', '--url-alias', '/Case', '{folder}/st'],
    ...[
      '--url-alias',
      '/dotted/../x',
      '{folder}/st',
      '--url-alias',
      '//double//slash',
      '{folder}/st',
    ],
    ...['--url-alias', '/link', '{folder}/link', '--url-alias', '/app/st', '{folder}/st'],
    ...['--url-alias', '/app/one.txt', '{folder}/st/a.txt', '--mount-point', '/app'],
  ],
  files: {
    'st/a.txt': 'app a',
    'st/index.html': 'app index',
    'st/er/a.txt': 'app not reached',
    'second/a.txt': 'app second',
    'third/a.txt': 'app third',
    'with blank/a.txt': 'app blank',
    'ünder/a.txt': 'app under',
    'other/x': 'app',
  },
  links: { link: 'second' },
  probes: {
    ...gets('', [
      ...[
        'relative/a.txt',
        'relative',
        'relative/',
        'dots/a.txt',
        'up/a.txt',
        'file.txt',
        'file',
        'file/',
      ],
      ...[
        'file/x',
        'filed',
        'missing',
        'missing/',
        'missing/a.txt',
        'later.txt',
        'long/a.txt',
        'long/er',
      ],
      ...[
        'long/er/',
        'long/er/a.txt',
        'long/er/est/a.txt',
        'long/era/a.txt',
        'long/er/estimate',
        'twice/a.txt',
      ],
      ...[
        'bare/a.txt',
        '/bare/a.txt',
        'with%20blank/a.txt',
        'with+blank/a.txt',
        'A/a.txt',
        '%2541/a.txt',
      ],
      ...[
        '%c3%bcnder/a.txt',
        '%C3%BCnder',
        'case/a.txt',
        'Case/a.txt',
        'CASE/a.txt',
        'x/a.txt',
        'dotted/x',
      ],
      ...[
        'double/slash/a.txt',
        'double//slash/a.txt',
        'link/a.txt',
        'link',
        'link/',
        'link/missing',
        'app',
      ],
      ...[
        'app/',
        'app/st/a.txt',
        'app/st/missing',
        'app/one.txt',
        'app/one.txt/x',
        'app/other',
        'other',
      ],
    ]),
    'a target that is made later': async site => {
      await site.write('later.txt', 'app later', given)
      return exchange(site, ask('/later.txt'))
    },
    'a folder that is made later': async site => {
      await site.write('nowhere/a.txt', 'app later', given)
      return [await exchange(site, ask('/missing/a.txt')), await exchange(site, ask('/missing'))]
    },
  },
}

/** @type {Scenario} */
const failing = {
  name: 'error documents and files',
  arguments: [
    ...['--url-alias', '/st', '{folder}/st', '--document-root', '{folder}/site'],
    ...['--error-document', '404', '/st/404.html', '--error-document', '403', '/missing'],
    ...['--error-document', '405', 'app not allowed', '--error-document', '412', '/st/412.txt'],
    ...['--error-document', '416', '/st/416.txt'],
  ],
  files: {
    'st/404.html': 'app is not here'.repeat(20),
    'st/a.txt': 'app a',
    'st/412.txt': 'app has changed',
    'st/416.txt': 'app has no such part',
    'st/bare/x.txt': 'app x',
  },
  links: { 'st/broken': 'nowhere' },
  probes: {
    ...gets('/st', [
      'a.txt',
      'missing',
      'missing/',
      'broken',
      'bare',
      'bare/',
      'a.txt/x',
      '404.html',
      '%2f',
    ]),
    ...Object.fromEntries(
      ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'].map(method => [
        `${method} of what is missing`,
        site => exchange(site, ask('/st/missing', { method }), { method }),
      ]),
    ),
    'PUT of a file': site => exchange(site, ask('/st/a.txt', { method: 'PUT' })),
    'a range of what is missing': site =>
      exchange(site, ask('/st/missing', { fields: 'Range: bytes=0-3\r\n' })),
    'a condition for what is missing': site =>
      exchange(site, ask('/st/missing', { fields: 'If-None-Match: *\r\n' })),
    'a condition that fails': site =>
      exchange(site, ask('/st/a.txt', { fields: 'If-Match: "x"\r\n' })),
    'a range that is none': site =>
      exchange(site, ask('/st/a.txt', { fields: 'Range: bytes=99-\r\n' })),
  },
}

/** The same types on every machine. */
const types = `text/plain asc txt text pot brf srt
text/html html htm shtml
text/css css
text/javascript es js mjs
text/x-python py
application/json json
application/gzip gz
application/xml xml xsl xsd
image/svg+xml svg svgz
image/png png
font/woff2 woff2
`

/** @param {Scenario} scenario */
function withTypes({ arguments: args = [], files = {}, ...scenario }) {
  return {
    ...scenario,
    arguments: [...args, '--mime-types', '{folder}/mime.types'],
    files: { ...files, 'mime.types': types },
  }
}

export default [
  aliases,
  validators,
  root,
  indexed('files with an index of another name', ['--directory-index', 'index.txt']),
  indexed('files with listings', ['--directory-listing']),
  filesOnly('a site of files', []),
  filesOnly('a site of files with listings', ['--directory-listing']),
  filesOnly('a site of files with an index', ['--directory-index', 'x.txt']),
  mounted,
  odd,
  placed,
  failing,
].map(withTypes)
