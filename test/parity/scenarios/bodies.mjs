/** Request bodies: how they are read, how they end, how large and how slow they may be. */
import { exchange } from '../runner/exchange.mjs'
import { observe } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

const head = (path, fields) => `POST /${path} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`
const post = (path, body) => `${head(path, `Content-Length: ${body.length}\r\n`)}${body}`
const chunkedHead = path => head(path, 'Transfer-Encoding: chunked\r\n')
const chunk = text => `${text.length.toString(16)}\r\n${text}\r\n`
const chunked = (path, ...parts) => `${chunkedHead(path)}${parts.map(chunk).join('')}0\r\n\r\n`

const text = 'one\ntwo\r\nthree\n\nlast'

const readings = [
  'i.read()',
  'i.read(-1)',
  'i.read(-5)',
  'i.read(0), i.read()',
  'i.read(3), i.read(3), i.read(100), i.read(1), i.read()',
  'i.read(len(i.read(5)))',
  'i.read(1000000)',
  'i.read(None)',
  'i.read("3")',
  'i.read(1.5)',
  'i.read(True)',
  'i.read(2 ** 70)',
  'i.read(1, 2)',
  'i.read(size=3)',
  'i.readline(), i.readline(), i.readline(), i.readline(), i.readline(), i.readline()',
  'i.readline(2), i.readline(2), i.readline(2), i.readline()',
  'i.readline(0), i.readline()',
  'i.readline(-1)',
  'i.readline(100)',
  'i.readline(None)',
  'i.readlines()',
  'i.readlines(0)',
  'i.readlines(-1)',
  'i.readlines(1), i.readlines(1), i.read()',
  'i.readlines(4), i.read()',
  'i.readlines(5), i.read()',
  'i.readlines(None)',
  'list(i)',
  'list(i), list(i), i.read()',
  'next(i), next(i), i.read()',
  'next(iter(i)), i.readline(), i.read(2), list(i)',
  'i is iter(i)',
  'i.read(), attempt("next(i)")',
  'i.close(), i.read()',
  'i.read(), i.close(), i.read(), i.readline(), i.readlines()',
  'attempt("i.readinto(bytearray(2))"), attempt("i.seek(0)"), attempt("i.tell()")',
  'attempt("i.fileno()"), attempt("i.closed"), attempt("i.readable()")',
  '[name for name in dir(i) if name[0] != "_"]',
  'type(i).__name__, type(i).__module__',
  'bool(i), attempt("len(i)")',
  'attempt("i.x"), attempt("setattr(i, \'x\', 1)")',
]

/** @type {Scenario} */
const reading = {
  name: 'reading of bodies',
  app: 'bodies.py',
  arguments: ['--chunked-request'],
  probes: {
    ...Object.fromEntries(
      readings.map(code => [
        code,
        site => exchange(site, post(`eval?${encodeURIComponent(code)}`, text)),
      ]),
    ),
    ...Object.fromEntries(
      ['i.read()', 'i.read(3), i.readline(), i.read(100), i.read()', 'list(i)'].flatMap(code => [
        [
          `chunked: ${code}`,
          site => exchange(site, chunked(`eval?${encodeURIComponent(code)}`, 'on', 'e\ntw', 'o')),
        ],
        [
          `no body: ${code}`,
          site =>
            exchange(site, `GET /eval?${encodeURIComponent(code)} HTTP/1.1\r\nHost: h\r\n\r\n`),
        ],
        [
          `empty body: ${code}`,
          site => exchange(site, post(`eval?${encodeURIComponent(code)}`, '')),
        ],
      ]),
    ),
  },
}

reading.differs = Object.fromEntries(
  [
    'i.read(1, 2)',
    'i.read(size=3)',
    'attempt("i.readinto(bytearray(2))"), attempt("i.seek(0)"), attempt("i.tell()")',
    'attempt("i.fileno()"), attempt("i.closed"), attempt("i.readable()")',
    'bool(i), attempt("len(i)")',
    'attempt("i.x"), attempt("setattr(i, \'x\', 1)")',
  ].map(name => [
    name,
    'type of `start_response`, and words of errors about wrong uses of it and of `wsgi.input`',
  ]),
)

/** @param {readonly string[]} kinds @param {string} body */
const unreadProbes = (kinds, body, name) =>
  Object.fromEntries(
    kinds.map(kind => [`${name}: ${kind}`, site => exchange(site, post(kind, body))]),
  )

/** A body that comes in pieces: what has arrived of the response before the last one is sent. */
async function inPieces(site, path, { chunks = false } = {}) {
  const connection = await site.connect()
  try {
    const wrap = chunks ? chunk : part => part
    connection.send(chunks ? chunkedHead(path) : head(path, 'Content-Length: 8\r\n'))
    connection.send(wrap('abc\n'))
    const early = await connection.receives('app', 500)
    connection.send(wrap('def\n') + (chunks ? '0\r\n\r\n' : ''))
    const seen = observe(await connection.read())
    return { early, seen, fate: await connection.fate() }
  } finally {
    connection.close()
  }
}

/** @type {Scenario} */
const unread = {
  name: 'bodies that are not read',
  app: 'bodies.py',
  arguments: ['--chunked-request'],
  probes: {
    ...unreadProbes(['unread', 'three', 'line'], 'abc\ndef', 'small'),
    ...unreadProbes(['unread', 'three'], 'a'.repeat(100_000), 'large'),
    ...unreadProbes(['unread', 'three', 'read'], 'a'.repeat(3_000_000), 'very large'),
    'chunked: unread': site => exchange(site, chunked('unread', 'abc', 'def')),
    'chunked: three': site => exchange(site, chunked('three', 'abc', 'def')),
    'chunked: large': site =>
      exchange(site, chunked('unread', ...Array(50).fill('a'.repeat(5000)))),
    'in pieces: unread': site => inPieces(site, 'unread'),
    'in pieces: read': site => inPieces(site, 'read'),
    'in pieces: echo': site => inPieces(site, 'echo'),
    'in pieces: answered_first': site => inPieces(site, 'answered_first'),
    'chunks in pieces: unread': site => inPieces(site, 'unread', { chunks: true }),
    'chunks in pieces: echo': site => inPieces(site, 'echo', { chunks: true }),
    length: site => exchange(site, post('length', 'abc')),
    'length of a chunked body': site => exchange(site, chunked('length', 'abc')),
  },
}

/** What was noted, once the last of it is there. */
async function events(site, awaited) {
  const noted = []
  const end = Date.now() + 3000
  do {
    const connection = await site.connect()
    connection.send('GET /events HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
    const response = await connection.read()
    connection.close()
    noted.push(...JSON.parse(response.body.toString('latin1').slice(4)))
  } while (awaited && !noted.some(text => awaited.test(text)) && Date.now() < end)
  return noted
}

/** Sends half of a request and shuts the sending side: the answer, and what the application noted. */
const halfClosed = (bytes, awaited) => async site => {
  await events(site)
  const connection = await site.connect()
  try {
    connection.send(bytes)
    connection.endSending()
    const response = await connection.read()
    return {
      answer: observe(response),
      end: response === null ? null : await connection.fate(2500),
      events: await events(site, awaited),
    }
  } finally {
    connection.close()
  }
}

/** Sends half of a request, waits for it to be in the application, and leaves. */
const left = (bytes, how, awaited) => async site => {
  await events(site)
  const connection = await site.connect()
  connection.send(bytes)
  const before = await events(site, /called/)
  connection[how]()
  return [...before, ...(await events(site, awaited))]
}

const half = path => `${head(path, 'Content-Length: 10\r\n')}abcde`
const anything = /^(?!called)/

/** @type {Scenario} */
const broken = {
  name: 'bodies that break off',
  app: 'bodies.py',
  arguments: ['--chunked-request'],
  probes: {
    'half-closed: read': halfClosed(half('read'), anything),
    'half-closed: caught': halfClosed(half('caught'), anything),
    'half-closed: caught_in_parts': halfClosed(half('caught_in_parts'), anything),
    'half-closed: unread': halfClosed(half('unread'), anything),
    'half-closed: three': halfClosed(half('three'), /called/),
    'half-closed: echo': halfClosed(half('echo'), /called/),
    'half-closed: no byte of the body': halfClosed(
      head('read', 'Content-Length: 10\r\n'),
      anything,
    ),
    'half-closed: in a chunk': halfClosed(`${chunkedHead('read')}a\r\nabc`, anything),
    'half-closed: in a chunk, caught': halfClosed(`${chunkedHead('caught')}a\r\nabc`, anything),
    'half-closed: between chunks': halfClosed(`${chunkedHead('read')}3\r\nabc\r\n`, anything),
    'half-closed: between chunks, unread': halfClosed(
      `${chunkedHead('unread')}3\r\nabc\r\n`,
      anything,
    ),
    'half-closed: in the size of a chunk': halfClosed(`${chunkedHead('read')}3`, anything),
    'half-closed: before the last line': halfClosed(
      `${chunkedHead('read')}3\r\nabc\r\n0\r\n`,
      anything,
    ),
    'half-closed: after a whole GET': halfClosed('GET /x HTTP/1.1\r\nHost: h\r\n\r\n'),
    'half-closed: after a whole body': halfClosed(post('read', 'abc'), anything),
    'half-closed: after whole chunks': halfClosed(chunked('read', 'abc'), anything),
    'half-closed: in the head': halfClosed('GET /x HTTP/1.1\r\nHost: h\r\n'),
    'half-closed: in the request line': halfClosed('GET /x HT'),
    'half-closed: after two GETs': async site => {
      const connection = await site.connect()
      connection.send('GET /x HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(2))
      connection.endSending()
      const answers = [observe(await connection.read()), observe(await connection.read())]
      const fate = await connection.fate(2500)
      connection.close()
      return { answers, fate }
    },
    'closed: read': left(half('read'), 'close', anything),
    'closed: caught': left(half('caught'), 'close', anything),
    'closed: unread': left(half('unread'), 'close'),
    'closed: in a chunk': left(`${chunkedHead('read')}a\r\nabc`, 'close', anything),
    'reset: read': left(half('read'), 'reset', anything),
    'reset: in a chunk': left(`${chunkedHead('read')}a\r\nabc`, 'reset', anything),
    'closed after a whole request': left(post('closing', 'abc'), 'close', /close/),
    'a request after all': site => exchange(site, post('read', 'abc')),
  },
}

/** Requests that are refused in the middle of their body, after the application was called. */
const spoiling = {
  'a bad chunk': `${chunkedHead('caught')}g\r\nabc\r\n0\r\n\r\n`,
  'a bad second chunk': `${chunkedHead('caught')}3\r\nabc\r\ng\r\nabc\r\n0\r\n\r\n`,
  'a bad chunk, unread': `${chunkedHead('unread')}g\r\nabc\r\n0\r\n\r\n`,
  'a coding before chunked': `${head('caught', 'Transfer-Encoding: gzip, chunked\r\n')}3\r\nabc\r\n0\r\n\r\n`,
  'a bad trailer': `${chunkedHead('caught')}3\r\nabc\r\n0\r\nrubbish\r\n\r\n`,
  'rubbish after a body': `${post('caught', 'abc')}rubbish\r\n\r\n`,
  'half of a body': half('caught'),
  'half of a body, unread': half('unread'),
  'half of a chunk': `${chunkedHead('caught')}a\r\nabc`,
}

/** Which of the requests after them do not get their own body. */
const bodiesAfter = spoil => async site => {
  const wrong = []
  for (let n = 100; n < 120; n++) {
    const spoiler = await site.connect()
    spoiler.send(spoil)
    spoiler.endSending()
    await spoiler.rest()
    spoiler.close()
    const connection = await site.connect()
    connection.send(post('caught', String(n)))
    const { body } = await connection.read()
    connection.close()
    if (body.toString('latin1') !== `app 3 ${n}`) wrong.push(`${n}: ${body.toString('latin1')}`)
  }
  return wrong.length === 0 ? 'none' : `${wrong.length > 1 ? 'many' : 'one'}, such as ${wrong[0]}`
}

/** @type {Scenario} */
const spoiled = {
  name: 'bodies after bodies that were refused',
  app: 'bodies.py',
  arguments: ['--chunked-request'],
  probes: Object.fromEntries(
    Object.entries(spoiling).map(([name, bytes]) => [name, bodiesAfter(bytes)]),
  ),
}

/**
 * Sends the parts, each after a pause, until the server has enough: the answer, and whether it came within the
 * window.
 *
 * @param {readonly string[]} parts
 * @param {{ every: number, from: number, to: number }} times milliseconds
 * @returns {Probe}
 */
const slowly =
  (parts, { every, from, to }) =>
  async site => {
    const connection = await site.connect()
    const start = Date.now()
    try {
      for (const part of parts) {
        connection.send(part)
        if ((await connection.fate(every)) !== 'open') break
      }
      const first = await connection.fate(Math.max(1, to + 1000 - (Date.now() - start)))
      const time = Date.now() - start
      const answer = first === 'data' ? observe(await connection.read()) : first
      const inTime = time >= from && time <= to ? `${from} to ${to} ms` : `${time} ms`
      const when = first === 'open' ? 'not for a second more' : inTime
      return { answer, when, fate: await connection.fate() }
    } finally {
      connection.close()
    }
  }

const silently = (bytes, from, to) => slowly([bytes], { every: 1, from, to })

/** Only the head of a body of this size. */
const announced = size => head('read', `Content-Length: ${size}\r\n`)

/** @type {Scenario} */
const limits = {
  name: 'limits of bodies',
  app: 'bodies.py',
  arguments: [
    ...['--limit-request-body', '10', '--chunked-request'],
    ...['--url-alias', '/st', '{folder}/st'],
  ],
  files: { 'st/file.txt': 'app file' },
  probes: {
    'exactly the limit': site => exchange(site, post('read', 'a'.repeat(10))),
    'one more': site => exchange(site, post('read', 'a'.repeat(11))),
    'one more, only announced': site => exchange(site, announced(11)),
    'much more, only announced': site => exchange(site, announced('9000000000000000000')),
    'one more, unread': site => exchange(site, post('unread', 'a'.repeat(11))),
    'one more of a GET': site =>
      exchange(site, post('read', 'a'.repeat(11)).replace('POST', 'GET')),
    'one more in HTTP/1.0': site =>
      exchange(site, post('read', 'a'.repeat(11)).replace('HTTP/1.1', 'HTTP/1.0')),
    'a large one that is sent': site => exchange(site, post('read', 'a'.repeat(200_000))),
    'chunks of exactly the limit': site => exchange(site, chunked('read', 'abcde', 'abcde')),
    'chunks that go beyond': site => exchange(site, chunked('read', 'abcde', 'abcdef')),
    'chunks that go beyond, caught': site => exchange(site, chunked('caught', 'abcde', 'abcdef')),
    'chunks that go beyond, unread': site => exchange(site, chunked('unread', 'abcde', 'abcdef')),
    'chunks that go beyond, read by three': site =>
      exchange(site, chunked('three', 'abcde', 'abcdef')),
    'one chunk that goes beyond': site => exchange(site, chunked('read', 'a'.repeat(11))),
    'a chunk that is announced': silently(`${chunkedHead('read')}b\r\n`, 0, 500),
    'a static file': site => exchange(site, post('st/file.txt', 'a'.repeat(11))),
    'a path that is not there': site => exchange(site, post('st/missing', 'a'.repeat(11))),
  },
}

/** @type {Scenario} */
const defaults = {
  name: 'limits of bodies, by default and none',
  app: 'bodies.py',
  starts: false,
  probes: {
    'by default: one more than ten mebibytes': async site => {
      await site.start()
      return exchange(site, announced(10_485_761))
    },
    'by default: ten mebibytes': site => exchange(site, post('read', 'a'.repeat(10_485_760))),
    'none: eleven mebibytes': async site => {
      await site.start({ more: ['--limit-request-body', '0'] })
      return exchange(site, post('read', 'a'.repeat(11 * 1_048_576)))
    },
  },
}

/** @type {Scenario} */
const slowHeads = {
  name: 'slow heads',
  app: 'bodies.py',
  atOnce: 20,
  arguments: [
    ...['--header-timeout', '1', '--header-max-timeout', '2', '--header-min-rate', '500'],
    ...['--body-timeout', '10', '--keep-alive-timeout', '1'],
  ],
  probes: {
    'no byte': silently('', 700, 1900),
    'half of the request line': silently('GET /x', 700, 1900),
    'half of the head': silently('GET /x HTTP/1.1\r\nHost: h\r\n', 700, 1900),
    'a blank line only': silently('\r\n', 700, 1900),
    'a byte now and then': slowly([...'GET /x HTTP/1.1\r\nHost: h\r\nX-Abcdefghij: k'], {
      every: 150,
      from: 700,
      to: 1900,
    }),
    'a byte now and then after the request line': slowly(
      ['GET /x HTTP/1.1\r\n', ...'Host: h\r\nX-Abcdefghij: k'],
      { every: 150, from: 700, to: 1900 },
    ),
    'many bytes now and then': slowly(
      ['GET /x HTTP/1.1\r\nHost: h\r\n', ...Array(30).fill(`X-A: ${'v'.repeat(600)}\r\n`)],
      { every: 150, from: 1500, to: 2900 },
    ),
    'in two parts': slowly(['GET /x HTTP/1.1\r\n', 'Host: h\r\n\r\n'], {
      every: 500,
      from: 400,
      to: 900,
    }),
    'half of a head that asks to close': slowly(
      ['GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n'],
      { every: 1, from: 700, to: 1900 },
    ),
  },
}

/** @type {Scenario} */
const slowBodies = {
  name: 'slow bodies',
  app: 'bodies.py',
  atOnce: 20,
  arguments: [
    ...['--body-timeout', '1', '--body-max-timeout', '2', '--body-min-rate', '500'],
    ...['--threads', '20', '--chunked-request'],
  ],
  probes: {
    'no byte, read': silently(head('read', 'Content-Length: 10\r\n'), 700, 1900),
    'no byte, caught': silently(head('caught', 'Content-Length: 10\r\n'), 700, 1900),
    'no byte, unread': silently(head('unread', 'Content-Length: 10\r\n'), 700, 1900),
    'half, read': silently(half('read'), 700, 1900),
    'half, caught': silently(half('caught'), 700, 1900),
    'half, unread': silently(half('unread'), 700, 1900),
    'half a chunk': silently(`${chunkedHead('read')}a\r\nabc`, 700, 1900),
    'no chunk': silently(chunkedHead('read'), 700, 1900),
    'a byte now and then': slowly([head('read', 'Content-Length: 100\r\n'), ...'x'.repeat(30)], {
      every: 150,
      from: 700,
      to: 1900,
    }),
    'many bytes now and then': slowly(
      [head('read', 'Content-Length: 100000\r\n'), ...Array(30).fill('x'.repeat(600))],
      { every: 150, from: 1500, to: 2900 },
    ),
    'in two parts': slowly([half('read'), 'fghij'], { every: 500, from: 400, to: 950 }),
    'asked for with 100': silently(
      head('read', 'Content-Length: 10\r\nExpect: 100-continue\r\n'),
      0,
      500,
    ),
    'a slow application': slowly([post('patient', 'abc')], { every: 1, from: 4000, to: 6500 }),
  },
}

/** @type {Scenario} */
const patient = {
  name: 'slow heads and bodies without time-outs',
  app: 'bodies.py',
  atOnce: 10,
  arguments: ['--header-timeout', '0', '--body-timeout', '0'],
  probes: {
    'no byte': silently('', 0, 1000),
    'half of the head': silently('GET /x HTTP/1.1\r\n', 0, 1000),
    'half of the body': silently(half('read'), 0, 1000),
  },
}

export default [reading, unread, broken, spoiled, limits, defaults, slowHeads, slowBodies, patient]
