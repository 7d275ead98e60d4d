/** What the sites of all frameworks are asked. */
import {
  answersTo,
  findings,
  leavesInTheMiddle,
  visits,
  withEvents,
} from '../runner/framework-probes.mjs'
import {
  formType,
  get,
  manyBytes,
  multipart,
  multipartType,
  post,
} from '../runner/request-bytes.mjs'

/** @typedef {import('../runner/run.mjs').Probe} Probe */
/** @typedef {import('../runner/run.mjs').Scenario} Scenario */

/** Files that all sites have. */
export const files = {
  'data.txt': `${'app data of a file\n'.repeat(60)}end\n`,
  'static/site.css': 'body { color: black }\n',
  'static/page.html': '<!doctype html><title>app</title>\n',
  'static/caf\u00e9.txt': 'app caf\u00e9\n',
}

/** What a scenario of a site begins with. */
export const site = entry => ({
  app: null,
  folder: 'frameworks',
  entry,
  files,
})

/** Where the modules of a site are found, and its static files. */
export const place = ['--working-directory', '{folder}']

/**
 * @param {readonly string[]} targets
 * @param {string} [fields]
 * @returns {Record<string, Probe>}
 */
export const each = (targets, fields = '') =>
  Object.fromEntries(
    targets.map(target => [
      `${target}${fields && ` ${fields.trim()}`}`,
      answersTo(get(target, fields)),
    ]),
  )

/**
 * @param {string} target
 * @param {readonly string[]} methods
 * @returns {Record<string, Probe>}
 */
export const byMethods = (target, methods) =>
  Object.fromEntries(
    methods.map(method => [`${method} ${target}`, answersTo(get(target, '', method))]),
  )

/**
 * @param {string} target
 * @param {readonly string[]} conditions
 * @returns {Record<string, Probe>}
 */
export const under = (target, conditions) =>
  Object.fromEntries(
    conditions.map(condition => [
      `${target} ${condition}`,
      answersTo(get(target, `${condition.replaceAll(' / ', '\r\n')}\r\n`)),
    ]),
  )

const date = 'Thu, 04 Mar 2021 05:06:07 GMT'
const later = 'Fri, 05 Mar 2021 05:06:07 GMT'
const earlier = 'Wed, 03 Mar 2021 05:06:07 GMT'

export const conditions = [
  'If-None-Match: "of-the-app"',
  'If-None-Match: W/"of-the-app"',
  'If-None-Match: "other", "of-the-app"',
  'If-None-Match: "other"',
  'If-None-Match: *',
  `If-Modified-Since: ${date}`,
  `If-Modified-Since: ${later}`,
  `If-Modified-Since: ${earlier}`,
  `If-None-Match: "other" / If-Modified-Since: ${later}`,
  'If-Match: "of-the-app"',
  'If-Match: "other"',
  `If-Unmodified-Since: ${earlier}`,
  `If-Unmodified-Since: ${later}`,
]

export const ranges = [
  'Range: bytes=0-3',
  'Range: bytes=4-',
  'Range: bytes=-5',
  'Range: bytes=0-0,2-3',
  'Range: bytes=5000-',
  'Range: lines=1',
  'Range: bytes=0-3 / If-Range: "other"',
]

const statuses = [201, 202, 204, 205, 304, 400, 401, 402, 403, 404, 409, 410, 418, 429, 500, 503]

const targets = [
  ...['/', '/text', '/html', '/json', '/fields', '/missing', '/slash/'],
  ...[
    '/redirect',
    '/redirect?permanent',
    '/redirect?to=https://other.example/a%3Fb',
    '/redirect?to=%2Ftext',
  ],
  ...['/raise/404', '/raise/403', '/raise/400', '/raise/500', '/raise/system-exit'],
  ...statuses.map(status => `/status/${status}`),
  ...[
    '/names/caf%C3%A9%20b',
    '/names/%E4%B8%96/%E7%95%8C',
    '/names/%FF',
    '/names/a+b;c',
    '/names/\xc3\xa9',
  ],
  ...['/names/a%2Fb', '/names//a///b', '/names/a/../b', '/names/', '/names/a%25b'],
  ...[
    '/names/q?a=%C3%A9&a=2&b=&c',
    '/names/q?%E4=%FF',
    '/names/q?a=1+2%2B',
    '/names/q?\xc3\xa9=\xff',
  ],
  ...[
    '/cookies',
    '/only-get',
    '/of-a-class',
    '/conditional',
    '/file',
    '/file/rest',
    '/served/site.css',
  ],
  ...['/stream', '/stream/blocks', '/stream/fails', '/stream/fails-at-once'],
  ...[
    '/large?bytes=3000000',
    '/large/stream?bytes=3000000',
    '/large?bytes=0',
    '/large/stream?bytes=0',
  ],
]

const cookies = {
  'one field': 'Cookie: a=1; b="two"; c=caf\xc3\xa9; d=\r\n',
  'two fields': 'Cookie: a=1\r\nCookie: b=2\r\n',
  'odd ones': 'Cookie: a; =b; c=d=e; f="g;h"; a=2\r\n',
}

const hosts = {
  'a port': 'GET /where?a=1 HTTP/1.1\r\nHost: h:8080\r\n\r\n',
  'upper case': 'GET /where HTTP/1.1\r\nHost: SUB.Example.ORG\r\n\r\n',
  'an unknown one': 'GET /where HTTP/1.1\r\nHost: evil.example.com\r\n\r\n',
  'an underscore': 'GET /where HTTP/1.1\r\nHost: a_b.example.org\r\n\r\n',
  'none in HTTP/1.0': 'GET /where HTTP/1.0\r\n\r\n',
  'the absolute form': 'GET http://example.org/where?b HTTP/1.1\r\nHost: h\r\n\r\n',
}

const parts = [
  { name: 'text', value: 'caf\u00e9' },
  { name: 'text', value: '' },
  { name: 'upload', file: 'caf\u00e9.txt', type: 'text/plain', value: 'app file\r\nof two lines' },
  { name: 'upload', file: 'empty.bin', type: 'application/octet-stream' },
  { name: 'other', file: 'b.bin', type: 'image/png', value: manyBytes(200_000) },
]

const bodies = {
  'a form': post('/form', 'a=1&b=caf%C3%A9&a=2&c=+x%2B&d', formType),
  'a form without fields': post('/form', '', formType),
  'a form of files': post('/form', multipart(parts), multipartType),
  'a form without a boundary': post('/form', 'a', 'multipart/form-data'),
  'a form that breaks off': post('/form', multipart(parts).subarray(0, 300), multipartType),
  'a form that awaits 100': post('/form', 'a=1', formType, 'Expect: 100-continue\r\n'),
  'a body read in blocks': post('/raw', manyBytes(300_000), 'application/octet-stream'),
  'a body read by lines': post('/raw?how=lines', manyBytes(300_000), 'text/plain'),
  'a body read at once': post('/raw?how=body', manyBytes(300_000), 'text/plain'),
  'a body that nobody reads': post('/status/200', manyBytes(300_000), 'text/plain'),
  'a body of no bytes': post('/raw', '', 'text/plain'),
  'PUT with a body': post('/of-a-class', 'body', 'text/plain', '', 'PUT'),
  'a body where none is taken': post('/only-get', 'body', 'text/plain'),
}

/** Asked of the sites as they are, and within the validator. */
export const alike = {
  ...each(targets),
  ...byMethods('/text', ['HEAD', 'OPTIONS']),
  ...byMethods('/only-get', ['HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH']),
  ...byMethods('/of-a-class', ['HEAD', 'OPTIONS', 'POST', 'DELETE']),
  ...byMethods('/file', ['HEAD']),
  ...byMethods('/stream', ['HEAD']),
  ...byMethods('/raise/404', ['HEAD']),
  ...byMethods('/large?bytes=3000000', ['HEAD']),
  ...under('/conditional', conditions),
  ...Object.fromEntries(
    Object.entries(cookies).map(([name, fields]) => [
      `cookies seen: ${name}`,
      answersTo(get('/cookies/seen', fields)),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(hosts).map(([name, request]) => [`where: ${name}`, answersTo(request)]),
  ),
  ...Object.fromEntries(
    Object.entries(bodies).map(([name, request]) => [name, answersTo(request)]),
  ),
  'a session': visits(['/session', '/session?value=caf%C3%A9', '/session?flush', '/session']),
  'messages for later': visits(['/flash?say=hello', '/flash', '/flash']),
}

/**
 * What a site is asked within the validator; what it objects to stands beside the answer.
 *
 * @param {Record<string, Probe>} probes
 * @param {RegExp} without names of those where it is the framework, or the site, that it objects to
 */
export const validated = (probes, without) => ({
  ...Object.fromEntries(
    Object.entries(probes)
      .filter(([name]) => !without.test(name))
      .map(([name, probe]) => [name, withFindings(probe)]),
  ),
  'what wsgiref.validate says in the end': findings,
})

const withFindings = probe => async site => {
  const answer = await probe(site)
  const found = await findings(site)
  return found === '' ? answer : { answer, found }
}

/**
 * Responses, and what is noted until they are closed.
 *
 * @param {string} end the event that ends every request of the framework
 * @param {Record<string, readonly string[]>} awaited more of them, by method and path
 */
export const closed = (end, awaited) => ({
  ...Object.fromEntries(
    Object.entries(awaited).map(([name, more]) => {
      const [method, target] = name.split(' ')
      return [name, withEvents(get(target, '', method), [end, ...more])]
    }),
  ),
  'the client leaves in the middle': leavesInTheMiddle([end, 'generator closed']),
})

/** Responses that are closed alike in all frameworks. */
export const closedAlike = {
  ...{ 'GET /text': [], 'HEAD /text': [], 'GET /file': [], 'HEAD /file': [] },
  ...{ 'GET /status/204': [], 'HEAD /status/204': [] },
  ...{ 'GET /raise/500': [], 'GET /raise/404': [] },
  ...{ 'GET /stream': ['generator closed'] },
  ...{ 'GET /stream/blocks': ['blocks closed'], 'HEAD /stream/blocks': ['blocks closed'] },
  ...{ 'GET /stream/fails': ['blocks closed'], 'HEAD /stream/fails': ['blocks closed'] },
  ...{ 'GET /stream/fails-at-once': ['blocks closed'] },
}
