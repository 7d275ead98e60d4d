/** Which requests are refused, how, and what the application sees of the others. */
import { exchange } from '../runner/exchange.mjs'
import { observe } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/exchange.mjs').ExchangeOptions} ExchangeOptions */

/** What the application says it saw, or the whole answer if the server refused. */
function look(response) {
  const text = response.body.toString('latin1')
  return response.status === 200 && text.startsWith('{') ? JSON.parse(text) : observe(response)
}

/**
 * @param {Record<string, string>} requests
 * @param {string} kind
 * @param {ExchangeOptions} [options]
 * @returns {Record<string, import('../runner/run.mjs').Probe>}
 */
function probes(kind, requests, options = {}) {
  return Object.fromEntries(
    Object.entries(requests).map(([name, bytes]) => [
      `${kind}: ${name}`,
      site => exchange(site, bytes, { look, ...options }),
    ]),
  )
}

/** Each value of an object through one function. */
function each(values, change) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))
}

const line = text => `${text}\r\nHost: h\r\n\r\n`
const target = text => line(`GET ${text} HTTP/1.1`)
const fields = text => `GET /x HTTP/1.1\r\nHost: h\r\n${text}\r\n`

const methods = {
  'lower case': 'get /x HTTP/1.1',
  'mixed case': 'Post /x HTTP/1.1',
  'a made up one': 'FOO /x HTTP/1.1',
  'with a dash': 'M-SEARCH /x HTTP/1.1',
  'all characters of a token': "!#$%&'*+-.^_`|~09aZ /x HTTP/1.1",
  'a very long one': `${'M'.repeat(300)} /x HTTP/1.1`,
  PROPFIND: 'PROPFIND /x HTTP/1.1',
  PATCH: 'PATCH /x HTTP/1.1',
  'an at sign': 'G@T /x HTTP/1.1',
  'a bracket': 'GE(T /x HTTP/1.1',
  'a colon': 'GET: /x HTTP/1.1',
  'a slash': 'G/T /x HTTP/1.1',
  '8 bit': 'G\xcbT /x HTTP/1.1',
  'a NUL': 'G\0T /x HTTP/1.1',
  'a control character': 'G\x01T /x HTTP/1.1',
  'TRACE of a path': 'TRACE /x?y HTTP/1.1',
  'TRACE in HTTP/1.0': 'TRACE /x HTTP/1.0',
  'lower case trace': 'trace /x HTTP/1.1',
  'OPTIONS of everything': 'OPTIONS * HTTP/1.1',
  'OPTIONS of everything in HTTP/1.0': 'OPTIONS * HTTP/1.0',
  'OPTIONS of everything with a query': 'OPTIONS *?x HTTP/1.1',
  'GET of everything with a query': 'GET *?x HTTP/1.1',
  'OPTIONS of more than everything': 'OPTIONS *x HTTP/1.1',
  'OPTIONS of a path': 'OPTIONS /x HTTP/1.1',
  'GET of everything': 'GET * HTTP/1.1',
  'FOO of everything': 'FOO * HTTP/1.1',
  'CONNECT to an authority': 'CONNECT other.example:443 HTTP/1.1',
  'CONNECT to a path': 'CONNECT /x HTTP/1.1',
  'GET of an authority': 'GET other.example:443 HTTP/1.1',
}

const versions = {
  0.9: 'HTTP/0.9',
  '1.0': 'HTTP/1.0',
  1.2: 'HTTP/1.2',
  1.9: 'HTTP/1.9',
  '2.0': 'HTTP/2.0',
  '3.0': 'HTTP/3.0',
  'no minor one': 'HTTP/1',
  'an empty minor one': 'HTTP/1.',
  'a long minor one': 'HTTP/1.11',
  'a long major one': 'HTTP/11.1',
  'a leading zero': 'HTTP/01.1',
  'a comma': 'HTTP/1,1',
  'lower case': 'http/1.1',
  'mixed case': 'Http/1.1',
  'another protocol': 'HTTPS/1.1',
  'a made up protocol': 'FTP/1.1',
  'a blank inside': 'HTTP/ 1.1',
  'a letter': 'HTTP/1.x',
  'a word after it': 'HTTP/1.1 x',
}

const blanks = {
  'two before the target': 'GET  /x HTTP/1.1',
  'two before the version': 'GET /x  HTTP/1.1',
  'one before the method': ' GET /x HTTP/1.1',
  'one at the end': 'GET /x HTTP/1.1 ',
  'one in the target': 'GET /x y HTTP/1.1',
  'a tab before the target': 'GET\t/x HTTP/1.1',
  'a tab before the version': 'GET /x\tHTTP/1.1',
  'a tab in the target': 'GET /x\ty HTTP/1.1',
  'a tab at the end': 'GET /x HTTP/1.1\t',
  'a form feed': 'GET\f/x HTTP/1.1',
  'a vertical tab': 'GET\v/x HTTP/1.1',
}

const targets = {
  'no slash': 'x',
  'only a query': '?x',
  'two slashes first': '//other.example/x',
  'a scheme only': 'http:',
  'a scheme and slashes': 'http://',
  'a scheme and a path': 'http:///x',
  'another scheme': 'ftp://other.example/x',
  'a mail address': 'mailto:me@other.example',
  'an absolute form with a query only': 'http://other.example?x',
  'an absolute form with a bad port': 'http://other.example:x/x',
  'an absolute form with an empty port': 'http://other.example:/x',
  'an absolute form with a large port': 'http://other.example:70000/x',
  'an absolute form above the root': 'http://other.example/../x',
  'an absolute form with a fragment': 'http://other.example/x#y',
  'an absolute form with a blank host': 'http://other%20example/x',
  'an absolute form of an IPv6 address': 'http://[::1]:81/x',
  'a fragment': '/x#y',
  'a fragment in the query': '/x?y#z',
  'a control character': '/x\x01',
  'a NUL': '/x\0y',
  DEL: '/x\x7f',
  '8 bit': '/x\xff?\xfe',
  'an encoded NUL': '/x%00',
  'an encoded line end': '/x%0D%0Ay',
  'half of an escape': '/x%4',
  'a % and no digits': '/x%zz',
  'dots above the root': '/../x',
  'dots above the root and back': '/x/../../x',
  'encoded dots above the root': '/%2e%2e/x',
  'a component of 255 bytes': `/${'x'.repeat(255)}`,
  'a component of 256 bytes': `/${'x'.repeat(256)}`,
  'a second component of 256 bytes': `/x/${'x'.repeat(256)}`,
  'a path of 3000 bytes': '/x'.repeat(1500),
  'a path of 5000 bytes': '/x'.repeat(2500),
  'a line of 8190 bytes': `/?${'x'.repeat(8190 - 15)}`,
  'a line of 8191 bytes': `/?${'x'.repeat(8191 - 15)}`,
  'a line of 8192 bytes': `/?${'x'.repeat(8192 - 15)}`,
  'a line of 100000 bytes': `/${'x'.repeat(100_000)}`,
}

const lineEnds = {
  'LF after the request line': 'GET /x HTTP/1.1\nHost: h\r\n\r\n',
  'LF after a field': 'GET /x HTTP/1.1\r\nHost: h\nX-A: 1\r\n\r\n',
  'LF at the end of the head': 'GET /x HTTP/1.1\r\nHost: h\r\n\n',
  'LF everywhere': 'GET /x HTTP/1.1\nHost: h\n\n',
  'LF everywhere in HTTP/1.0': 'GET /x HTTP/1.0\n\n',
  'CR in the request line': 'GET /x\r HTTP/1.1\r\nHost: h\r\n\r\n',
  'CR CR LF after the request line': 'GET /x HTTP/1.1\r\r\nHost: h\r\n\r\n',
  'CR CR LF after a field': 'GET /x HTTP/1.1\r\nHost: h\r\r\n\r\n',
  'CR in a value': 'GET /x HTTP/1.1\r\nHost: h\r\nX-A: 1\rX-B: 2\r\n\r\n',
  'CR in a name': 'GET /x HTTP/1.1\r\nHost: h\r\nX\r-A: 1\r\n\r\n',
  'CR CR LF at the end of the head': 'GET /x HTTP/1.1\r\nHost: h\r\n\r\r\n\r\n',
  'a blank line first': '\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n',
  'five blank lines first': `${'\r\n'.repeat(5)}GET /x HTTP/1.1\r\nHost: h\r\n\r\n`,
  'fifty blank lines first': `${'\r\n'.repeat(50)}GET /x HTTP/1.1\r\nHost: h\r\n\r\n`,
  'LF first': '\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n',
  'CR first': '\rGET /x HTTP/1.1\r\nHost: h\r\n\r\n',
  'a line of one blank first': ' \r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n',
}

/** A connection of its own kind each: nothing can follow. */
const oddities = {
  'HTTP/0.9': 'GET /x\r\n',
  'HTTP/0.9 with LF': 'GET /x\n',
  'HTTP/0.9 with a field': 'GET /x\r\nHost: h\r\n\r\n',
  'HTTP/0.9 with a blank': 'GET /x \r\n',
  'only a method': 'GET\r\n\r\n',
  'only a word and a field': 'x\r\nHost: h\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'the hello of TLS': '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\r\n\r\n',
  'a response': 'HTTP/1.1 200 OK\r\n\r\n',
}

/** The status line of the first answer and all that is left; pages without status lines as they are. */
async function answered(site, bytes) {
  const connection = await site.connect()
  try {
    connection.send(bytes)
    connection.endSending()
    const text = (await connection.rest()).toString('latin1')
    return {
      line: text.split('\r\n', 1)[0],
      head: /^HTTP/.test(text),
      page: /<html>/i.test(text),
      application: text.includes('REQUEST_METHOD'),
    }
  } finally {
    connection.close()
  }
}

/** @type {Scenario} */
const requestLines = {
  name: 'request lines',
  app: 'seen.py',
  probes: {
    ...probes('method', each(methods, line)),
    'method: TRACE with a body': site =>
      exchange(
        site,
        'TRACE /x HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 4\r\n\r\nbody',
        { look },
      ),
    'method: TRACE with fields': site =>
      exchange(site, 'TRACE /x HTTP/1.1\r\nHost: h\r\nX-A:  1 \r\nCookie: c\r\nX-A: \xff\r\n\r\n', {
        look,
      }),
    'method: OPTIONS of everything with a body': site =>
      exchange(site, 'OPTIONS * HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody', { look }),
    ...probes(
      'version',
      each(versions, text => line(`GET /x ${text}`)),
    ),
    ...probes('blanks', each(blanks, line)),
    ...probes('target', each(targets, target)),
    ...probes('line ends', lineEnds),
    ...Object.fromEntries(
      Object.entries(oddities).map(([name, bytes]) => [
        `odd: ${name}`,
        site => answered(site, bytes),
      ]),
    ),
  },
}

const names = {
  'without colon': 'X-A\r\n',
  'without colon, with a blank': 'X-A 1\r\n',
  'a blank before the colon': 'X-A : 1\r\n',
  'a tab before the colon': 'X-A\t: 1\r\n',
  'a blank inside': 'X A: 1\r\n',
  'no name': ': 1\r\n',
  'a bracket': 'X(A: 1\r\n',
  'a slash': 'X/A: 1\r\n',
  'an at sign': 'X@A: 1\r\n',
  '8 bit': 'X\xc4: 1\r\n',
  'a NUL': 'X\0A: 1\r\n',
  'a control character': 'X\x01A: 1\r\n',
  'all characters of a token': "X!#$%&'*+-.^_`|~09aZ: 1\r\n",
  'of one letter': 'X: 1\r\n',
  'that is long': `${'X'.repeat(4000)}: 1\r\n`,
  'without colon between others': 'X-A: 1\r\nnonsense\r\nX-B: 2\r\n',
}

const values = {
  'a NUL': 'X-A: a\0b\r\n',
  'a control character': 'X-A: a\x01b\r\n',
  DEL: 'X-A: a\x7fb\r\n',
  'a vertical tab': 'X-A: a\vb\r\n',
  'a form feed': 'X-A: a\fb\r\n',
  'a tab': 'X-A: a\tb\r\n',
  '8 bit': 'X-A: \x80\xff\r\n',
  'colons and quotes': 'X-A: ":", a:b\r\n',
  'no blank before it': 'X-A:1\r\n',
  'blanks and tabs around it': 'X-A:\t \t1 \t \r\n',
  'only blanks': 'X-A:    \r\n',
  'a line of 8190 bytes': `X-A: ${'v'.repeat(8190 - 5)}\r\n`,
  'a line of 8191 bytes': `X-A: ${'v'.repeat(8191 - 5)}\r\n`,
  'a line of 100000 bytes': `X-A: ${'v'.repeat(100_000)}\r\n`,
  'many long ones': `X-A: ${'v'.repeat(8000)}\r\n`.repeat(60),
  'hundred fields': 'X-A: 1\r\n'.repeat(99),
  'hundred and one fields': 'X-A: 1\r\n'.repeat(100),
  'hundred fields of different names': Array.from({ length: 99 }, (_, n) => `X-${n}: 1\r\n`).join(
    '',
  ),
}

const folds = {
  'a blank': 'X-A: 1\r\n 2\r\n',
  'a tab': 'X-A: 1\r\n\t2\r\n',
  'many blanks': 'X-A: 1  \r\n   \t 2  \r\n',
  'twice and another field': 'X-A: 1\r\n 2\r\n 3\r\nX-B: 4\r\n',
  'a fold of nothing': 'X-A: 1\r\n \r\nX-B: 2\r\n',
  'an empty value continued': 'X-A:\r\n 1\r\n',
  'a line that looks like a field': 'X-A: 1\r\n X-B: 2\r\n',
  'a long one': `X-A: ${'v'.repeat(4090)}\r\n ${'w'.repeat(4090)}\r\n`,
  'a longer one': `X-A: ${'v'.repeat(5000)}\r\n ${'w'.repeat(5000)}\r\n`,
  'a length': 'Content-Length:\r\n 0\r\n',
}

const repeats = {
  'Host, after it the same': 'Host: h\r\n',
  'Host in other letters': 'HOST: other\r\n',
  'Content-Type': 'Content-Type: a/b\r\nContent-Type: c/d\r\n',
  Authorization: 'Authorization: Basic a\r\nAuthorization: Basic b\r\n',
  'User-Agent': 'User-Agent: a\r\nUser-Agent: b\r\n',
  Cookie: 'Cookie: a\r\nX-A: 1\r\ncookie: b\r\n',
  Expect: 'Expect: 100-continue\r\nExpect: 100-continue\r\n',
  Connection: 'Connection: x\r\nConnection: y\r\n',
  'If-Modified-Since': 'If-Modified-Since: a\r\nIf-Modified-Since: b\r\n',
  'an empty value first': 'X-A:\r\nX-A: 1\r\n',
}

/** @type {Scenario} */
const requestFields = {
  name: 'request fields',
  app: 'seen.py',
  probes: {
    ...probes('name', each(names, fields)),
    ...probes('value', each(values, fields)),
    ...probes('folded', each(folds, fields)),
    ...probes('repeated', each(repeats, fields)),
    'folded: the first line': site =>
      exchange(site, 'GET /x HTTP/1.1\r\n X-A: 1\r\nHost: h\r\n\r\n', { look }),
    'folded: Host': site => exchange(site, 'GET /x HTTP/1.1\r\nHost:\r\n h\r\n\r\n', { look }),
    'no fields in HTTP/1.0': site => exchange(site, 'GET /x HTTP/1.0\r\n\r\n', { look }),
    'an empty Host in HTTP/1.0': site =>
      exchange(site, 'GET /x HTTP/1.0\r\nHost:\r\n\r\n', { look }),
    'two Hosts in HTTP/1.0': site =>
      exchange(site, 'GET /x HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n', { look }),
  },
}

const codings = {
  chunked: 'Transfer-Encoding: chunked\r\n',
  'upper case': 'TRANSFER-ENCODING: CHUNKED\r\n',
  'blanks around': 'Transfer-Encoding:  \t chunked \t \r\n',
  'no blank': 'Transfer-Encoding:chunked\r\n',
  'a comma after': 'Transfer-Encoding: chunked,\r\n',
  'a comma before': 'Transfer-Encoding: ,chunked\r\n',
  'chunked twice': 'Transfer-Encoding: chunked, chunked\r\n',
  'chunked in two fields': 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n',
  gzip: 'Transfer-Encoding: gzip\r\n',
  'gzip and chunked': 'Transfer-Encoding: gzip, chunked\r\n',
  'chunked and gzip': 'Transfer-Encoding: chunked, gzip\r\n',
  'gzip and chunked in two fields': 'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n',
  identity: 'Transfer-Encoding: identity\r\n',
  'identity and a length': 'Transfer-Encoding: identity\r\nContent-Length: 3\r\n',
  'identity and chunked': 'Transfer-Encoding: identity, chunked\r\n',
  'chunked and identity': 'Transfer-Encoding: chunked, identity\r\n',
  'a parameter': 'Transfer-Encoding: chunked;a=b\r\n',
  quotes: 'Transfer-Encoding: "chunked"\r\n',
  'a made up one': 'Transfer-Encoding: xchunked\r\n',
  'nearly chunked': 'Transfer-Encoding: chunke\r\n',
  'a vertical tab': 'Transfer-Encoding: \vchunked\r\n',
  'a vertical tab in the name': 'Transfer-Encoding\v: chunked\r\n',
  'a blank before the colon': 'Transfer-Encoding : chunked\r\n',
  'an underscore': 'Transfer_Encoding: chunked\r\n',
  folded: 'Transfer-Encoding:\r\n chunked\r\n',
  empty: 'Transfer-Encoding:\r\n',
  'empty and a length': 'Transfer-Encoding:\r\nContent-Length: 3\r\n',
  'and a length': 'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n',
  'after a length': 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n',
  'and a bad length': 'Transfer-Encoding: chunked\r\nContent-Length: x\r\n',
}

const withCoding = fields => `POST /x HTTP/1.1\r\nHost: h\r\n${fields}\r\n3\r\nabc\r\n0\r\n\r\n`

const lengths = {
  plain: 'Content-Length: 5\r\n',
  'upper case': 'CONTENT-LENGTH: 5\r\n',
  'twice the same': 'Content-Length: 5\r\nContent-Length: 5\r\n',
  'two that differ': 'Content-Length: 5\r\nContent-Length: 6\r\n',
  'a list of the same': 'Content-Length: 5, 5\r\n',
  'a list that differs': 'Content-Length: 5, 6\r\n',
  'a plus': 'Content-Length: +5\r\n',
  'a minus': 'Content-Length: -5\r\n',
  'minus zero': 'Content-Length: -0\r\n',
  hexadecimal: 'Content-Length: 0x5\r\n',
  'a fraction': 'Content-Length: 5.0\r\n',
  'an exponent': 'Content-Length: 5e0\r\n',
  'a leading zero': 'Content-Length: 005\r\n',
  'blanks around': 'Content-Length:  \t5 \t\r\n',
  'a blank inside': 'Content-Length: 5 5\r\n',
  'a comma after': 'Content-Length: 5,\r\n',
  'a semicolon after': 'Content-Length: 5;\r\n',
  empty: 'Content-Length:\r\n',
  'a word': 'Content-Length: five\r\n',
  quotes: 'Content-Length: "5"\r\n',
  'beyond 64 bits': 'Content-Length: 99999999999999999999\r\n',
  '64 bits': 'Content-Length: 18446744073709551615\r\n',
  'a vertical tab': 'Content-Length: \v5\r\n',
  'an underscore': 'Content_Length: 5\r\n',
  'a blank before the colon': 'Content-Length : 5\r\n',
}

const withLength = fields => `POST /x HTTP/1.1\r\nHost: h\r\n${fields}\r\nabcde`

const shapes = {
  'a GET with a body': 'GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc',
  'a HEAD with a body': 'HEAD /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc',
  'a GET that is chunked':
    'GET /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'a POST without a length': 'POST /x HTTP/1.1\r\nHost: h\r\n\r\n',
  'a POST without a length in HTTP/1.0': 'POST /x HTTP/1.0\r\n\r\nabc',
  'a length in HTTP/1.0': 'POST /x HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc',
  'chunked in HTTP/1.0':
    'POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'chunked in HTTP/1.0 with keep-alive':
    'POST /x HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'gzip in HTTP/1.0': 'POST /x HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\nabc',
  'a CRLF after the body': 'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\n',
  'a request in the body':
    'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 32\r\n\r\nGET /y HTTP/1.1\r\nHost: after\r\n\r\n',
  'a request after the body':
    'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /y HTTP/1.1\r\nHost: h\r\n\r\n',
  'rubbish after the body':
    'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcrubbish\r\n\r\n',
}

/** @type {Scenario} */
const framing = {
  name: 'framing of requests',
  app: 'seen.py',
  probes: {
    ...probes('coding', each(codings, withCoding), { next: 'at once' }),
    ...probes('length', each(lengths, withLength), { next: 'at once' }),
    ...probes('shape', shapes, { next: 'at once' }),
  },
}

const chunks = {
  'two chunks': '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
  'no data': '0\r\n\r\n',
  'upper case digits': 'A\r\n0123456789\r\n0\r\n\r\n',
  'lower case digits': 'a\r\n0123456789\r\n0\r\n\r\n',
  'leading zeros': '0003\r\nabc\r\n000\r\n\r\n',
  'very many leading zeros': `${'0'.repeat(100)}3\r\nabc\r\n0\r\n\r\n`,
  'an extension': '3;a=b\r\nabc\r\n0;c\r\n\r\n',
  'an extension of a string': '3;a="b;c"\r\nabc\r\n0\r\n\r\n',
  'an empty extension': '3;\r\nabc\r\n0\r\n\r\n',
  'an extension with a bare LF': '3;a\nb\r\nabc\r\n0\r\n\r\n',
  'an extension with a bare CR': '3;a\rb\r\nabc\r\n0\r\n\r\n',
  'an extension with a control character': '3;a\x01\r\nabc\r\n0\r\n\r\n',
  'an extension of 8000 bytes': `3;${'a'.repeat(8000)}\r\nabc\r\n0\r\n\r\n`,
  'an extension of 20000 bytes': `3;${'a'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`,
  'a blank after the size': '3 \r\nabc\r\n0\r\n\r\n',
  'a tab after the size': '3\t\r\nabc\r\n0\r\n\r\n',
  'a blank before an extension': '3 ;a\r\nabc\r\n0\r\n\r\n',
  'a blank before the size': ' 3\r\nabc\r\n0\r\n\r\n',
  'a word after the size': '3 x\r\nabc\r\n0\r\n\r\n',
  'a plus': '+3\r\nabc\r\n0\r\n\r\n',
  'a minus': '-3\r\nabc\r\n0\r\n\r\n',
  hexadecimal: '0x3\r\nabc\r\n0\r\n\r\n',
  'no digit': 'g\r\nabc\r\n0\r\n\r\n',
  'an empty size': '\r\nabc\r\n0\r\n\r\n',
  'only an extension': ';a\r\nabc\r\n0\r\n\r\n',
  'a size beyond 64 bits': 'ffffffffffffffffff\r\nabc\r\n0\r\n\r\n',
  'a size of 64 bits': 'ffffffffffffffff\r\nabc\r\n0\r\n\r\n',
  'LF after the size': '3\nabc\r\n0\r\n\r\n',
  'LF after the data': '3\r\nabc\n0\r\n\r\n',
  'LF at the end': '3\r\nabc\r\n0\n\n',
  'LF after the last size': '3\r\nabc\r\n0\n\r\n',
  'CR CR LF after the size': '3\r\r\nabc\r\n0\r\n\r\n',
  'data that is too long': '3\r\nabcd\r\n0\r\n\r\n',
  'data that is too short': '3\r\nab\r\n0\r\n\r\n',
  'nothing after the data': '3\r\nabc0\r\n\r\n',
  'a trailer': '3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n',
  'a trailer that is a length': '3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n',
  'a trailer without colon': '3\r\nabc\r\n0\r\nrubbish\r\n\r\n',
  'a trailer with LF': '3\r\nabc\r\n0\r\nX-Trailer: 1\n\r\n',
  'a folded trailer': '3\r\nabc\r\n0\r\nX-Trailer: 1\r\n 2\r\n\r\n',
  'a trailer that is too long': `3\r\nabc\r\n0\r\nX-Trailer: ${'v'.repeat(9000)}\r\n\r\n`,
  'too many trailers': `3\r\nabc\r\n0\r\n${'X-Trailer: 1\r\n'.repeat(120)}\r\n`,
  'a CRLF more': '3\r\nabc\r\n0\r\n\r\n\r\n',
  'many small chunks': `${'1\r\na\r\n'.repeat(2000)}0\r\n\r\n`,
}

const chunked = text => `POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${text}`

/** @type {Scenario} */
const chunkedFraming = {
  name: 'framing of requests that may be chunked',
  app: 'seen.py',
  arguments: ['--chunked-request'],
  probes: {
    ...probes('coding', each(codings, withCoding), { next: 'at once' }),
    ...probes('shape', shapes, { next: 'at once' }),
  },
}

/** @type {Scenario} */
const chunksOfRequests = {
  name: 'chunks of requests',
  app: 'seen.py',
  arguments: ['--chunked-request'],
  probes: probes('chunk', each(chunks, chunked), { next: 'at once' }),
}

const expectations = {
  plain: '100-continue',
  'upper case': '100-CONTINUE',
  'blanks around': '  100-continue \t',
  'a comma after': '100-continue,',
  'a parameter': '100-continue;a=b',
  twice: '100-continue, 100-continue',
  'with another': '100-continue, x',
  quotes: '"100-continue"',
  'another one': 'x',
  nearly: '100-continu',
  empty: '',
}

const expecting = (value, head = 'POST /x HTTP/1.1') =>
  `${head}\r\nHost: h\r\nContent-Length: 3\r\nExpect: ${value}\r\n\r\n`

/** The interim lines with what the application saw. */
function lookAtInterim(response) {
  return { interim: response.interim, answer: look(response) }
}

/** Sends the body when it is asked for, or when nothing comes: with the head, the answer is not always the same. */
async function expectant(site, head, body) {
  const connection = await site.connect()
  try {
    connection.send(head)
    const first = await connection.interim()
    if (first !== 'answer') connection.send(body)
    const response = await connection.read()
    return {
      first,
      answer: response === null ? null : look(response),
      fate: await connection.fate(),
    }
  } finally {
    connection.close()
  }
}

/** @type {Scenario} */
const expect = {
  name: 'expectations',
  app: 'seen.py',
  arguments: ['--limit-request-body', '10'],
  atOnce: 8,
  probes: {
    ...Object.fromEntries(
      Object.entries(expectations).map(([name, value]) => [
        `expect: ${name}`,
        site => expectant(site, expecting(value), 'abc'),
      ]),
    ),
    'expect: in HTTP/1.0': site =>
      exchange(site, `${expecting('100-continue', 'POST /x HTTP/1.0')}abc`, {
        look: lookAtInterim,
      }),
    'expect: another one in HTTP/1.0': site =>
      exchange(site, `${expecting('x', 'POST /x HTTP/1.0')}abc`, { look: lookAtInterim }),
    'expect: in two fields': site =>
      expectant(site, expecting('100-continue\r\nExpect: 100-continue'), 'abc'),
    'expect: of a GET without a body': site =>
      exchange(site, fields('Expect: 100-continue\r\n'), { look: lookAtInterim }),
    'expect: of a body that is too large': site =>
      expectant(
        site,
        'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n',
        'abc',
      ),
    'expect: of a chunked body': site =>
      expectant(
        site,
        'POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n',
        'abc',
      ),
    'expect: of a TRACE': site =>
      exchange(site, 'TRACE /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n', {
        look: lookAtInterim,
      }),
  },
}

const headRequest = 'HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n'

/** @returns {Scenario} */
function head(name, args) {
  return {
    name: `HEAD ${name}`,
    app: 'seen.py',
    arguments: args,
    probes: {
      HEAD: site => exchange(site, headRequest, { look: methodSeen }),
      'HEAD with a body': site =>
        exchange(site, shapes['a HEAD with a body'], { look: methodSeen }),
      'lower case head': site => exchange(site, line('head /x HTTP/1.1'), { look: methodSeen }),
      'HEAD in HTTP/1.0': site => exchange(site, 'HEAD /x HTTP/1.0\r\n\r\n', { look: methodSeen }),
      GET: site => exchange(site, target('/x'), { look: methodSeen }),
    },
  }
}

function methodSeen(response) {
  const length = response.fields.some(([name]) => name.toLowerCase() === 'content-length')
  const method = response.fields.find(([name]) => name === 'X-Method')?.[1]
  return { status: response.status, method, length, bytes: response.body.length > 0 }
}

/** @type {Scenario[]} */
const heads = [
  head('as it is', []),
  head('mapped', ['--map-head-to-get', 'on']),
  head('not mapped', ['--map-head-to-get', 'off']),
  head('mapped if needed', ['--map-head-to-get', 'auto']),
  head('of compressed responses', ['--compress-responses']),
  head('of compressed responses, not mapped', ['--compress-responses', '--map-head-to-get', 'off']),
]

export default [
  requestLines,
  requestFields,
  framing,
  chunkedFraming,
  chunksOfRequests,
  expect,
  ...heads,
]
