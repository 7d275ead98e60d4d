/** What the load consists of: each kind of request, its bytes, and the answer that is the right one. */
import { crc32 } from 'node:zlib'

/**
 * @typedef {object} Kind
 * @property {(id: number, random: () => number) => import('./client.mjs').Message & { checksum?: number }} message
 * @property {(body: string, id: number, message: { checksum?: number }) => boolean} isRight
 */

/** Milliseconds, bytes, pieces: a whole number from `least` up to `most`. */
const between = (random, least, most) => Math.round(least + (most - least) * random())

const namesId = (body, id) => body === String(id)

const get = target => ({
  bytes: Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 'latin1'),
})

function post(target, body) {
  const head = `POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`
  return { bytes: Buffer.concat([Buffer.from(head, 'latin1'), body]), checksum: crc32(body) }
}

const isEcho = (body, id, { checksum }) =>
  body.startsWith(`${id} `) && body.endsWith(` ${checksum}`)

const isDownload = (body, id) => body.startsWith(`${id}x`) && body.endsWith(`x${id}`)

/** A request that the application never answers, or not always. */
const never = () => false

/** @type {Record<string, Kind>} */
export const kinds = {
  'at once': { message: id => get(`/sleep?id=${id}&n=0`), isRight: namesId },
  short: {
    message: (id, random) => get(`/sleep?id=${id}&n=${between(random, 0, 3)}`),
    isRight: namesId,
  },
  computing: {
    message: (id, random) => get(`/spin?id=${id}&n=${between(random, 1, 4)}`),
    isRight: namesId,
  },
  long: {
    message: (id, random) => get(`/sleep?id=${id}&n=${between(random, 20, 150)}`),
    isRight: namesId,
  },
  'very long': {
    message: (id, random) => get(`/sleep?id=${id}&n=${between(random, 300, 900)}`),
    isRight: namesId,
  },
  'small body': {
    message: (id, random) => post(`/echo?id=${id}`, Buffer.alloc(between(random, 1, 4000), id)),
    isRight: isEcho,
  },
  'large body': {
    message: (id, random) => post(`/echo?id=${id}`, Buffer.alloc(between(random, 1e5, 4e5), id)),
    isRight: isEcho,
  },
  stream: {
    message: (id, random) => get(`/stream?id=${id}&n=${between(random, 2, 20)}`),
    isRight: (body, id) => body.startsWith(`${id} `) && body.endsWith('end'),
  },
  'of seconds': {
    message: id => get(`/stream?id=${id}&n=250`),
    isRight: (body, id) => body.startsWith(`${id} `) && body.endsWith('end'),
  },
  download: {
    message: (id, random) => get(`/download?id=${id}&n=${between(random, 1e4, 1e6)}`),
    isRight: isDownload,
  },
  file: {
    message: id => get(`/static/file.txt?id=${id}`),
    isRight: body => body === 'a file\n',
  },
  crash: { message: id => get(`/crash?id=${id}`), isRight: never },
  exit: { message: id => get(`/exit?id=${id}&n=7`), isRight: never },
  block: { message: id => get(`/block?id=${id}`), isRight: never },
  growing: { message: id => get(`/grow?id=${id}&n=8`), isRight: namesId },
  'left in its body': {
    message: (id, random) => {
      const { bytes } = post(`/echo?id=${id}`, Buffer.alloc(200_000, id))
      return { bytes, leaveAfterSending: between(random, 200, 190_000) }
    },
    isRight: never,
  },
  'left while it runs': {
    message: id => {
      const { bytes } = get(`/sleep?id=${id}&n=100`)
      return { bytes, leaveAfterSending: bytes.length }
    },
    isRight: never,
  },
  'left in the answer': {
    message: (id, random) => ({
      ...get(`/download?id=${id}&n=1000000`),
      leaveAfterReceiving: between(random, 10, 500_000),
    }),
    isRight: never,
  },
  'left in a stream': {
    message: id => ({ ...get(`/stream?id=${id}&n=30`), leaveAfterReceiving: 250 }),
    isRight: never,
  },
}

/** Shares of the kinds in ordinary load, in hundredths. */
const ordinary = {
  short: 58,
  computing: 8,
  long: 12,
  'very long': 4,
  'small body': 6,
  'large body': 2,
  stream: 4,
  download: 2,
  file: 4,
}

/**
 * The kinds of ordinary load, with some others in between.
 *
 * @param {Record<string, number>} more shares of others, in hundredths; they come instead of short ones
 * @returns {Record<string, number>}
 */
export function mixed(more = {}) {
  const others = Object.values(more).reduce((sum, share) => sum + share, 0)
  return { ...ordinary, short: ordinary.short - others, ...more }
}
