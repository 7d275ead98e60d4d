/** What reaches a server behind a proxy, and what the client gets of its answer. */
import { observe } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Site} Site */

const host = 'Front.example:81'

/** @param {{ method?: string, target?: string, fields?: string, body?: string, version?: string }} [request] */
function requestText({
  method = 'GET',
  target = '/api/x',
  fields = `Host: ${host}\r\n`,
  body = '',
  version = 'HTTP/1.1',
} = {}) {
  return `${method} ${target} ${version}\r\n${fields}\r\n${body}`
}

const withFields = fields => ({ fields: `Host: ${host}\r\n${fields}` })

/**
 * A request as the backend got it: its body without chunks, since nobody promises how it is cut up. Lengths are not
 * decimal, or one could be taken for a port.
 */
function seenBehind({ bytes }) {
  const end = bytes.indexOf('\r\n\r\n')
  const [line, ...fields] = bytes.slice(0, end).split('\r\n')
  const sent = bytes.slice(end + 4)
  const body = /^transfer-encoding: chunked$/im.test(bytes) ? unchunked(sent) : sent
  return { line, fields, body: body.length > 100 ? `0x${body.length.toString(16)} bytes` : body }
}

function unchunked(text) {
  let body = ''
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, line), 16)
    if (!size) return body
    body += text.slice(line + 2, line + 2 + size)
    at = line + 2 + size + 2
  }
}

/**
 * Sends a request, and gives what both sides of the proxy saw of it.
 *
 * @param {Parameters<typeof requestText>[0] | string} [request]
 * @param {string | import('../runner/backend.mjs').Answer} [answer] `{backend}` stands for its address
 */
function through(request, answer) {
  return async site => {
    const { backend } = site
    const text = typeof answer === 'string' ? answer : undefined
    backend.expect(text?.replaceAll('{backend}', `127.0.0.1:${backend.port}`) ?? answer)
    const connection = await site.connect()
    try {
      const sent = typeof request === 'string' ? request : requestText(request)
      connection.send(sent)
      const response = await connection.read({ method: sent.split(' ', 1)[0] })
      return { behind: backend.heard.map(seenBehind), answer: withoutTime(observe(response)) }
    } finally {
      connection.close()
    }
  }
}

/** A page says when it expires: now. */
function withoutTime(answer) {
  if (answer.fields === undefined) return answer
  const fields = answer.fields.map(field => field.replace(/^(expires): .*/, '$1: *'))
  return { ...answer, fields }
}

/** Only the line that the backend gets, or the status of what it does not get. */
function lineOf(target) {
  return async site => {
    const { behind, answer } = await through({ target })(site)
    const location = answer.fields?.find(field => field.startsWith('location:'))
    if (behind.length === 0) return [answer.status, location].filter(Boolean).join(', ')
    return behind.map(({ line }) => line).join(', ')
  }
}

/** A response whose body is not taken for a page of the tool's own. */
const response = (fields = '', status = '200 OK', body = 'app back') =>
  `HTTP/1.1 ${status}\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`

/** Sends this and ends. @returns {import('../runner/backend.mjs').Answer} */
const last = text => socket => void socket.end(Buffer.from(text, 'latin1'))

const targets = [
  '/api/a%20b',
  '/api/%7Euser',
  '/api/a%2Fb',
  '/api/a%00b',
  '/api/a%25b',
  '/api/a%25%32%46b',
  '/api/%e9',
  '/api/\xe9',
  '/api/%c3%a9',
  '/api/a//b',
  '//api//a',
  '/api/./a',
  '/api/../api/x',
  '/api/../x',
  '/api/%2e%2e/api/x',
  '/api/..',
  '/api/.',
  '/api/x/..',
  '/api/a;b/c',
  '/api;x/y',
  '/api/..\\b',
  '/%61pi/x',
  '/API/x',
  '/apis',
  '/api',
  '/api?q=1',
  '/api?a=b%20c"<%zz',
  '/%61pi',
  '/api/',
  '/api/x?',
  '/api/x??a',
  '/api/x?a=%20%zz',
  '/api/x?a#b',
  '/api/x?a"b<c>{d}|e\\f^g`h\xe9',
  '/api/"<>{}|\\^`[]',
  "/api/!$&'()*+,-.:;=@_~",
  '/api/%21%24%26%27%28%29%2a%2b%2c%2d%2e%3a%3b%3d%40%5f%7e',
  '/api/%3f%23',
  '/api/%01%0a%0d%7f',
  '/api/deep/x',
  '/api/deep',
  '/slash/x',
  '/slash',
  '/joined/x',
  '/root/x',
  '/root/',
  '/old/x',
  '/static/x',
  '/user/x',
  'http://other.example/api/x',
  'http://other.example:99/api',
  'http://other.example:99/api/../api/x?y',
]

const mounts = [
  ['/api', 'http://{backend}/back'],
  ['/api/deep', 'http://{backend}/deep'],
  ['/slash/', 'http://{backend}/back/'],
  ['/joined//', 'http://{backend}/x'],
  ['/root', 'http://{backend}//'],
  ['/user', 'http://name:word@{backend}/u%20v'],
  ['/static', 'http://{backend}/static'],
  ['/dead', 'http://{nobody}/'],
].flatMap(mount => ['--proxy-mount-point', ...mount])

const options = [...mounts, '--proxy-url-alias', '/old', 'http://{backend}/old'].concat(
  '--url-alias',
  '/static',
  '{folder}',
  '--proxy-timeout',
  '1',
)

/** @type {import('../runner/run.mjs').Scenario} */
const paths = {
  name: 'proxied paths',
  backend: true,
  arguments: options,
  probes: Object.fromEntries(targets.map(target => [target, lineOf(target)])),
}

const hop =
  'Connection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nKeep-Alive: 3\r\nUpgrade: foo\r\nTrailer: x\r\nProxy-Connection: z\r\n'
const forwarded = ['For', 'Host', 'Server', 'Port', 'Prefix', 'Scheme', 'Proto']
  .map(name => `X-Forwarded-${name}: told\r\n`)
  .join('')
const chunks = (...pieces) =>
  `${pieces.map(piece => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`
const chunked = withFields('Transfer-Encoding: chunked\r\n')
const sized = length => withFields(`Content-Length: ${length}\r\n`)

/** @type {import('../runner/run.mjs').Scenario} */
const requests = {
  name: 'proxied requests',
  backend: true,
  arguments: options,
  probes: {
    plain: through(),
    'fields of the connection': through(withFields(hop)),
    'fields of a proxy before': through(withFields(forwarded)),
    'fields that are repeated': through(
      withFields('Cookie: a=b\r\nX-A: 1\r\nCookie: c=d\r\nx-a: 2\r\nX_u: 1\r\n'),
    ),
    'fields that pass': through(
      withFields(
        'Authorization: Basic x\r\nProxy-Authorization: y\r\nProxy: 1\r\nVia: 1.1 v\r\nIf-None-Match: "x"\r\nAccept-Encoding: gzip\r\n',
      ),
    ),
    'a field that is folded': through(withFields('X-A: 1\r\n  two\r\n')),
    'an empty field': through(withFields('X-A:\r\n')),
    'HTTP/1.0': through({ version: 'HTTP/1.0', fields: '' }),
    'HTTP/1.0 with a host': through({ version: 'HTTP/1.0', fields: 'Host: a\r\n' }),
    'HTTP/1.0 kept alive': through({
      version: 'HTTP/1.0',
      fields: 'Host: a\r\nConnection: keep-alive\r\n',
    }),
    'kept alive': through(withFields('Connection: keep-alive\r\n')),
    'an absolute target': through({ target: 'http://Other.example:99/api/x?y' }),
    'a port of HTTP': through({ fields: 'Host: a:80\r\n' }),
    HEAD: through({ method: 'HEAD' }, 'HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n'),
    'HEAD in chunks': through(
      { method: 'HEAD' },
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    ),
    'HEAD without a length': through({ method: 'HEAD' }, 'HTTP/1.1 200 OK\r\n\r\n'),
    'HEAD of nothing': through({ method: 'HEAD' }, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    OPTIONS: through({ method: 'OPTIONS' }),
    DELETE: through({ method: 'DELETE' }),
    TRACE: through({ method: 'TRACE' }),
    'a made up method': through({ method: 'FOO' }),
    CONNECT: through({ method: 'CONNECT' }),
    'a length': through({ method: 'POST', ...sized(5), body: 'hello' }),
    'a length of 0': through({ method: 'POST', ...sized(0) }),
    'no body': through({ method: 'POST' }),
    'GET with a body': through({ ...sized(5), body: 'hello' }),
    'a long body': through({ method: 'PUT', ...sized(100_000), body: 'h'.repeat(100_000) }),
    'a body beyond the limit': through({
      method: 'PUT',
      ...sized(10_485_761),
      body: 'h'.repeat(10_485_761),
    }),
    chunks: through({ method: 'POST', ...chunked, body: chunks('abc', 'de') }),
    'many chunks': through({ method: 'POST', ...chunked, body: chunks('a'.repeat(20_000)) }),
    'as many chunks as are waited for': through({
      method: 'POST',
      ...chunked,
      body: chunks('a'.repeat(16_303)),
    }),
    'one byte more': through({ method: 'POST', ...chunked, body: chunks('a'.repeat(16_304)) }),
    'chunks and a length': through({
      method: 'POST',
      ...withFields('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n'),
      body: chunks('abc'),
    }),
    'chunks that are none': through({ method: 'POST', ...chunked, body: 'zz\r\n\r\n' }),
    'another coding': through({
      method: 'POST',
      ...withFields('Transfer-Encoding: gzip, chunked\r\n'),
      body: chunks('abc'),
    }),
    'no hops left': through(withFields('Max-Forwards: 0\r\n')),
    'no hops left for TRACE': through({ method: 'TRACE', ...withFields('Max-Forwards: 0\r\n') }),
    'no hops left for OPTIONS': through({
      method: 'OPTIONS',
      ...withFields('Max-Forwards: 0\r\n'),
    }),
    'some hops left': through(withFields('Max-Forwards: 5\r\n')),
    'hops that are no number': through(withFields('Max-Forwards: x\r\n')),
    'hops below 0': through(withFields('Max-Forwards: -1\r\n')),
    'an expectation without a body': through(withFields('Expect: 100-continue\r\n')),
    'an expectation that is none': through(withFields('Expect: x\r\n')),
    'an expectation that nobody meets': async site => {
      const asked = through({
        method: 'POST',
        ...withFields('Expect: 100-continue\r\nContent-Length: 5\r\n'),
      })
      const { answer } = await asked(site)
      return { answer, behind: (await site.backend.hears(1)).map(seenBehind) }
    },
    'an expectation that is met': site => expectation(site, response()),
    'a body that breaks off': site => brokenBody(site, 10, 'abc'),
    'a long body that breaks off': site => brokenBody(site, 50_000, 'a'.repeat(30_000)),
    pipelined: async site => {
      site.backend.expect()
      const connection = await site.connect()
      connection.send([1, 2, 3].map(at => requestText({ target: `/api/${at}` })).join(''))
      const answers = []
      while (answers.length < 3) answers.push(observe(await connection.read()))
      connection.close()
      // The end of a connection of a probe before may be told late.
      const lines = site.backend.heard.map(heard => seenBehind(heard).line)
      return { behind: lines.filter(line => line.startsWith('GET')), answers }
    },
    'a server that does not listen': through({ target: '/dead/x' }),
    'a server that listens again': async site => {
      const [, port] = site.nobody.split(':')
      const before = await through({ target: '/dead/x' })(site)
      const { createServer } = await import('node:net')
      const server = createServer(socket => {
        socket.on('error', () => {})
        socket.on('data', () => socket.end(response()))
      })
      await new Promise(resolve => server.listen(Number(port), '127.0.0.1', () => resolve(null)))
      const after = await through({ target: '/dead/x' })(site)
      server.close()
      return [before.answer.status, after.answer.status]
    },
  },
}

/** The client waits for a word, which comes from the backend. */
async function expectation(site, answer) {
  const { backend } = site
  backend.expect(answer)
  const connection = await site.connect()
  try {
    connection.send(
      requestText({
        method: 'POST',
        ...withFields('Expect: 100-continue\r\nContent-Length: 5\r\n'),
      }),
    )
    const socket = await backend.hearsHead()
    socket.write('HTTP/1.1 100 Continue\r\nX-C: 1\r\n\r\n')
    await connection.until('\r\n\r\n')
    connection.send('hello')
    const response = observe(await connection.read({ method: 'POST' }))
    return { behind: backend.heard.map(seenBehind), answer: response }
  } finally {
    connection.close()
  }
}

async function brokenBody(site, length, sent) {
  const { backend } = site
  backend.expect()
  const connection = await site.connect()
  try {
    connection.send(requestText({ method: 'POST', ...sized(length), body: sent }))
    connection.endSending()
    const answer = observe(await connection.read({ method: 'POST' }))
    const whole = backend.heard.filter(({ bytes }) => !bytes.endsWith('(end)'))
    return { answer, whole: whole.length }
  } finally {
    connection.close()
  }
}

const manyFields = Array.from({ length: 300 }, (_, at) => `X-${at}: ${'v'.repeat(100)}\r\n`)

/** Responses by what is special about them. */
const answers = {
  'fields of all kinds': response(
    'Date: Mon, 01 Jan 2024 00:00:00 GMT\r\nServer: back\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a=1; Path=/back\r\nSet-Cookie: b=2\r\nWWW-Authenticate: Basic\r\nWWW-Authenticate: Digest\r\nVary: a\r\nVary: a\r\nContent-Type: Text/HTML; Charset=X\r\nLast-Modified: rubbish\r\nETag: "x"\r\nCache-Control: a\r\nCache-Control: b\r\nContent-Encoding: gzip\r\nVia: 1.1 z\r\nX-E: \xe9\r\n',
  ),
  'fields of the connection': response(
    'Connection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: x\r\nProxy-Connection: y\r\nTrailer: x\r\nTE: x\r\nUpgrade: y\r\n',
  ),
  'a wish to close': response('Connection: close\r\n'),
  'no Date, no Server': response(),
  'locations below it': response(
    'Location: http://{backend}/back/to?x\r\nContent-Location: http://{backend}/back/cl\r\nURI: http://{backend}/back/u\r\nDestination: http://{backend}/back/d\r\nRefresh: 0;http://{backend}/back/r\r\n',
    '302 Found',
  ),
  'a location below another mount': response('Location: http://{backend}/other\r\n', '302 Found'),
  'its own location': response('Location: http://{backend}/back/\r\n', '302 Found'),
  'its own location without a slash': response('Location: http://{backend}/deep\r\n', '302 Found'),
  'a location in capitals': response('Location: HTTP://{backend}/BACK/x\r\n', '302 Found'),
  'a location without a host': response('Location: /back/to\r\n', '302 Found'),
  'a relative location': response('Location: to\r\n', '302 Found'),
  'a location elsewhere': response('Location: http://else.example/back/x\r\n', '302 Found'),
  'a location of another scheme': response('Location: https://{backend}/back/x\r\n', '302 Found'),
  'a location without a scheme': response('Location: //{backend}/back/x\r\n', '302 Found'),
  'a location with 200': response('Location: http://{backend}/back/to\r\n'),
  'a local location with 200': response('Location: /to\r\n'),
  'a reason of its own': response('', '404 Backend Says'),
  'no reason': response('', '404'),
  'an empty reason': response('', '404 '),
  'status 299': response('', '299 Odd'),
  'status 999': response('', '999 Odd'),
  'status 099': response('', '099 Odd'),
  'status 400': response('', '400 Odd'),
  'status 401': response('WWW-Authenticate: x\r\n', '401 Odd'),
  'status 500': response('Content-Type: text/x\r\n', '500 Odd'),
  'status 503': response('', '503 Odd'),
  'status 204': 'HTTP/1.1 204 No\r\nX: 1\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\n',
  'status 304':
    'HTTP/1.1 304 Not\r\nX: 1\r\nETag: "a"\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\n',
  chunks:
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;e=1\r\nde\r\n0\r\nX-T: 1\r\n\r\n',
  'a body that ends with the connection': last('HTTP/1.1 200 OK\r\nX: 1\r\n\r\nabc'),
  'HTTP/1.0': last('HTTP/1.0 200 OK\r\nX: 1\r\n\r\nabc'),
  'HTTP/1.0 with a length': 'HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc',
  'more than its length': 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdefgh',
  'less than its length': last('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
  'chunks without an end': last(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
  ),
  'chunks that are none': last('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
  'a length that is none': 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabcd',
  'a length below 0': 'HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabcd',
  silence: () => {},
  'silence in its head': 'HTTP/1.1 200 OK\r\nX: ',
  'silence in its body': 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc',
  'its end': socket => void socket.end(),
  'a reset': socket => void socket.resetAndDestroy(),
  'its end in the head': last('HTTP/1.1 200 OK\r\nX: 1\r\n'),
  'HTTP/2.0': last('HTTP/2.0 200 OK\r\n\r\nabc'),
  'HTTP/0.9': last('HTTP/0.9 200 OK\r\n\r\nabc'),
  'a field without a colon': 'HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 3\r\n\r\nabc',
  'a NUL in a field': 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 3\r\n\r\nabc',
  'a long field': response(`X-A: ${'v'.repeat(8180)}\r\n`),
  'a field that is too long': response(`X-A: ${'v'.repeat(9000)}\r\n`),
  'many fields': response(manyFields.join('')),
  'status 100 before it': `HTTP/1.1 100 Continue\r\n\r\n${response()}`,
  'status 102 before it': `HTTP/1.1 102 Processing\r\nX-I: 1\r\n\r\n${response()}`,
  'status 103 before it': `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n${response()}`,
  'an upgrade that nobody asked for':
    'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nabc',
}

const disorder = 'a response of another server that is not in order'
/** Responses that Apache passes on in some way, and we do not. */
const notInOrder = {
  'no HTTP': last('garbage\r\n\r\n'),
  'HTTP/1.2': 'HTTP/1.2 200 OK\r\nContent-Length: 3\r\n\r\nabc',
  'lines without a carriage return': 'HTTP/1.1 200 OK\nContent-Length: 3\n\nabc',
  'chunks and a length':
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc',
  'a field that is folded': 'HTTP/1.1 200 OK\r\nX-A: 1\r\n  two\r\nContent-Length: 3\r\n\r\nabc',
  'a blank before the colon': 'HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length: 3\r\n\r\nabc',
  'a control character': 'HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 3\r\n\r\nabc',
}

const answering = list =>
  Object.fromEntries(Object.entries(list).map(([name, answer]) => [name, through({}, answer)]))

/** @type {import('../runner/run.mjs').Scenario} */
const responses = {
  name: 'proxied responses',
  backend: true,
  arguments: options,
  probes: {
    ...answering(answers),
    ...answering(notInOrder),
    'a location for a client without a host': through(
      { version: 'HTTP/1.0', fields: '' },
      response('Location: http://{backend}/back/to\r\n', '302 Found'),
    ),
    'chunks for HTTP/1.0': through(
      { version: 'HTTP/1.0' },
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ),
    'status 103 for HTTP/1.0': through(
      { version: 'HTTP/1.0' },
      `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${response()}`,
    ),
  },
  differs: Object.fromEntries(Object.keys(notInOrder).map(name => [name, disorder])),
}

const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
const switching =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'

/** Switches, sends back what it gets, and ends when it hears `bye`. */
const echo =
  (backend, head = switching) =>
  socket => {
    socket.removeAllListeners('data')
    backend.tunnelEnded = new Promise(resolve => socket.once('close', () => resolve(null)))
    socket.on('data', bytes => {
      if (bytes.toString() === 'bye') socket.end('farewell')
      else socket.write(`echo ${bytes}`)
    })
    socket.write(`${head}Sec-WebSocket-Accept: x\r\nServer: back\r\nSet-Cookie: a=b\r\n\r\n`)
  }

/** Upgrades, says something, and has the other side end. */
function tunnel(fields, { behind = '', head, method = 'GET', body = '' } = {}) {
  return async site => {
    const { backend } = site
    backend.expect(echo(backend, head))
    const connection = await site.connect()
    try {
      connection.send(`${requestText({ method, ...withFields(fields), body })}${behind}`)
      const response = await connection.read({ method })
      const seen = { behind: backend.heard.map(seenBehind), answer: observe(response) }
      if (response?.status !== 101) return seen
      if (behind !== '') await connection.until(`echo ${behind}`)
      connection.send('ping')
      await connection.until('echo ping')
      connection.send('bye')
      const bytes = await connection.rest()
      await backend.tunnelEnded
      return { ...seen, said: bytes.toString('latin1') }
    } finally {
      connection.close()
    }
  }
}

/** @type {import('../runner/run.mjs').Scenario} */
const upgrades = {
  name: 'proxied upgrades',
  backend: true,
  arguments: options,
  probes: {
    WebSocket: tunnel(upgrade),
    'bytes behind the request': tunnel(upgrade, { behind: 'early' }),
    'in capitals': tunnel(upgrade.replace('websocket', 'WebSocket')),
    'without Connection': tunnel(upgrade.replace('Connection: Upgrade\r\n', '')),
    'with other words': tunnel(upgrade.replace('n: Up', 'n: keep-alive, X-Hop, Up')),
    'with a body': tunnel(`${upgrade}Content-Length: 3\r\n`, { method: 'POST', body: 'abc' }),
    'to another protocol': tunnel(upgrade.replace('websocket', 'h2c')),
    'to several protocols': tunnel(upgrade.replace('websocket', 'h2c, websocket')),
    'that leads elsewhere': tunnel(upgrade, { head: switching.replace('websocket', 'foo') }),
    'that leads nowhere': tunnel(upgrade, {
      head: switching.replace('Upgrade: websocket\r\n', ''),
    }),
    'that is refused': through(withFields(upgrade), response('', '403 No')),
    'that is not taken up': through(withFields(upgrade), response()),
    'a client that ends': async site => {
      site.backend.expect(echo(site.backend))
      const connection = await site.connect()
      connection.send(requestText(withFields(upgrade)))
      const { status } = await connection.read()
      connection.endSending()
      await site.backend.tunnelEnded
      const rest = await connection.rest()
      return [status, rest.toString('latin1')]
    },
  },
}

const onHost = (name, more = {}) => ({ target: '/a/b?c', fields: `Host: ${name}\r\n`, ...more })

/** @type {import('../runner/run.mjs').Scenario} */
const hosts = {
  name: 'proxied hosts',
  backend: true,
  arguments: ['--proxy-virtual-host', 'px.example', 'http://{backend}/v/']
    .concat('--proxy-virtual-host', 'bare.example', 'http://{backend}')
    .concat('--proxy-mount-point', '/api', 'http://{backend}/back'),
  probes: {
    'its name': through(onHost('px.example')),
    'its name in capitals, and a port': through(onHost('PX.Example:99')),
    'its root': through(onHost('px.example', { target: '/' })),
    'an absolute target': through(onHost('x', { target: 'http://px.example/a' })),
    'an absolute target without a path': through(onHost('x', { target: 'http://px.example' })),
    TRACE: through(onHost('px.example', { method: 'TRACE' })),
    'OPTIONS of everything': through(onHost('px.example', { method: 'OPTIONS', target: '*' })),
    'a location': through(
      onHost('px.example'),
      response('Location: http://{backend}/v/to\r\n', '302 Found'),
    ),
    'a path that is forwarded on all hosts': through(onHost('px.example', { target: '/api/b' })),
    'such a path without its slash': through(onHost('px.example', { target: '/api' })),
    'another host': through(onHost('other.example')),
    'no host': through({ version: 'HTTP/1.0', fields: '', target: '/a' }),
    'the root of a URL without a path': through(onHost('bare.example', { target: '/' })),
    CONNECT: through({
      method: 'CONNECT',
      target: 'px.example:80',
      fields: 'Host: px.example\r\n',
    }),
    'a path below a URL without one': through(onHost('bare.example')),
  },
  differs: {
    CONNECT: 'CONNECT to a host of `--proxy-virtual-host`',
    'a path below a URL without one':
      'a URL without a path in `--proxy-virtual-host`, or for a `--proxy-mount-point` that ends in a slash',
  },
}

/** @type {import('../runner/run.mjs').Scenario} */
const named = {
  name: 'proxied hosts of a site with a name',
  backend: true,
  arguments: ['--server-name', 'main.example', '--proxy-virtual-host', 'px.example'].concat(
    'http://{backend}/v/',
    '--proxy-mount-point',
    '/api',
    'http://{backend}/back',
  ),
  probes: {
    'the proxied host': through(onHost('px.example')),
    'the site': through(onHost('main.example')),
    'a path of the site': through(onHost('main.example', { target: '/api/x' })),
    'a path of the site without its slash': through(onHost('main.example', { target: '/api' })),
    'another host': through(onHost('other.example')),
    'a path on another host': through(onHost('other.example', { target: '/api/x' })),
  },
}

/** @type {import('../runner/run.mjs').Scenario} */
const differing = {
  name: 'proxied requests that differ',
  backend: true,
  arguments: [...mounts, '--proxy-mount-point', '/v1.0', 'http://{backend}/'],
  probes: {
    'a path that looks like the mount point': lineOf('/v1x0'),
    'fields that the client wants kept back': through(
      withFields(
        'Connection: X-Forwarded-Port, X-Forwarded-Prefix, X-Forwarded-For, Cookie\r\nCookie: a\r\n',
      ),
    ),
    'an expectation that is refused': async site => {
      const { backend } = site
      backend.expect()
      const connection = await site.connect()
      connection.send(
        requestText({
          method: 'POST',
          ...withFields('Expect: 100-continue\r\nContent-Length: 5\r\n'),
        }),
      )
      const socket = await backend.hearsHead()
      socket.write(response('', '413 No'))
      const answer = await connection.read({ method: 'POST' })
      connection.close()
      return answer.status
    },
  },
  differs: {
    'a path that looks like the mount point': 'characters of patterns in `--proxy-mount-point`',
    'fields that the client wants kept back':
      'X-Forwarded-Port and X-Forwarded-Prefix in Connection',
    'an expectation that is refused': 'an upstream that refuses `Expect: 100-continue`',
  },
}

export default [paths, requests, responses, upgrades, hosts, named, differing]
