/** From what the application returns to what the client gets. */
import { exchange } from '../runner/exchange.mjs'
import { observe, sortFields } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Site} Site */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

const get = (path, fields = '', method = 'GET') =>
  `${method} /${path} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`

const post = (path, body) =>
  `POST /${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/**
 * @param {readonly string[]} paths
 * @param {(path: string) => Probe} probe
 * @returns {Record<string, Probe>}
 */
function forEach(paths, probe, kind = '') {
  return Object.fromEntries(paths.map(path => [`${kind}${path}`, probe(path)]))
}

/** The answers to one request, and what the application noted until it closed the response. */
const withEvents = path => async site => {
  await events(site)
  const answers = await exchange(site, get(path))
  return { answers, events: await events(site, 'close') }
}

/** What was noted since the last time, waiting for one of it. */
async function events(site, awaited = '') {
  const noted = []
  const end = Date.now() + 1500
  do {
    const connection = await site.connect()
    connection.send(get('events', 'Connection: close\r\n'))
    const response = await connection.read()
    connection.close()
    noted.push(...JSON.parse(response.body.toString('latin1').slice(4)))
  } while (awaited !== '' && !noted.includes(awaited) && Date.now() < end)
  return noted
}

const framed = [
  'exact',
  'exact_in_blocks',
  'list_of_one',
  'list_of_two',
  'tuple_of_one',
  'empty_list',
  'empty_block',
  'empty_blocks_between',
  'generator',
  'generator_of_nothing',
  'late_start',
  'too_late_start',
  'length_of_nothing',
  'length_of_nothing_and_a_block',
  'writes',
  'write_and_iterate',
  'write_nothing',
  'write_more_than_length',
  'write_text',
  'write_bytearray',
  'big',
  'big_with_length',
  'own_chunks',
  'chunked_and_length',
  'identity',
  'two_lengths',
  'bytes_of_a_class',
  'close_is_no_function',
]

const framedWithEvents = ['too_long', 'too_long_in_blocks', 'noted', 'noted_204']

/** These stay open until the keep-alive ends. */
const unfinished = [
  'too_short',
  'too_short_and_empty',
  'raise_after_write_with_length',
  'raise_in_second_next_with_length',
]

/** Bytes of the body that come, and whether the connection is closed with them. */
const brokenOff = path => async site => {
  const connection = await site.connect()
  try {
    connection.send(get(path))
    const text = (await connection.rest(4000)).toString('latin1')
    return { status: text.split('\r\n', 1)[0], body: text.slice(text.indexOf('\r\n\r\n') + 4) }
  } finally {
    connection.close()
  }
}

/** @type {Scenario} */
const framing = {
  name: 'framing of responses',
  app: 'responses.py',
  arguments: ['--keep-alive-timeout', '1'],
  probes: {
    ...forEach(framed, path => site => exchange(site, get(path))),
    ...forEach(framedWithEvents, withEvents),
    ...forEach(unfinished, brokenOff, 'unfinished: '),
  },
}

const pathsOfOldClients = [
  'exact',
  'too_long',
  'list_of_one',
  'generator',
  'empty_list',
  'length_of_nothing',
  'raise_at_once',
  'raise_in_second_next',
  'status_with_body?204%20No%20Content',
  'status_with_body?304%20Not%20Modified',
  'status_with_body?404%20Not%20Found',
  'own_chunks',
  'file_whole',
]

/** @type {Scenario} */
const old = {
  name: 'responses for HTTP/1.0 and HEAD',
  app: 'responses.py',
  files: { 'file.txt': 'app of a file' },
  probes: {
    ...forEach(
      pathsOfOldClients,
      path => site => exchange(site, `GET /${path} HTTP/1.0\r\n\r\n`),
      '1.0: ',
    ),
    ...forEach(
      pathsOfOldClients,
      path => site => exchange(site, `GET /${path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`),
      '1.0 with keep-alive: ',
    ),
    ...forEach(
      [...pathsOfOldClients, 'too_short', 'raise_in_first_next', 'empty_block', 'big', 'writes'],
      path => site => exchange(site, get(path, '', 'HEAD'), { method: 'HEAD' }),
      'HEAD: ',
    ),
  },
}

const statuses = [
  '200 OK',
  '200',
  '200 ',
  '200 Fine',
  '200 Error',
  '200 error',
  '200 Error ',
  '201 Created',
  '204 No Content',
  '205 Reset Content',
  '206 Partial Content',
  '207 Multi-Status',
  '226 IM Used',
  '299 Odd',
  '300 Multiple Choices',
  '301 Moved Permanently',
  '304 Not Modified',
  '400 Bad Request',
  '401 Unauthorized',
  '403 Forbidden',
  '404 Not Found',
  '404',
  '405 Method Not Allowed',
  '408 Request Timeout',
  '411 Length Required',
  '413 Too Large',
  '414 Too Long',
  '416 Range Not Satisfiable',
  '417 Expectation Failed',
  "418 I'm a teapot",
  '429',
  '451',
  '499 Odd',
  '500 Internal Server Error',
  '501 Not Implemented',
  '502 Bad Gateway',
  '503 Service Unavailable',
  '504 Gateway Timeout',
  '511 Network Authentication Required',
  '599',
  '600 Odd',
  '700',
  '999 Odd',
]

/** @type {Scenario} */
const status = {
  name: 'statuses',
  app: 'responses.py',
  probes: {
    ...forEach(
      statuses,
      text => site => exchange(site, get(`status_with_body?${encodeURIComponent(text)}`)),
      'with a body: ',
    ),
    ...forEach(
      ['200 OK', '204 No Content', '205 Reset Content', '304 Not Modified', '404 Not Found'],
      text => site => exchange(site, get(`status_with_length?${encodeURIComponent(text)}`)),
      'with a length: ',
    ),
    ...forEach(
      ['200 OK', '204 No Content', '304 Not Modified', '404 Not Found', '500 Oops'],
      text => site => exchange(site, get(`status_alone?${encodeURIComponent(text)}`)),
      'alone: ',
    ),
  },
}

/** All that comes within a while, without the values of what varies. */
const raw = path => async site => {
  const connection = await site.connect()
  try {
    connection.send(get(path))
    const text = (await connection.rest(1500)).toString('latin1')
    return sortFields(
      text.replace(/^(Date|Server): .*$/gm, '$1: *').replace(/<!DOCTYPE.*$/s, '(page)'),
    )
  } finally {
    connection.close()
  }
}

const informal = [
  '100 Continue',
  '101 Switching Protocols',
  '102 Processing',
  '103 Early Hints',
  '199',
]

/** @type {Scenario} */
const interim = {
  name: 'statuses of 1xx',
  app: 'responses.py',
  atOnce: 5,
  probes: {
    ...forEach(
      informal,
      text => raw(`status_with_body?${encodeURIComponent(text)}`),
      'with a body: ',
    ),
    ...forEach(informal, text => raw(`status_alone?${encodeURIComponent(text)}`), 'alone: '),
  },
}

const failing = [
  'raise_at_once',
  'raise_after_start',
  'raise_after_write',
  'raise_system_exit',
  'raise_keyboard_interrupt',
  'raise_generator_exit',
  'raise_stop_iteration',
  'raise_base_exception',
  'no_start',
  'no_start_and_nothing',
  'no_start_and_empty_block',
  'returns_none',
  'returns_number',
  'returns_text',
  'returns_empty_text',
  'returns_bytes',
  'returns_empty_bytes',
  'started_twice',
  'started_twice_with_exc_info',
  'started_after_output',
  'started_after_output_with_exc_info',
  'started_after_output_and_caught',
]

const failingWithEvents = [
  'raise_in_first_next',
  'raise_after_empty_block',
  'raise_in_second_next',
  'raise_in_close',
  'raise_in_close_with_length',
  'raise_in_close_of_nothing',
  'raise_everywhere',
  'system_exit_in_next',
  'text_block',
  'second_block_is_text',
  'none_block',
  'bytearray_block',
  'memoryview_block',
]

/** @type {Scenario} */
const mistakes = {
  name: 'mistakes of applications',
  app: 'responses.py',
  probes: {
    ...forEach(failing, path => site => exchange(site, get(path))),
    ...forEach(failingWithEvents, withEvents),
  },
}

/** Expressions in Python: the arguments of start_response. */
const startArguments = {
  'status without reason': "'200', []",
  'status and a blank': "'200 ', []",
  'status of four digits': "'2000 OK', []",
  'status of two digits': "'20 OK', []",
  'status of a word': "'abc', []",
  'empty status': "'', []",
  'status without blank': "'200OK', []",
  'status of bytes': "b'200 OK', []",
  'status of a number': '200, []',
  'status of None': 'None, []',
  'status with a line end': "'200 OK\\r\\nA: b', []",
  'status with LF': "'200 OK\\n', []",
  'status with NUL': "'200 O\\0K', []",
  'status with a control character': "'200 O\\x01K', []",
  'status with DEL': "'200 O\\x7fK', []",
  'status with a tab': "'200 O\\tK', []",
  'status and a tab': "'200\\tOK', []",
  'status beyond latin-1': "'200 \\u20ac', []",
  'status in latin-1': "'200 \\xe9', []",
  'status with blanks': "'200   OK  ', []",
  'status with a leading blank': "' 200 OK', []",
  'status with a sign': "'+20 OK', []",
  'status 000': "'000 OK', []",
  'status 099': "'099 OK', []",
  'status of a class': "type('S', (str,), {})('200 OK'), []",
  'headers in a tuple': "'200 OK', ()",
  'headers None': "'200 OK', None",
  'headers in a dict': "'200 OK', {}",
  'headers in an iterator': "'200 OK', iter([])",
  'headers of a class': "'200 OK', type('L', (list,), {})([('A', 'b')])",
  'header in a list': "'200 OK', [['A', 'b']]",
  'header of one': "'200 OK', [('A',)]",
  'header of three': "'200 OK', [('A', 'b', 'c')]",
  'header of a number': "'200 OK', [('A', 1)]",
  'header of None': "'200 OK', [('A', None)]",
  'name of bytes': "'200 OK', [(b'A', 'b')]",
  'value of bytes': "'200 OK', [('A', b'b')]",
  'value of a class': "'200 OK', [('A', type('S', (str,), {})('b'))]",
  'empty name': "'200 OK', [('', 'b')]",
  'name with a blank': "'200 OK', [('A b', 'c')]",
  'name with a colon': "'200 OK', [('A:', 'c')]",
  'name with LF': "'200 OK', [('A\\n', 'c')]",
  'name with a bracket': "'200 OK', [('A(B', 'c')]",
  'name with a slash': "'200 OK', [('A/B', 'c')]",
  'name with an underscore': "'200 OK', [('A_B', 'c')]",
  'name with NUL': "'200 OK', [('A\\0', 'c')]",
  'name with a control character': "'200 OK', [('A\\x01', 'c')]",
  'name with DEL': "'200 OK', [('A\\x7f', 'c')]",
  'name in latin-1': "'200 OK', [('\\xe9', 'b')]",
  'name beyond latin-1': "'200 OK', [('\\u20ac', 'b')]",
  'value with a line end': "'200 OK', [('A', 'b\\r\\nC: d')]",
  'value with LF': "'200 OK', [('A', 'b\\n')]",
  'value with CR': "'200 OK', [('A', 'b\\r')]",
  'value folded': "'200 OK', [('A', 'b\\r\\n c')]",
  'value with NUL': "'200 OK', [('A', 'b\\0c')]",
  'value with a control character': "'200 OK', [('A', 'b\\x01c')]",
  'value with DEL': "'200 OK', [('A', 'b\\x7fc')]",
  'value with a tab': "'200 OK', [('A', 'b\\tc')]",
  'value in latin-1': "'200 OK', [('A', '\\xe9')]",
  'value beyond latin-1': "'200 OK', [('A', '\\u20ac')]",
  'value with blanks around': "'200 OK', [('A', '  b  ')]",
  'empty value': "'200 OK', [('A', '')]",
  'exc_info of a number': "'200 OK', [], 5",
  'exc_info None': "'200 OK', [], None",
  'exc_info of Nones': "'200 OK', [], (None, None, None)",
  'exc_info of one': "'200 OK', [], (1,)",
  'exc_info of nothing': "'200 OK', [], ()",
  'exc_info in a list': "'200 OK', [], [1, 2, 3]",
}

/** Their words are those of the language in which start_response is written. */
const argumentCounts = {
  'no headers': "'200 OK',",
  'no arguments': '()',
  'four arguments': "'200 OK', [], None, None",
}

const sent = {
  duplicates: "'200 OK', [('X-A', '1'), ('X-B', '2'), ('x-a', '3')]",
  cookies: "'200 OK', [('Set-Cookie', 'a=1'), ('X-B', '2'), ('set-cookie', 'b=2')]",
  challenges: "'401 No', [('WWW-Authenticate', 'Basic'), ('WWW-Authenticate', 'Digest')]",
  'Vary twice': "'200 OK', [('Vary', 'A'), ('Vary', 'B')]",
  'Link twice': "'200 OK', [('Link', '<a>'), ('Link', '<b>')]",
  'Location twice': "'302 Found', [('Location', '/a'), ('Location', '/b')]",
  'types twice': "'200 OK', [('Content-Type', 'a/b'), ('Content-Type', 'c/d')]",
  'type in upper case': "'200 OK', [('Content-Type', 'Text/HTML; Charset=UTF-8')]",
  'type that is empty': "'200 OK', [('Content-Type', '')]",
  'type of one word': "'200 OK', [('Content-Type', 'Text')]",
  'Connection: close': "'200 OK', [('Connection', 'close')]",
  'Connection: keep-alive': "'200 OK', [('Connection', 'keep-alive')]",
  'Connection: X-A': "'200 OK', [('Connection', 'X-A'), ('X-A', '1')]",
  'Keep-Alive': "'200 OK', [('Keep-Alive', 'timeout=99')]",
  Upgrade: "'200 OK', [('Upgrade', 'x'), ('Connection', 'Upgrade')]",
  Trailer: "'200 OK', [('Trailer', 'X-A')]",
  TE: "'200 OK', [('TE', 'trailers')]",
  'Proxy-Connection': "'200 OK', [('Proxy-Connection', 'close'), ('Proxy-Authenticate', 'x')]",
  'Last-Modified': "'200 OK', [('Last-Modified', 'Thu, 01 Jan 1970 00:00:00 GMT')]",
  'Last-Modified of RFC 850': "'200 OK', [('Last-Modified', 'Sunday, 06-Nov-94 08:49:37 GMT')]",
  'Last-Modified in the future': "'200 OK', [('Last-Modified', 'Thu, 01 Jan 2099 00:00:00 GMT')]",
  'Last-Modified of rubbish': "'200 OK', [('Last-Modified', 'rubbish')]",
  'Last-Modified twice': "'200 OK', [('Last-Modified', 'Thu, 01 Jan 1970 00:00:00 GMT')] * 2",
  ETag: "'200 OK', [('ETag', '\"x\"')]",
  Expires: "'200 OK', [('Expires', '0')]",
  Status: "'200 OK', [('Status', '404 Not Found')]",
  'Content-Range': "'206 Partial', [('Content-Range', 'bytes 0-5/10')]",
  'Accept-Ranges': "'200 OK', [('Accept-Ranges', 'bytes')]",
  'Content-Encoding': "'200 OK', [('Content-Encoding', 'gzip')]",
  'Content-Language': "'200 OK', [('Content-Language', 'de'), ('Content-Language', 'en')]",
  'X-Sendfile': "'200 OK', [('X-Sendfile', '/etc/hostname')]",
  'a long value': "'200 OK', [('X-A', 'v' * 9000)]",
  'a very long value': "'200 OK', [('X-A', 'v' * 40000)]",
  'many headers': "'200 OK', [('X-%d' % n, 'v') for n in range(300)]",
  'a length of a word': "'200 OK', [('Content-Length', 'x')]",
  'a negative length': "'200 OK', [('Content-Length', '-1')]",
  'a length with a plus': "'200 OK', [('Content-Length', '+6')]",
  'a length with blanks': "'200 OK', [('Content-Length', ' 6 ')]",
  'a length with rubbish': "'200 OK', [('Content-Length', '6x')]",
  'an empty length': "'200 OK', [('Content-Length', '')]",
  'a length in other letters': "'200 OK', [('CONTENT-length', '6')]",
  'a length with zeros': "'200 OK', [('Content-Length', '006')]",
}

/** With `now` for a date that the server made. */
function lookAtDates(response) {
  const isNow = value => Math.abs(Date.parse(value) - Date.now()) < 60_000
  const fields = response.fields.map(([name, value]) => [name, isNow(value) ? 'now' : value])
  return observe({ ...response, fields })
}

/** The own value of fields that otherwise are not compared. */
async function ownField(site, name) {
  const connection = await site.connect()
  try {
    connection.send(get(`start_with?${encodeURIComponent(`'200 OK', [('${name}', 'mine')]`)}`))
    const { fields } = await connection.read()
    return fields
      .filter(([key]) => key.toLowerCase() === name.toLowerCase())
      .map(([, value]) => (value === 'mine' ? 'mine' : 'of the server'))
  } finally {
    connection.close()
  }
}

/** The names as they were spelled, in order. */
async function spelled(site, path) {
  const connection = await site.connect()
  try {
    connection.send(get(path, 'Connection: keep-alive\r\n'))
    const { fields } = await connection.read()
    return fields.map(([name]) => name)
  } finally {
    connection.close()
  }
}

const startRow =
  'type of `start_response`, and words of errors about wrong uses of it and of `wsgi.input`'

/** @type {Scenario} */
const starts = {
  name: 'calls of start_response',
  app: 'responses.py',
  probes: {
    ...Object.fromEntries(
      Object.entries(startArguments).flatMap(([name, text]) => [
        [`try: ${name}`, site => exchange(site, get(`try_with?${encodeURIComponent(text)}`))],
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(argumentCounts).map(([name, text]) => [
        `try quietly: ${name}`,
        site => exchange(site, get(`try_quietly?${encodeURIComponent(text)}`)),
      ]),
    ),
    'its type, and that of what it gives': site => exchange(site, get('types_of_start')),
    'words about too few arguments': site =>
      exchange(site, get(`try_with?${encodeURIComponent(argumentCounts['no headers'])}`)),
    ...Object.fromEntries(
      Object.entries(sent).map(([name, text]) => [
        `send: ${name}`,
        site =>
          exchange(site, get(`start_with?${encodeURIComponent(text)}`), { look: lookAtDates }),
      ]),
    ),
    'an exception of start_response': site =>
      exchange(site, get(`start_with?${encodeURIComponent("'200 OK', ()")}`)),
    'own Date': site => ownField(site, 'Date'),
    'own Server': site => ownField(site, 'Server'),
    'spelling and order': site =>
      spelled(
        site,
        `start_with?${encodeURIComponent("'200 OK', [('x-A', '1'), ('CONTENT-length', '6'), ('content-TYPE', 'a/b'), ('X-b', '2'), ('ETAG', 'x')]")}`,
      ),
    'spelling and order without a length': site => spelled(site, 'list_of_one'),
  },
  differs: {
    'its type, and that of what it gives': startRow,
    'words about too few arguments': startRow,
  },
}

/** Each step that arrives before the next one is made. */
const steps = path => async site => {
  const connection = await site.connect()
  try {
    connection.send(get(path))
    const arrived = []
    for (const text of ['one', 'two', 'three']) {
      arrived.push(await connection.receives(text))
      await step(site)
    }
    const response = await connection.read()
    return { arrived, response: observe(response) }
  } finally {
    connection.close()
  }
}

async function step(site) {
  const connection = await site.connect()
  connection.send(get('step', 'Connection: close\r\n'))
  await connection.read()
  connection.close()
}

/** Whether the head arrives before the first block with text. */
const headFirst = path => async site => {
  const connection = await site.connect()
  try {
    connection.send(get(path))
    const early = await connection.receives('HTTP/1.1 200', 300)
    await step(site)
    return { early, response: observe(await connection.read()) }
  } finally {
    connection.close()
  }
}

/** When the body is whole but close() runs on: whether it arrives, and whether the next response waits. */
const closing = path => async site => {
  await events(site)
  const connection = await site.connect()
  try {
    connection.send(get(path) + get('exact'))
    const first = await connection.receives('app')
    const ended = await connection.receives('\r\n0\r\n\r\n', 300)
    const second = await connection.receives('app me', 300)
    await step(site)
    const answers = [observe(await connection.read()), observe(await connection.read())]
    return { first, ended, second, answers, events: await events(site, 'close') }
  } finally {
    connection.close()
  }
}

/** A client that leaves in the middle. */
const leaving = how => async site => {
  await events(site)
  const connection = await site.connect()
  connection.send(get('endless'))
  await connection.receives('app')
  connection[how]()
  const seen = await events(site, 'finally')
  return seen
}

/** @type {Scenario} */
const streaming = {
  name: 'streaming',
  app: 'responses.py',
  probes: {
    stepwise: steps('stepwise'),
    'stepwise with a length': steps('stepwise_with_length'),
    'stepwise writes': steps('stepwise_writes'),
    'an empty block first': headFirst('empty_then_wait'),
    'start_response first': headFirst('started_then_wait'),
    'slow close': closing('slow_close'),
    'slow close with a length': closing('slow_close_with_length'),
    'a client that closes': leaving('close'),
    'a client that resets': leaving('reset'),
  },
}

/** @type {Scenario} */
const unhurried = {
  name: 'streaming with a delay of flushes',
  app: 'responses.py',
  arguments: ['--response-flush-delay', '200'],
  probes: {
    stepwise: steps('stepwise'),
    'stepwise writes': steps('stepwise_writes'),
    generator: site => exchange(site, get('generator')),
    exact: site => exchange(site, get('exact')),
  },
}

/** @type {Scenario} */
const hurried = {
  ...unhurried,
  name: 'streaming without a delay of flushes',
  arguments: ['--response-flush-delay', '0'],
}

/** Whether the first block, and then what comes when all are made, arrives while there may be more. */
const heldBack = path => async site => {
  const connection = await site.connect()
  try {
    connection.send(get(path))
    const first = await connection.receives('app', 300)
    for (let count = 0; count < 2; count++) await step(site)
    const more = await connection.receives('three', 300)
    await step(site)
    return { first, more, response: observe(await connection.read()) }
  } finally {
    connection.close()
  }
}

/** @type {Scenario} */
const patient = {
  name: 'streaming with a long delay of flushes',
  app: 'responses.py',
  arguments: ['--response-flush-delay', '60000'],
  probes: {
    stepwise: heldBack('stepwise'),
    'stepwise with a length': heldBack('stepwise_with_length'),
    'stepwise writes': heldBack('stepwise_writes'),
    'stepwise and much': heldBack('stepwise_and_much'),
    'slow close': closing('slow_close'),
    generator: site => exchange(site, get('generator')),
    big: site => exchange(site, get('big')),
    'a client that closes': leaving('close'),
  },
}

/** What the target saw, instead of the body; without what is between Apache and its daemon. */
function look(response) {
  const body = response.body.toString('latin1')
  if (!body.startsWith('app {')) return observe(response)
  const seen = Object.entries(JSON.parse(body.slice(4)))
    .filter(([key]) => !key.includes('mod_wsgi.x-'))
    .map(([key, value]) => [key, particular.test(key) ? typeof value : value])
  return { ...observe({ ...response, body: Buffer.alloc(0) }), body: Object.fromEntries(seen) }
}

/** Keys that belong to one request. */
const particular = /mod_wsgi\.(request_id|server_pid|thread_id|\w+_start)$|REMOTE_PORT$/

const redirects = {
  GET: get('located'),
  HEAD: get('located', '', 'HEAD'),
  POST: post('located', 'abc'),
  PUT: post('located', 'abc').replace('POST', 'PUT'),
  'POST that is read': post('located_after_body', 'abc'),
  'with a query and fields': get('located?x=y', 'X-B: 1\r\nRange: bytes=0-1\r\n'),
  'in a circle': get('located_in_a_circle'),
  'to a URL': get('located_at_url'),
  'to a relative path': get('located_relative'),
  'with 201': get('located_with_status?201%20Created'),
  'with 200 and another reason': get('located_with_status?200%20Fine'),
  'with 200 and no reason': get('located_with_status?200'),
  'with 302': get('located_with_status?302%20Found'),
  'with 204': get('located_with_status?204%20No%20Content'),
  'with 404': get('located_with_status?404%20Not%20Found'),
}

/** @type {Scenario} */
const internal = {
  name: 'redirects inside the server',
  app: 'responses.py',
  probes: Object.fromEntries(
    Object.entries(redirects).map(([name, request]) => [
      name,
      site => exchange(site, request, { look }),
    ]),
  ),
}

const wrapped = [
  'file_whole',
  'file_from_offset',
  'file_with_length',
  'file_read_before',
  'file_closed',
  'file_at_end',
  'file_of_text',
  'file_in_memory',
  'file_in_memory_with_length',
  'file_big',
  'file_with_status?204%20No%20Content',
  'file_with_status?304%20Not%20Modified',
  'file_with_status?404%20app',
  'file_with_status?206%20Partial%20Content',
  'file_after_write',
  'file_of_a_pipe',
  'file_like_without_close',
  'file_without_read',
  'file_wrapped_in_generator',
  'file_wrapper_facts',
]

const wrappedWithEvents = [
  'file_like',
  'file_like_of_default_size',
  'file_like_with_bad_fileno',
  'file_like_of_text',
]

/** @returns {Scenario} */
function files(name, args) {
  return {
    name,
    app: 'responses.py',
    arguments: [...args, '--keep-alive-timeout', '1'],
    files: { 'file.txt': 'app of a file' },
    probes: {
      ...forEach(wrapped, path => site => exchange(site, get(path))),
      ...forEach(wrappedWithEvents, withEvents),
      'unfinished: file_with_too_long_length': brokenOff('file_with_too_long_length'),
      'HEAD of file_whole': site => exchange(site, get('file_whole', '', 'HEAD')),
      'a range of file_whole': site => exchange(site, get('file_whole', 'Range: bytes=0-2\r\n')),
    },
    differs: {
      'unfinished: file_with_too_long_length':
        'a Content-Length beyond the end of a file in `wsgi.file_wrapper`',
    },
  }
}

const long = 'x'.repeat(256)

/** Requests that end in pages of the server, and statuses of the application. */
const troubles = {
  'no such file': get('st/missing'),
  'HEAD of no such file': get('st/missing', '', 'HEAD'),
  'POST to no such file': post('st/missing?a=b', 'abc'),
  'an encoded slash': get('a%2Fb'),
  'a name that is too long': get(long),
  'a body that is too large': post('exact', 'x'.repeat(20)),
  'a method that is not allowed': get('st/file.txt', '', 'DELETE'),
  'a range that is none': get('st/file.txt', 'Range: bytes=100-\r\n'),
  'a request that is bad': 'GET /x HTTP/1.1\r\n\r\n',
  'a chunked request': 'POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'an exception': get('raise_at_once?a=b', 'X-B: 1\r\n'),
  'an exception after a block': get('raise_in_second_next'),
  'no start_response': get('no_start'),
  '200 Error': get('status_with_body?200%20Error'),
  'own 404': get('status_with_body?404%20Mine'),
  'own 404 of a HEAD': get('status_with_body?404%20Mine', '', 'HEAD'),
  'own 404 with a length': get('status_with_length?404%20Mine'),
  'own 403': get('status_with_body?403%20Mine'),
  'own 500': get('status_with_body?500%20Mine'),
  'own 418': get('status_with_body?418%20Mine'),
  'own 302': get('located_with_status?302%20Found'),
  'own 304': get('status_with_body?304%20Mine'),
}

/** What cannot be read as a request, or not as one for a path. */
const unreadable = {
  'a control character': 'GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n',
  'no colon': 'GET / HTTP/1.1\r\nHost: h\r\nabc\r\n\r\n',
  'a long line': `GET /${'x'.repeat(8300)} HTTP/1.1\r\nHost: h\r\n\r\n`,
  'line feeds': 'GET / HTTP/1.1\nHost: h\n\n',
  'no slash': 'GET foo HTTP/1.1\r\nHost: h\r\n\r\n',
  'a star': 'GET * HTTP/1.1\r\nHost: h\r\n\r\n',
  'a preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a user': 'GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n',
  'a fragment': get('a#b'),
  'a scheme of others': 'GET ftp://h/a HTTP/1.1\r\nHost: h\r\n\r\n',
  'a bad escape': get('a%zz'),
  'dots above the root': get('a/../../b'),
  'a host with a blank': 'GET /x HTTP/1.1\r\nHost: a b\r\n\r\n',
  'two hosts': 'GET /x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n',
  'two lengths': 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
  'two codings': 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  'another coding': 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n',
  'another expectation': get('x', 'Expect: nonsense\r\n'),
  'another method': get('st/file.txt', '', 'FOO'),
  'TRACE with a body': 'TRACE / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc',
  'a range that is none': get('st/file.txt', 'Range: bytes=100-\r\n'),
  'a directory': get('st?x=1'),
  'a directory that is not listed': get('st/'),
  'a redirect to nowhere': get('located_with_status?200'),
  'a condition that fails': get('st/file.txt', 'If-Match: "x"\r\n'),
}

const documents = (...pairs) => pairs.flatMap(pair => ['--error-document', ...pair])

/** @returns {Scenario} */
function errors(name, args, requests = troubles) {
  return {
    name: `errors ${name}`,
    app: 'responses.py',
    arguments: ['--url-alias', '/st', '{folder}/st', '--limit-request-body', '10', ...args],
    files: {
      'st/file.txt': 'app file',
      'st/404.html': 'app document of 404',
      'st/500.html': 'app document of 500',
      'st/any.html': 'app document of others',
    },
    probes: Object.fromEntries(
      Object.entries(requests).map(([name, request]) => [
        name,
        site => exchange(site, request, { look }),
      ]),
    ),
  }
}

const statics = documents(
  ['404', '/st/404.html'],
  ['500', '/st/500.html'],
  ['403', '/st/any.html'],
  ['413', '/st/any.html'],
  ['405', '/st/any.html'],
  ['400', '/st/any.html'],
  ['411', '/st/any.html'],
)

const own = documents(
  ['404', '/error_page/x?404+Own'],
  ['500', '/error_page'],
  ['403', '/error_page?503+Busy'],
  ['413', '/error_page'],
  ['405', '/error_page?405+Own'],
)

const allStatuses = [301, 400, 403, 404, 405, 408, 411, 412, 413, 414, 416, 417, 500, 501]

/** @param {(status: number) => string} document */
const forAll = document =>
  documents(...allStatuses.map(status => [String(status), document(status)]))

export default [
  framing,
  old,
  status,
  interim,
  mistakes,
  starts,
  streaming,
  unhurried,
  hurried,
  patient,
  internal,
  files('files of the application', []),
  files('files of the application with sendfile', ['--enable-sendfile']),
  errors('without documents', []),
  errors('with static documents', statics),
  errors('with documents of the application', own),
  errors(
    'with texts and URLs',
    documents(
      ['404', 'app text of 404'],
      ['500', 'http://other.example/500'],
      ['403', 'app text of 403'],
      ['413', 'http://other.example/413?a=b'],
    ),
  ),
  errors(
    'with documents that are missing',
    documents(['404', '/st/missing.html'], ['500', '/raise_at_once'], ['403', 'nonsense']),
  ),
  errors(
    'of what cannot be read, with static documents',
    forAll(() => '/st/any.html'),
    unreadable,
  ),
  errors(
    'of what cannot be read, with documents of the application',
    forAll(status => `/error_page?${status}+Own`),
    unreadable,
  ),
  errors(
    'of what cannot be read, with a URL',
    forAll(() => 'http://x/y'),
    unreadable,
  ),
  errors(
    'of what cannot be read, with texts',
    forAll(status => `app ${status}`),
    unreadable,
  ),
  errors('with documents that see variables', [...own, '--setenv', 'NAME', 'value']),
  errors(
    'with odd documents',
    documents(
      ['404', 'app: one'],
      ['403', 'default'],
      ['405', '"app'],
      ['500', 'mailto:x@y'],
      ['411', '/st'],
      ['413', 'app too long'],
      ['400', 'app one'],
      ['400', 'app two'],
    ),
  ),
  {
    ...errors('overridden in embedded mode', ['--embedded-mode', '--error-override', ...own]),
    differs: {
      'an exception after a block':
        'a response that fails after its head in debug mode and embedded mode',
    },
  },
  errors('overridden, without documents', ['--error-override']),
  errors('overridden, with static documents', ['--error-override', ...statics]),
  errors('overridden, with documents of the application', ['--error-override', ...own]),
]
