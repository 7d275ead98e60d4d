/**
 * From HTTP/1.1 to HTTP/2 on one connection (RFC 7540, 3.2): the client asks with `Upgrade: h2c`, is told 101, and
 * then begins anew; the answer to what it asked comes as stream 1. Node has no way to that, so its session gets the
 * request as if the client had sent it once more, behind the client's first frame.
 */
import type { Socket } from 'node:net'
import type { Head } from './head.js'
import { Patience, type PatienceRule } from './patience.js'
import type { HttpRequest, Upgrade } from './request.js'

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** Bytes of the head of a frame, and the longest frame that everybody takes (RFC 9113, 4.1 and 4.2). */
const frameHead = 9
const longestFrame = 16_384

const frameTypes = { headers: 1, settings: 4, continuation: 9 } as const
const endStream = 0x1
const endHeaders = 0x4

/** A client that knows that HTTP/2 is spoken here begins with this; over TLS it says so before. */
export const http2Opening = preface.subarray(0, 18)

/** Whether what looks like a request is {@link http2Opening}. */
export function isHttp2Opening({ method, target, protocol }: Head): boolean {
  return method === 'PRI' && target === '*' && protocol === 'HTTP/2.0'
}

/** What a request on such a connection has to do with HTTP/2, which is offered once, by those who speak it. */
export function upgradeOf(
  { rawHeaders, hasBody, url, version }: HttpRequest,
  { secure, requests }: { readonly secure: boolean; readonly requests: number },
): Upgrade {
  const asks = asksHttp2(rawHeaders, hasBody, url)
  if (asks === 'asks' && !secure && version === 11) return 'asked'
  return asks === 'no' && requests === 1 ? 'offered' : 'none'
}

/** Whether a request asks for HTTP/2 in a way that is heard: without a body, and with the settings of the client. */
function asksHttp2(
  fields: readonly string[],
  hasBody: boolean,
  target: string,
): 'asks' | 'asks else' | 'no' {
  const valueIn = (lower: string) => valuesOf(fields, lower).join(',')
  const upgrade = valueIn('upgrade')
  if (upgrade === '') return 'no'
  const words = (text: string) => text.split(/[ \t]*,[ \t]*/)
  const isHeard =
    words(upgrade).includes('h2c') &&
    words(valueIn('connection').toLowerCase()).includes('upgrade') &&
    valuesOf(fields, 'http2-settings').length > 0 &&
    !hasBody &&
    /^(?:\/|\*$)/.test(target)
  return isHeard ? 'asks' : 'asks else'
}

function valuesOf(fields: readonly string[], lower: string): string[] {
  return fields.filter((_, at) => at % 2 === 1 && fields[at - 1]!.toLowerCase() === lower)
}

/**
 * Waits until the client has begun anew, then gives everything that its session is to read.
 *
 * @param came what is here already
 * @param patience how long the client has time
 */
export function awaitNewBeginning(
  socket: Socket,
  came: Buffer,
  patience: PatienceRule,
  begun: (bytes: { readonly opening: Buffer; readonly rest: Buffer }) => void,
): void {
  let bytes = came
  const timer = new Patience(() => socket.destroy())
  timer.start(patience)
  const look = () => {
    const end = openingEnd(bytes)
    if (end === 'more') return
    timer.end()
    socket.off('data', take)
    if (end === 'no HTTP/2') return void socket.destroy()
    socket.pause()
    begun({ opening: bytes.subarray(0, end), rest: bytes.subarray(end) })
  }
  const take = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    look()
  }
  socket.once('close', () => timer.end())
  socket.once('end', () => socket.destroy())
  socket.on('data', take)
  socket.resume()
  look()
}

/** Where the preface ends, with the frame of settings that follows it. */
function openingEnd(bytes: Buffer): number | 'more' | 'no HTTP/2' {
  const begun = Math.min(bytes.length, preface.length)
  if (!bytes.subarray(0, begun).equals(preface.subarray(0, begun))) return 'no HTTP/2'
  const start = preface.length
  if (bytes.length < start + frameHead) return 'more'
  if (bytes[start + 3] !== frameTypes.settings) return 'no HTTP/2'
  const end = start + frameHead + bytes.readUIntBE(start, 3)
  if (end - start > longestFrame) return 'no HTTP/2'
  return bytes.length < end ? 'more' : end
}

/** Fields that were for the connection before. */
const ofBefore: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** The frames of stream 1 that say what the request has said. */
export function framesOf({ method, url, rawHeaders, headers }: HttpRequest): Buffer {
  const pairs: [string, string][] = [
    [':method', method],
    [':scheme', 'http'],
    [':path', url],
    ...(headers['host'] === undefined ? [] : ([[':authority', headers['host']]] as const)),
  ].map(([name, value]) => [name!, value!])
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase()
    if (!ofBefore.has(name)) pairs.push([name, rawHeaders[at + 1]!])
  }
  return inFrames(Buffer.concat(pairs.map(literal)))
}

function inFrames(block: Buffer): Buffer {
  const frames: Buffer[] = []
  for (let at = 0; at === 0 || at < block.length; at += longestFrame) {
    const piece = block.subarray(at, at + longestFrame)
    const last = at + longestFrame >= block.length ? endHeaders : 0
    const type = at === 0 ? frameTypes.headers : frameTypes.continuation
    const head = Buffer.alloc(frameHead)
    head.writeUIntBE(piece.length, 0, 3)
    head[3] = type
    head[4] = last | (at === 0 ? endStream : 0)
    head.writeUInt32BE(1, 5)
    frames.push(head, piece)
  }
  return Buffer.concat(frames)
}

/** A field that is not remembered, in the plainest form (RFC 7541, 6.2.2). */
function literal([name, value]: readonly [string, string]): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)])
}

function text(latin1: string): Buffer {
  const bytes = Buffer.from(latin1, 'latin1')
  return Buffer.concat([length(bytes.length), bytes])
}

/** A number in seven bits, and more where it does not fit (RFC 7541, 5.1). */
function length(number: number): Buffer {
  if (number < 127) return Buffer.from([number])
  const bytes = [127]
  let rest = number - 127
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}
