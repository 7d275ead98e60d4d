/** Request lines and fields that are not as they should be, or only just. */
import { plainRequest, request, stowaway, target } from './requests.mjs'

/** @typedef {import('./requests.mjs').Maker} Maker */

const oddMethods = [
  'get',
  'G@T',
  'GE(T',
  'GET:',
  'G\0T',
  'G\xe9T',
  '',
  'TRACE',
  'CONNECT',
  'M'.repeat(300),
  '\x7f',
]
const oddVersions = [
  ...[
    'HTTP/1.0',
    'HTTP/1.2',
    'HTTP/2.0',
    'HTTP/9.9',
    'HTTP/0.9',
    'HTTP/1',
    'HTTP/1.',
    'HTTP/1.11',
    'HTTP/11.1',
  ],
  ...[
    'HTTP/01.1',
    'HTTP/1,1',
    'http/1.1',
    'Http/1.1',
    'HTTPS/1.1',
    'HTTP/ 1.1',
    'HTTP/1.x',
    'HTTP/+1.1',
    '',
  ],
  ...['HTTP/1.1 x', 'HTTP/1.1\t', 'ICY/1.1', 'HTTP/1.1\0', 'HTTP/1.1\x0b'],
]
const gaps = [
  ' ',
  ' ',
  ' ',
  ' ',
  ' ',
  ' ',
  '  ',
  '\t',
  '',
  ' \t',
  '\x0b',
  '\x0c',
  '\xa0',
  '\r',
  '\0',
]
const lineEnds = [
  '\r\n',
  '\r\n',
  '\r\n',
  '\r\n',
  '\n',
  '\r',
  '\r\r\n',
  '\n\r',
  ' \r\n',
  '\x85',
  '\r\n ',
  '\r\n\t',
]

/** @param {Maker} maker */
function oddTarget(maker) {
  const { dice, path } = maker
  const plain = path('odd')
  const odd = [
    ...[
      '*',
      '',
      plain.slice(1),
      `?${plain}`,
      `/${plain}`,
      `http:${plain}`,
      `http://${plain}`,
      `ftp://h${plain}`,
    ],
    ...[
      `http://u@h${plain}`,
      `http://h:x${plain}`,
      `http://h:${plain}`,
      `http://h:99999${plain}`,
      `https://h${plain}`,
    ],
    ...[
      `http://h?${plain}`,
      `HTTP://H${plain}`,
      `http://[::1]:81${plain}`,
      `http://[::1${plain}`,
      'h:443',
      'h:',
      ':1',
    ],
    ...[
      `${plain}#f`,
      `${plain}?q#f`,
      `${plain}%`,
      `${plain}%4`,
      `${plain}%zz`,
      `${plain}%2Fx`,
      `${plain}%00`,
    ],
    ...[
      `${plain}/../../..`,
      `/..${plain}`,
      `/%2e%2e${plain}`,
      `${plain}%0d%0aX-A:%201`,
      `${plain}\x01`,
      `${plain}\0`,
    ],
    ...[
      `${plain}\xff`,
      `${plain}\x7f`,
      `${plain}\\..\\x`,
      `${plain};x`,
      `/.${plain}`,
      `/st${plain}`,
      '/st/../st/file.txt',
    ],
    ...[
      `/st/file.txt/${plain}`,
      `/st/%66ile.txt?${plain}`,
      `${plain}\r`,
      `${plain} x`,
      `${plain}\tx`,
      `http://h\\${plain}`,
    ],
    ...[
      `http://h,h${plain}`,
      `http://a..b${plain}`,
      `http://1.2.3${plain}`,
      `http:h${plain}`,
      `//h${plain}`,
      `${plain}|"<>^`,
    ],
  ]
  return dice.pick(odd)
}

/** @param {Maker} maker */
export function requestLine(maker) {
  const { dice } = maker
  const method = dice.chance(0.25)
    ? dice.pick(oddMethods)
    : dice.pick(['GET', 'GET', 'POST', 'OPTIONS'])
  const where = dice.chance(0.5) ? oddTarget(maker) : target(maker, 'line')
  const version = dice.chance(0.3) ? dice.pick(oddVersions) : 'HTTP/1.1'
  const gap = () => (dice.chance(0.15) ? dice.pick(gaps) : ' ')
  const first = `${method}${gap()}${where}${gap()}${version}`
  const before = dice.chance(0.15)
    ? dice.pick(['\r\n', '\r\n\r\n', '\n', '\r', ' ', '\0', '\t\r\n'])
    : ''
  const end = dice.chance(0.2) ? dice.pick(lineEnds) : '\r\n'
  return `${before}${first}${end}Host: h\r\n\r\n${dice.chance(0.3) ? stowaway(maker) : ''}`
}

/** HTTP/0.9, and what looks like it. @param {Maker} maker */
export function oldRequest(maker) {
  const { dice, path } = maker
  const method = dice.pick(['GET', 'GET', 'POST', 'get', 'HEAD'])
  const end = dice.pick([
    '\r\n',
    '\r\n',
    '\r\n\r\n',
    '\n',
    ' \r\n',
    '  \r\n',
    '\t\r\n',
    '\r\nHost: h\r\n\r\n',
    '',
  ])
  return `${method} ${path('old')}${end}${dice.chance(0.5) ? stowaway(maker) : ''}`
}

const oddFields = [
  ...[
    'X-A',
    'X-A 1',
    ': 1',
    'X A: 1',
    'X-A : 1',
    'X-A\t: 1',
    ' X-A: 1',
    '\tX-A: 1',
    'X\0A: 1',
    'X-A: a\0b',
    'X-A: a\x01',
  ],
  ...[
    'X\xe9: 1',
    'X(A: 1',
    'X-A: a\x7f',
    'X-A: a\x0bb',
    'X-A: a\x0cb',
    'X-A:',
    'X-A:   ',
    'X-A: \xff',
    'X-A:\t1\t',
    'X: :',
  ],
  ...[
    'X-A: 1\r\n 2',
    'X-A: 1\r\n\t2',
    'X-A:\r\n 1',
    'X-A: 1\r\n ',
    'X-A: 1\r\n \t',
    'X-A: 1\n 2',
    'X-A: 1\r 2',
  ],
  ...[
    'X-A: 1\rX-B: 2',
    'X-A: 1\nX-B: 2',
    'X-A: 1\r\r',
    'X-A: 1\n',
    '\r',
    '\n',
    'X-A: 1\r\n\nX-B: 2',
    'X\r-A: 1',
  ],
  ...[
    'Host: other',
    'Host:',
    'host: h',
    'Host: h\r\n .x',
    'Host: a b',
    'Host: a/b',
    'Host : h',
    'Host: h:0',
    'Host: h:x',
  ],
  ...[
    'Connection: close',
    'Connection: keep-alive',
    'Connection: x-close',
    'Connection: close2',
    'Connection: "close"',
  ],
  ...[
    'Connection: foo, CLOSE',
    'Connection: close\r\nConnection: keep-alive',
    'Connection:\r\n close',
    'Connection: ,,',
  ],
  ...[
    'Connection: Upgrade\r\nUpgrade: h2c',
    'Upgrade: websocket',
    'Keep-Alive: timeout=1',
    'Connection: x-keep-alive',
  ],
  ...[
    'Expect: 100-continue',
    'Expect: 100-Continue',
    'Expect: x',
    'Expect:',
    'Expect: 100-continue, x',
    'Expect:\r\n x',
  ],
  ...[
    'Expect: 100-continue\r\nExpect: 100-continue',
    'Expect : 100-continue',
    'Expect: "100-continue"',
  ],
  ...[
    'Content_Length: 5',
    'Transfer_Encoding: chunked',
    'Proxy: x',
    'Proxy-Authorization: x',
    'X_A: 1',
    'X-A: 1\r\nx_a: 2',
  ],
  ...[
    'Range: bytes=0-',
    'Range: bytes=-0,9-3',
    'If-Modified-Since: x',
    'If-Range: "',
    'If-Match: *',
    'TE: chunked',
  ],
]

/** @param {Maker} maker */
export function oddFieldLines(maker) {
  const { dice, path } = maker
  const method = dice.pick(['GET', 'GET', 'POST', 'HEAD', 'TRACE'])
  const first = `${method} ${dice.pick([path('field'), path('field'), '/st/file.txt'])} HTTP/1.${dice.chance(0.2) ? 0 : 1}`
  const host = dice.chance(0.9) ? ['Host: h'] : []
  const lines = [...host, ...Array.from({ length: dice.between(1, 3) }, () => dice.pick(oddFields))]
  if (dice.chance(0.2)) lines.reverse()
  const body = dice.chance(0.3) ? `Content-Length: 5\r\n\r\nabcde` : '\r\n'
  return `${first}\r\n${lines.join('\r\n')}\r\n${body}${dice.chance(0.3) ? stowaway(maker) : ''}`
}

/** @param {Maker} maker */
export function oversized(maker) {
  const { dice, path } = maker
  const near = dice.between(8150, 8215)
  const first = `GET ${path('long')} HTTP/1.1\r\nHost: h\r\n`
  switch (dice.below(9)) {
    case 0:
      return `GET ${path('long')}?${'q'.repeat(near - 40)} HTTP/1.1\r\nHost: h\r\n\r\n`
    case 1:
      return `${first}X-A: ${'v'.repeat(near)}\r\n\r\n`
    case 2:
      return `${first}${'X-A: 1\r\n'.repeat(dice.between(95, 110))}\r\n`
    case 3:
      return `${first}${dice.repeat(190, 220, n => `X-${n}:\r\n \t1\r\n`)}\r\n`
    case 4:
      return `${first}X-A: ${'v'.repeat(4000)}\r\n ${'w'.repeat(near - 4000)}\r\n\r\n`
    case 5:
      return `${first}X-A: ${'v'.repeat(4000)}\r\nX-A: ${'w'.repeat(near - 4000)}\r\n\r\n`
    case 6:
      return (
        dice.pick(['GET /', first, `${first}X-A: `]) + 'x'.repeat(dice.between(60_000, 140_000))
      )
    case 7:
      return '\r\n'.repeat(dice.between(5, 15)) + plainRequest(maker, 'blank')
    default:
      return (
        `${first}X-A: ${'v'.repeat(8000)}\r\n`.repeat(1) +
        `${dice.repeat(20, 60, n => `X-${n}: ${'v'.repeat(8000)}\r\n`)}\r\n`
      )
  }
}

const strangers = [
  '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00',
  'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
  'SSH-2.0-x\r\n',
  '\0\0\0\0\r\n\r\n',
  '{"jsonrpc":"2.0"}\n',
  'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n',
  'EHLO h\r\n',
  '\x05\x01\x00',
]

/** No HTTP at all. @param {Maker} maker */
export function binary({ dice }) {
  const noise = dice.noise(dice.between(1, 400))
  return dice.chance(0.5) ? noise : dice.pick(strangers) + (dice.chance(0.3) ? noise : '')
}

/** The beginning of requests in order. @param {Maker} maker */
export function truncated(maker) {
  const { dice } = maker
  const text = request(maker) + request(maker)
  return text.slice(0, dice.below(text.length))
}
