/** How long connections live, what ends them, and more than one request on them. */
import { exchange } from '../runner/exchange.mjs'
import { observe, sortFields } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

const get = (path, fields = '', version = 'HTTP/1.1') =>
  `GET /${path} ${version}\r\nHost: h\r\n${fields}\r\n`

const post = (path, body) =>
  `POST /${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const chunked = (path, text) =>
  `POST /${path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${text}`

const head = path => get(path).replace('GET', 'HEAD')

/** Milliseconds as a window, if they are in it. */
const within = (time, from, to) =>
  time !== null && time >= from && time <= to ? `${from} to ${to} ms` : time

/** @returns {Probe} how long the connection stays open after an answer */
const idle = (from, to, request) => async site => {
  const connection = await site.connect()
  try {
    connection.send(request ?? get('exact'))
    const seen = observe(await connection.read())
    return { seen, closed: within(await connection.closedWithin(to + 1500), from, to) }
  } finally {
    connection.close()
  }
}

/** @returns {Probe} what becomes of a connection when the rest follows after a pause */
const paused = (first, milliseconds, rest) => async site => {
  const connection = await site.connect()
  try {
    connection.send(get('exact'))
    const answers = [observe(await connection.read())]
    connection.send(first)
    await connection.fate(milliseconds)
    connection.send(rest)
    answers.push(observe(await connection.read()))
    return { answers, fate: await connection.fate(100) }
  } finally {
    connection.close()
  }
}

/** @returns {Scenario} */
function timed(seconds, args) {
  const from = seconds * 1000 - 300
  const to = seconds * 1000 + 1200
  return {
    name: `keep-alive of ${seconds} seconds${args.length > 0 ? '' : ' by default'}`,
    app: 'responses.py',
    atOnce: 10,
    arguments: args,
    probes: {
      'after a request': idle(from, to),
      'after a request that asks for it': idle(
        from,
        to,
        get('exact', 'Connection: keep-alive\r\n'),
      ),
      'after a request without a length': idle(from, to, get('list_of_one')),
      'after HTTP/1.0 with keep-alive': idle(
        from,
        to,
        get('exact', 'Connection: keep-alive\r\n', 'HTTP/1.0'),
      ),
      'after a body': idle(from, to, post('exact', 'abc')),
      'after a 404': idle(from, to, get('status_with_length?404%20x')),
      'the next request after half of it': paused('', seconds * 500, get('generator')),
      'the next request in two parts': paused(
        'GET /generator HTTP/1.1\r\n',
        seconds * 500,
        'Host: h\r\n\r\n',
      ),
      'the next request in two parts, the second one late': paused(
        'GET /generator HTTP/1.1\r\n',
        seconds * 1000 + 700,
        'Host: h\r\n\r\n',
      ),
      'a blank line between': paused('\r\n', seconds * 300, get('generator')),
    },
  }
}

/** @type {Scenario} */
const none = {
  name: 'no keep-alive',
  app: 'responses.py',
  arguments: ['--keep-alive-timeout', '0'],
  probes: {
    'a request': site => exchange(site, get('exact')),
    'a request without a length': site => exchange(site, get('list_of_one')),
    'a request that asks for it': site =>
      exchange(site, get('exact', 'Connection: keep-alive\r\n')),
    'HTTP/1.0 that asks for it': site =>
      exchange(site, get('exact', 'Connection: keep-alive\r\n', 'HTTP/1.0')),
    'pipelined requests': site => exchange(site, get('exact').repeat(2), { next: 'at once' }),
    'a body': site => exchange(site, post('exact', 'abc')),
    'a status of 204': site => exchange(site, get('status_alone?204%20No%20Content')),
    'a page': site => exchange(site, get('a%2Fb')),
  },
}

const wishes = {
  none: '',
  close: 'Connection: close\r\n',
  'close in upper case': 'Connection: CLOSE\r\n',
  'close among others': 'Connection: x, close\r\n',
  'close and a comma': 'Connection: close,\r\n',
  'close and keep-alive': 'Connection: close, keep-alive\r\n',
  'keep-alive and close': 'Connection: keep-alive, close\r\n',
  'close and keep-alive in two fields': 'Connection: close\r\nConnection: keep-alive\r\n',
  'nearly close': 'Connection: closed\r\n',
  'close in quotes': 'Connection: "close"\r\n',
  'keep-alive': 'Connection: keep-alive\r\n',
  'keep-alive in capitals': 'Connection: Keep-Alive\r\n',
  'keep-alive among others': 'Connection: x, keep-alive\r\n',
  'a Keep-Alive field': 'Keep-Alive: timeout=30, max=2\r\n',
  'keep-alive with a Keep-Alive field':
    'Connection: keep-alive\r\nKeep-Alive: timeout=30, max=2\r\n',
  'Proxy-Connection': 'Proxy-Connection: close\r\n',
  'an upgrade to h2c':
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n',
  'an upgrade to a web socket':
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n',
  'an upgrade to TLS': 'Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n',
  'a name of a field': 'Connection: X-A\r\nX-A: 1\r\n',
}

/** @type {Scenario} */
const wished = {
  name: 'Connection fields',
  app: 'responses.py',
  arguments: ['--url-alias', '/st', '{folder}/st'],
  files: { 'st/file.txt': 'app file' },
  probes: {
    ...Object.fromEntries(
      Object.entries(wishes).flatMap(([name, fields]) => [
        [`1.1: ${name}`, site => exchange(site, get('exact', fields))],
        [`1.0: ${name}`, site => exchange(site, get('exact', fields, 'HTTP/1.0'))],
      ]),
    ),
    ...Object.fromEntries(
      ['close', 'keep-alive'].flatMap(token => [
        [
          `without a length: ${token}`,
          site => exchange(site, get('generator', `Connection: ${token}\r\n`)),
        ],
        [
          `a static file: ${token}`,
          site => exchange(site, get('st/file.txt', `Connection: ${token}\r\n`)),
        ],
        [
          `a static file in 1.0: ${token}`,
          site => exchange(site, get('st/file.txt', `Connection: ${token}\r\n`, 'HTTP/1.0')),
        ],
        [`a page: ${token}`, site => exchange(site, get('a%2Fb', `Connection: ${token}\r\n`))],
        [
          `a page of 500: ${token}`,
          site => exchange(site, get('raise_at_once', `Connection: ${token}\r\n`)),
        ],
        [
          `204: ${token}`,
          site =>
            exchange(site, get('status_alone?204%20No%20Content', `Connection: ${token}\r\n`)),
        ],
        [
          `the application closes: ${token}`,
          site =>
            exchange(
              site,
              get(
                `start_with?${encodeURIComponent("'200 OK', [('Connection', 'close')]")}`,
                `Connection: ${token}\r\n`,
              ),
            ),
        ],
        [
          `the application keeps alive: ${token}`,
          site =>
            exchange(
              site,
              get(
                `start_with?${encodeURIComponent("'200 OK', [('Connection', 'keep-alive')]")}`,
                `Connection: ${token}\r\n`,
              ),
            ),
        ],
        [
          `the application closes in 1.0: ${token}`,
          site =>
            exchange(
              site,
              get(
                `start_with?${encodeURIComponent("'200 OK', [('Connection', 'close'), ('Content-Length', '6')]")}`,
                `Connection: ${token}\r\n`,
                'HTTP/1.0',
              ),
            ),
        ],
      ]),
    ),
  },
}

const bad = 'GET /x\x01 HTTP/1.1\r\nHost: h\r\n\r\n'

const pipelines = {
  'three requests': get('exact') + get('generator') + get('list_of_one'),
  'a bad one after a good one': get('exact') + bad,
  'a bad one before a good one': bad + get('exact'),
  'one without Host between': `${get('exact')}GET /exact HTTP/1.1\r\n\r\n${get('exact')}`,
  'bodies that are not read': post('exact', 'abc') + post('exact', 'def'),
  'a large body that is not read': post('exact', 'a'.repeat(200_000)),
  'a body and a GET': post('generator', 'GET / HTTP/1.1') + get('exact'),
  'chunked bodies': chunked('exact', '3\r\nabc\r\n0\r\n\r\n').repeat(2),
  'a chunked body and a GET': chunked('exact', '3\r\nabc\r\n0\r\n\r\n') + get('generator'),
  'a bad chunk and a GET': chunked('exact', 'x\r\nabc\r\n0\r\n\r\n') + get('generator'),
  'close in the middle': get('exact') + get('exact', 'Connection: close\r\n') + get('exact'),
  'HTTP/1.0 in the middle': get('exact') + get('exact', '', 'HTTP/1.0') + get('exact'),
  'HTTP/1.0 with keep-alive':
    get('exact', 'Connection: keep-alive\r\n', 'HTTP/1.0').repeat(2) + get('exact'),
  'HTTP/1.0 with keep-alive, without a length':
    get('generator', 'Connection: keep-alive\r\n', 'HTTP/1.0') + get('exact'),
  '204 and 304':
    get('status_alone?204%20No%20Content') +
    get('status_with_body?304%20Not%20Modified') +
    get('exact'),
  'an exception first': get('raise_at_once') + get('exact'),
  'an exception after a block first': get('raise_in_second_next') + get('exact'),
  'a page first': get('a%2Fb') + get('exact'),
  'own 500 first': get('status_with_length?500%20x') + get('exact'),
  'own 404 first': get('status_with_length?404%20x') + get('exact'),
  'a response that is too long first': get('too_long') + get('exact'),
  'static files': get('st/file.txt') + get('st/missing') + get('exact') + get('st/file.txt'),
  'a redirect inside the server first': get('located_at_url') + get('exact'),
  'blank lines between': `${get('exact')}\r\n${get('exact')}\r\n\r\n${get('exact')}`,
  'an expectation': `${get('exact')}${post('exact', 'abc').replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n')}${get('exact')}`,
  'an expectation that fails': get('exact') + get('exact', 'Expect: x\r\n') + get('exact'),
  TRACE: `${get('exact')}TRACE /x HTTP/1.1\r\nHost: h\r\n\r\n${get('exact')}`,
  'OPTIONS of everything': `${get('exact')}OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n${get('exact')}`,
  'half a request': `${get('exact')}GET /exact HTTP/1.1\r\n`,
  'fifty requests': get('exact').repeat(50),
}

/** The first line and the body of each answer, so that long rows stay short. */
function briefly(response) {
  const seen = observe(response)
  return typeof seen === 'string' ? seen : `${seen.status}, ${seen.framing}: ${seen.body}`
}

/** Everything as it comes, without the values of what varies. */
async function raw(site, bytes) {
  const connection = await site.connect()
  try {
    connection.send(bytes)
    const text = (await connection.rest(5000)).toString('latin1')
    return sortFields(text.replace(/^(.*)(Date|Server): .*$/gm, '$1$2: *'))
  } finally {
    connection.close()
  }
}

/** Two answers of which the second one has to be waited for. */
const inTurn = first => async site => {
  const connection = await site.connect()
  try {
    connection.send(get(first) + get('started_then_wait'))
    const step = await site.connect()
    step.send(get('step', 'Connection: close\r\n'))
    await step.read()
    step.close()
    return [briefly(await connection.read()), briefly(await connection.read())]
  } finally {
    connection.close()
  }
}

/** @type {Scenario} */
const pipelined = {
  name: 'pipelined requests',
  app: 'responses.py',
  arguments: ['--chunked-request', '--url-alias', '/st', '{folder}/st', '--header-timeout', '1'],
  files: { 'st/file.txt': 'app file' },
  probes: {
    ...Object.fromEntries(
      Object.entries(pipelines)
        .filter(([name]) => name !== 'half a request')
        .map(([name, bytes]) => [
          name,
          site => exchange(site, bytes, { next: 'at once', look: briefly }),
        ]),
    ),
    'half a request': site =>
      exchange(site, pipelines['half a request'], { next: 'none', look: briefly }),
    'a response that is too short first': site => raw(site, get('too_short') + get('exact')),
    'HEAD and GET': site => exchange(site, head('exact'), { next: 'at once', look: briefly }),
    'a first answer while the second one is made': inTurn('exact'),
    'a first answer without a length while the second one is made': inTurn('generator'),
    'three hundred requests, one after the other': async site => {
      const connection = await site.connect()
      const statuses = new Set()
      for (let n = 0; n < 300; n++) {
        connection.send(get('exact', 'Connection: keep-alive\r\n'))
        statuses.add(JSON.stringify(observe(await connection.read())))
      }
      connection.close()
      return [...statuses].map(text => JSON.parse(text))
    },
  },
}

/** A connection at the moment when the server is told to stop, and the exit code. */
const stopped = prepare => async site => {
  await site.start()
  await site.ask(get('exact'))
  const connection = await site.connect()
  try {
    await prepare(connection)
    site.server.child.kill('SIGTERM')
    const exit = await site.server.exited
    return exit
  } finally {
    connection.close()
  }
}

/** @type {Scenario} */
const stop = {
  name: 'connections when the server stops',
  app: 'responses.py',
  starts: false,
  arguments: ['--keep-alive-timeout', '30'],
  probes: {
    'one that was never used': stopped(async () => {}),
    'one that is idle': stopped(async connection => {
      connection.send(get('exact'))
      await connection.read()
    }),
    'when an idle one is closed': async site => {
      await site.start()
      await site.ask(get('exact'))
      const connection = await site.connect()
      connection.send(get('exact'))
      await connection.read()
      site.server.child.kill('SIGTERM')
      return within(await connection.closedWithin(8000), 0, 2500)
    },
    'one with half a head': stopped(async connection => {
      connection.send(`${get('exact')}GET /x HTTP/1.1\r\n`)
      await connection.read()
    }),
  },
}

/** @type {Scenario} */
const refused = {
  name: 'connections that end badly',
  app: 'responses.py',
  probes: {
    'a client that closes at once': async site => {
      const connection = await site.connect()
      connection.close()
      return exchange(site, get('exact'))
    },
    'a client that resets at once': async site => {
      const connection = await site.connect()
      connection.reset()
      return exchange(site, get('exact'))
    },
    'a client that resets in a head': async site => {
      const connection = await site.connect()
      connection.send('GET /x HTTP/1.1\r\n')
      connection.reset()
      return exchange(site, get('exact'))
    },
    'a client that closes before the answer': async site => {
      const connection = await site.connect()
      connection.send(get('big'))
      connection.close()
      return exchange(site, get('exact'))
    },
    'a hundred connections': async site => {
      const all = await Promise.all(Array.from({ length: 100 }, () => site.connect()))
      for (const connection of all) connection.send(get('exact'))
      const answers = await Promise.all(all.map(connection => connection.read()))
      for (const connection of all) connection.close()
      return [...new Set(answers.map(briefly))]
    },
    'large bytes after a refusal': async site => {
      const connection = await site.connect()
      connection.send(`${bad}${'x'.repeat(500_000)}`)
      const answer = observe(await connection.read())
      connection.close()
      return answer
    },
    'a refusal is read although more is sent': async site => {
      const connection = await site.connect()
      connection.send(chunked('exact', `${'x'.repeat(500_000)}`))
      const answer = observe(await connection.read())
      connection.close()
      return answer
    },
  },
}

export default [
  timed(2, []),
  timed(1, ['--keep-alive-timeout', '1']),
  none,
  wished,
  pipelined,
  stop,
  refused,
]
