/**
 * Inputs of which two servers might make different requests: what is hidden in each of them is `smuggled`, which no
 * upstream may get to see as a request of its own.
 */

const hidden = 'GET /api/smuggled HTTP/1.1\r\nHost: x\r\n\r\n'

/** Bytes by what they try. */
export type Inputs = Readonly<Record<string, string>>

const codings = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding:chunked',
  'Transfer-Encoding:  chunked ',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding: \x0bchunked',
  'Transfer-Encoding: \x0cchunked',
  'Transfer-Encoding: chunked\x00',
  'Transfer-Encoding: Chunked',
  'TRANSFER-ENCODING: CHUNKED',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunkedx',
  'Transfer-Encoding: "chunked"',
  "Transfer-Encoding: 'chunked'",
  'Transfer-Encoding: chunked;q=1',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: ,chunked',
  'Transfer-Encoding: chunked,',
  'Transfer-Encoding:',
  'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding : chunked',
  ' Transfer-Encoding: chunked',
  'Transfer_Encoding: chunked',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding: chunked\r\n x',
  'X: y\r\n Transfer-Encoding: chunked',
  'X: y\nTransfer-Encoding: chunked',
  'X: y\rTransfer-Encoding: chunked',
  'X: y\r\nTransfer-Encoding\r\n: chunked',
  'Transfer-Encoding\x00: chunked',
  'Transfer-\xc3\x89ncoding: chunked',
  'Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked',
  'TE: chunked\r\nTransfer-Encoding: chunked',
]

/** They are other fields, so that a length beside them is the only one: what follows it is a request indeed. */
const otherFields = [
  'Transfer_Encoding: chunked',
  'Transfer-\xc3\x89ncoding: chunked',
  'X: y\r\n Transfer-Encoding: chunked',
]

const lengths = [
  'Content-Length: +5',
  'Content-Length: -5',
  'Content-Length: 0x5',
  'Content-Length: 5 5',
  'Content-Length: 5, 5',
  'Content-Length: 5,',
  'Content-Length: ,5',
  'Content-Length: 5\r\nContent-Length: 5',
  'Content-Length: 5\r\nContent-Length: 50',
  'Content-Length: 50\r\nContent-Length: 5',
  'Content-Length: 05',
  'Content-Length: 5.0',
  'Content-Length: 1e1',
  'Content-Length: 99999999999999999999',
  'Content-Length:',
  'Content-Length: 5;x',
  'Content-Length : 5',
  ' Content-Length: 5',
  'Content_Length: 5',
  'Content-Length: \x0b5',
  'Content-Length:\r\n 5',
  'Content-Length: 5\r\n 0',
  'X: y\nContent-Length: 5',
  'Content-Length\x00: 5',
  'Connection: Content-Length\r\nContent-Length: 5',
]

/** What stands in the place of a body in chunks. */
const chunkBodies: Inputs = {
  'an extension': '5;a=b\r\nhello\r\n0\r\n\r\n',
  'an extension with a line feed': '5;a\nb\r\nhello\r\n0\r\n\r\n',
  'an extension with a carriage return': '5;a\rb\r\nhello\r\n0\r\n\r\n',
  'an extension in quotes': `5;a="\r\n${hidden}"\r\nhello\r\n0\r\n\r\n`,
  'a prefix': '0x5\r\nhello\r\n0\r\n\r\n',
  'a plus': '+5\r\nhello\r\n0\r\n\r\n',
  'a minus': '-5\r\nhello\r\n0\r\n\r\n',
  'an underscore': '0_5\r\nhello\r\n0\r\n\r\n',
  'a blank before': ' 5\r\nhello\r\n0\r\n\r\n',
  'a blank behind': '5 \r\nhello\r\n0\r\n\r\n',
  'line feeds only': '5\nhello\n0\n\n',
  'a line feed behind the data': '5\r\nhello\n0\r\n\r\n',
  'no line break behind the data': '5\r\nhello0\r\n\r\n',
  'more data than told': '5\r\nhello world\r\n0\r\n\r\n',
  'less data than told': `50\r\nhello\r\n0\r\n\r\n${hidden}`,
  'leading zeros': '0000000000005\r\nhello\r\n0\r\n\r\n',
  'a size that overflows': '10000000000000005\r\nhello\r\n0\r\n\r\n',
  'an empty size': '\r\nhello\r\n0\r\n\r\n',
  'a trailer': '5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
  'a length in the trailer': `5\r\nhello\r\n0\r\nContent-Length: 40\r\n\r\n`,
  'a coding in the trailer': '5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n',
  'a trailer without a colon': '5\r\nhello\r\n0\r\nGET /api/smuggled HTTP/1.1\r\n\r\n',
  'a last chunk of several zeros': '5\r\nhello\r\n000\r\n\r\n',
  'a last chunk with an extension': '5\r\nhello\r\n0;a\r\n\r\n',
  'no last line': '5\r\nhello\r\n0\r\n',
}

function isCoding(text: string): boolean {
  return !otherFields.includes(text)
}

const post = (fields: string, body: string, at: number | string) =>
  `POST /api/${at} HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n${body}`

const named = (list: readonly string[], kind: string, make: (text: string, at: number) => string) =>
  Object.fromEntries(
    list.map((text, at) => [`${kind}: ${JSON.stringify(text)}`, make(text, at)] as const),
  )

const chunkedHidden = `0\r\n\r\n${hidden}`

/** The head says two things about the body, which holds a request. */
export const doubleLengths: Inputs = {
  ...named(codings, 'CL.TE', (coding, at) =>
    post(`Content-Length: ${chunkedHidden.length}\r\n${coding}`, chunkedHidden, `clte${at}`),
  ),
  ...named(codings.filter(isCoding), 'TE.CL', (coding, at) =>
    post(
      `${coding}\r\nContent-Length: 4`,
      `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
      `tecl${at}`,
    ),
  ),
  ...named(codings, 'TE', (coding, at) =>
    post(coding, `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`, `te${at}`),
  ),
  ...named(lengths, 'CL', (length, at) => post(length, `hello`, `cl${at}`)),
  ...Object.fromEntries(
    Object.entries(chunkBodies).map(([name, body], at) => [
      `chunks: ${name}`,
      post('Transfer-Encoding: chunked', body, `chunks${at}`),
    ]),
  ),
}

const heads: readonly string[] = [
  'GET /api/h HTTP/1.1\nHost: x\n\n',
  'GET /api/h HTTP/1.1\r\nHost: x\n\r\n',
  'GET /api/h HTTP/1.1\rHost: x\r\r',
  'GET /api/h HTTP/1.1\r\n Host: x\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\n X: y\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x, y\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x/../y\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x@y\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost:\r\n\r\n',
  'GET /api/h HTTP/1.1\r\n\r\n',
  'GET  /api/h HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /api/h  HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /api/h HTTP/1.1 \r\nHost: x\r\n\r\n',
  'GET\t/api/h HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /api/h HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /api/h\r\n',
  'GET /api/h HTTP/1.2\r\nHost: x\r\n\r\n',
  'GET /api/h HTTP/2.0\r\nHost: x\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\r\n\r\nGET /api/h HTTP/1.1\r\nHost: x\r\n\r\n',
  'G\x00T /api/h HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /api/h\x00 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /api/h HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\nConnection: Host, X-Forwarded-For\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n',
  'GET /api/h HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello',
]

const targets: readonly string[] = [
  '/api/../admin',
  '/api/..',
  '/api/../../admin',
  '/api/%2e%2e/admin',
  '/api/%2e%2e%2fadmin',
  '/api/..%2fadmin',
  '/api/..%5cadmin',
  '/api/..\\admin',
  '/api/..;/admin',
  '/api/.;/../admin',
  '/api/%252e%252e/admin',
  '/api/a/../../admin',
  '/api//../admin',
  '/api/./../admin',
  '//api/../admin',
  '/api/%00/../admin',
  '/api/x%0d%0aX-Injected:%201',
  '/api/x%0a%0d%0a%0dGET%20/admin',
  '/api/x?y%0d%0aX-Injected:%201',
  '/api/x?\rX-Injected: 1',
  '/api/x?y#/admin',
  '/api/x%23/../../admin',
  '/api/x%3f/../../admin',
  '/api@evil.example/x',
  '/api:80/x',
  '/api/http://evil.example/',
  'http://evil.example/api/x',
  'http://evil.example/api/../admin',
  'http://evil.example:1/api/x',
  'https://evil.example/api/x',
  'http:/api/x',
  'http:///api/x',
  'ftp://evil.example/api/x',
  'evil.example:80/api/x',
  'api/x',
  '@evil.example/api/x',
  '*',
  '?x',
  '/api/x HTTP/1.1\r\nX: y',
  '/%61%70%69/../admin',
  '/api\\..\\admin',
]

/** Heads that are read in different ways, and targets that lead out of the mount point. */
export const oddHeads: Inputs = {
  ...named(heads, 'head', text => text),
  ...named(targets, 'target', target => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`),
  'CONNECT to a host': 'CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\n\r\n',
  'CONNECT to a path': 'CONNECT /api/x HTTP/1.1\r\nHost: x\r\n\r\n',
  'CONNECT to an URL': 'CONNECT http://x/api/x HTTP/1.1\r\nHost: x\r\n\r\n',
}
