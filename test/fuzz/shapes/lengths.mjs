/** Bodies whose end is not clear, or only just, with a whole request somewhere in them. */
import { bodyText, inChunks, stowaway } from './requests.mjs'

/** @typedef {import('./requests.mjs').Maker} Maker */

const chunkedSpellings = [
  ...[
    'chunked',
    'chunked',
    'chunked',
    'CHUNKED',
    'Chunked',
    ' chunked ',
    '\tchunked',
    '\t chunked \t',
    '\x0bchunked',
  ],
  ...[
    'chunked\x0c',
    'xchunked',
    'chunkedx',
    'chunke',
    'chunked;a=b',
    'chunked ;',
    '"chunked"',
    "'chunked'",
    'chun\tked',
  ],
  ...[
    'chunked, identity',
    'identity, chunked',
    'chunked,identity',
    'identity',
    'gzip, chunked',
    'gzip,chunked',
    'gzip',
  ],
  ...[
    'chunked, gzip',
    'chunked, chunked',
    'chunked,',
    ',chunked',
    ', chunked',
    'chunked ,',
    'chunked , ',
    'x chunked',
  ],
  ...[
    '',
    ' ',
    ',',
    '\r\n chunked',
    '\r\n\tchunked',
    'chunked\r\n ',
    'identity\r\n , chunked',
    'chun\r\n ked',
    'chunked\0',
  ],
  ...[
    '\0chunked',
    'chunked\r',
    'chunked\x7f',
    '\xa0chunked',
    'chunked\xa0',
    'c\xe7hunked',
    'chunked\r\n x',
    'chunked\n',
  ],
]
const codingNames = [
  ...[
    'Transfer-Encoding',
    'Transfer-Encoding',
    'Transfer-Encoding',
    'transfer-encoding',
    'TRANSFER-ENCODING',
  ],
  ...[
    'Transfer-Encoding ',
    'Transfer-Encoding\t',
    ' Transfer-Encoding',
    'Transfer_Encoding',
    'Transfer-Encoding\0',
  ],
  ...[
    'X: x\nTransfer-Encoding',
    'X: x\rTransfer-Encoding',
    'Transfer-Encod\xefng',
    'Transfer-\r\n Encoding',
  ],
]
const lengthNames = [
  ...[
    'Content-Length',
    'Content-Length',
    'Content-Length',
    'content-length',
    'CONTENT-LENGTH',
    'Content_Length',
  ],
  ...[
    'Content-Length ',
    'Content-Length\t',
    ' Content-Length',
    'Content-Length\0',
    'X: x\nContent-Length',
  ],
  ...['X: x\rContent-Length', 'Content-Length\x0b', 'Content-\r\n Length'],
]

/** Ways to write a length. */
function lengthText(dice, length) {
  const odd = [
    ...[
      `+${length}`,
      `-${length}`,
      '-0',
      `0x${length.toString(16)}`,
      `${length}.0`,
      `${length}e0`,
      `0${length}`,
    ],
    ...[
      `${length},${length}`,
      `${length}, ${length}`,
      `${length}, 0`,
      `0, ${length}`,
      `${length} ${length}`,
      `${length};`,
    ],
    ...[
      `"${length}"`,
      '',
      ' ',
      'x',
      `${length}x`,
      `${length},`,
      `,${length}`,
      `\r\n ${length}`,
      `${length}\r\n `,
    ],
    ...[
      `${length}\r\n ${length}`,
      `\x0b${length}`,
      `${length}\0`,
      `${length}\xa0`,
      `${length}\r`,
      '\xb2',
      '\xd9\xa3',
    ],
    ...[
      '9223372036854775807',
      '9223372036854775808',
      '18446744073709551615',
      String(2n ** 64n + BigInt(length)),
    ],
    ...[
      `${2 ** 32 + length}`,
      `${length}_0`,
      '1_0',
      `0${'0'.repeat(40)}${length}`,
      `00000000000000000000${length}`,
      '1e1',
    ],
  ]
  return dice.chance(0.5) ? String(length) : dice.pick(odd)
}

const head = ({ dice, path }, fields) => {
  const method = dice.pick(['POST', 'POST', 'POST', 'PUT', 'GET', 'HEAD', 'TRACE', 'OPTIONS'])
  const where = dice.chance(0.2)
    ? '/st/file.txt'
    : path(dice.pick(['length', 'lengthunread', 'lengthpart']))
  const version = dice.chance(0.15) ? 'HTTP/1.0' : 'HTTP/1.1'
  const kept = version === 'HTTP/1.0' && dice.chance(0.6) ? 'Connection: keep-alive\r\n' : ''
  return `${method} ${where} ${version}\r\nHost: h\r\n${kept}${fields}\r\n`
}

/** Half of them are as they should be: a doubt about one line is worth nothing among others that are refused. */
function lengthLine(dice, length) {
  if (dice.chance(0.5)) return `Content-Length: ${length}\r\n`
  return `${dice.pick(lengthNames)}:${dice.pick([' ', '', '\t'])}${lengthText(dice, length)}\r\n`
}

function codingLine(dice) {
  if (dice.chance(0.5)) return 'Transfer-Encoding: chunked\r\n'
  const name = dice.chance(0.6) ? 'Transfer-Encoding' : dice.pick(codingNames)
  return `${name}:${dice.pick([' ', '', '\t'])}${dice.pick(chunkedSpellings)}\r\n`
}

/** Several lengths, and codings, that contradict each other. @param {Maker} maker */
export function conflict(maker) {
  const { dice } = maker
  const inner = stowaway(maker)
  const wrapped = inChunks(maker, inner)
  const body = dice.pick([
    inner,
    `0\r\n\r\n${inner}`,
    wrapped,
    `${inner.length.toString(16)}\r\n${inner}`,
    `1\r\nZ\r\n0\r\n\r\n${inner}`,
    `abcde${inner}`,
    `${wrapped}${inner}`,
  ])
  const lengths = [
    0,
    3,
    4,
    5,
    inner.length,
    body.length,
    body.length - inner.length,
    body.length + 1,
  ]
  const lines = Array.from({ length: dice.between(1, 3) }, () =>
    dice.chance(0.5) ? lengthLine(dice, dice.pick(lengths)) : codingLine(dice),
  )
  return head(maker, lines.join('')) + body
}

const sizes = n => [
  ...[
    `+${n}`,
    `-${n}`,
    `0x${n}`,
    ` ${n}`,
    `\t${n}`,
    `${n} `,
    `${n}\t`,
    `${n} ;a`,
    `${n};a=b`,
    `${n};a="b;c"`,
    `${n};`,
  ],
  ...[
    `${n};a\nb`,
    `${n};a\rb`,
    `${n};a\0`,
    `${n};\x7f`,
    `${n};\xff`,
    `${n} x`,
    `${n},`,
    `${n}.0`,
    `${n}h`,
    `${n}_0`,
    `0${n}`,
  ],
  ...[
    `${'0'.repeat(30)}${n}`,
    `${'0'.repeat(9000)}${n}`,
    `1${'0'.repeat(15)}${n}`,
    `1${'0'.repeat(16)}${n}`,
    'ffffffffffffffff',
  ],
  ...[
    '7fffffffffffffff',
    '8000000000000000',
    'fffffffffffff',
    'ffffffff',
    '100000000',
    'g',
    '',
    ';a',
    '-',
    '0x',
    '\xb2',
  ],
  ...[
    `${n};${'a'.repeat(8000)}`,
    `${n};${'a'.repeat(8190)}`,
    `${n};a="\r\n`,
    `${n}\x0b`,
    `${n}\x85`,
    `${n}\0`,
  ],
]
const ends = [
  '\r\n',
  '\r\n',
  '\r\n',
  '\r\n',
  '\n',
  '\r',
  '\r\r\n',
  '',
  '\n\r',
  '\r\n ',
  ' \r\n',
  '\r\n\r\n',
]
const trailers = [
  ...[
    '',
    '',
    '',
    'X-Trailer: 1\r\n',
    'Content-Length: 9\r\n',
    'Transfer-Encoding: chunked\r\n',
    'rubbish\r\n',
    ' folded\r\n',
  ],
  ...[
    'X-T: 1\r\n 2\r\n',
    'X-T: 1\n',
    'X T: 1\r\n',
    'X-T : 1\r\n',
    ': 1\r\n',
    'X-T: \0\r\n',
    'X-T: 1\r\n'.repeat(101),
  ],
  ...[
    `X-T: ${'v'.repeat(8180)}\r\n`,
    `X-T: ${'v'.repeat(8200)}\r\n`,
    'GET / HTTP/1.1\r\n',
    'Host: h\r\n',
    '\t\r\n',
    '\r',
  ],
]

/** Chunks that are none, or only just. @param {Maker} maker */
export function oddChunks(maker) {
  const { dice } = maker
  const end = () => (dice.chance(0.12) ? dice.pick(ends) : '\r\n')
  const chunk = () => {
    const piece = dice.chance(0.4) ? stowaway(maker) : bodyText(maker).slice(0, 200)
    const actual = piece.length + (dice.chance(0.1) ? dice.between(-3, 3) : 0)
    const size = Math.max(0, actual).toString(16)
    return `${dice.chance(0.2) ? dice.pick(sizes(size)) : size}${end()}${piece}${end()}`
  }
  const last = `${dice.chance(0.15) ? dice.pick(['00', '-0', '+0', '0x0', '0 ', ' 0', '0;a', '']) : '0'}${end()}`
  const trailer = dice.chance(0.4) ? dice.pick(trailers) : ''
  const chunks = dice.repeat(0, 3, chunk)
  return `${head(maker, 'Transfer-Encoding: chunked\r\n')}${chunks}${last}${trailer}${end()}`
}

/** Bodies around the limit of their size. @param {Maker} maker */
export function aroundLimit(maker, limit) {
  const { dice } = maker
  const size = limit + dice.pick([-1, 0, 1, 1000, limit])
  const body = 'x'.repeat(size)
  const expects = dice.chance(0.2) ? 'Expect: 100-continue\r\n' : ''
  if (dice.chance(0.5)) return `${head(maker, `${expects}Content-Length: ${size}\r\n`)}${body}`
  return head(maker, `${expects}Transfer-Encoding: chunked\r\n`) + inChunks(maker, body)
}
