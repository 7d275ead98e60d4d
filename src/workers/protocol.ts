/**
 * The codec of the channel between the front and a worker, without any I/O. Mirrors
 * `python/modwsgi_dev_worker/protocol.py`; docs/protocol.md describes both, and
 * test/protocol/frames.json holds them to it.
 */

/** Version named in HELLO; both sides have to be the same. */
export const protocolVersion = 1

export const headerSize = 5

/** Longest payload. A worker cuts longer pieces of a response; more than this is never sent. */
export const maxPayload = 16 * 1024 * 1024

/** A request body up to this size travels inside its REQUEST frame when it is already complete. */
export const maxInlineBody = 64 * 1024

export const frameType = {
  hello: 0x01,
  message: 0x02,
  request: 0x10,
  body: 0x11,
  bodyEnd: 0x12,
  abort: 0x13,
  continue: 0x20,
  response: 0x21,
  data: 0x22,
  end: 0x23,
  retry: 0x24,
} as const

export type FrameType = (typeof frameType)[keyof typeof frameType]

export const bodyKind = { none: 0, inline: 1, streamed: 2 } as const
export type BodyKind = (typeof bodyKind)[keyof typeof bodyKind]

export const abortReason = { clientGone: 1, bodyBroken: 2 } as const
export type AbortReason = (typeof abortReason)[keyof typeof abortReason]

export const responseFlag = { bodyComplete: 1, threadFree: 2 } as const

export const endOutcome = {
  complete: 0,
  failedBeforeHead: 1,
  failedAfterHead: 2,
  interrupted: 3,
  brokenOff: 4,
} as const
export type EndOutcome = (typeof endOutcome)[keyof typeof endOutcome]

/** Bytes that are no frame of docs/protocol.md. The connection they came from is of no more use. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

const knownTypes: ReadonlySet<number> = new Set<number>(Object.values(frameType))

/** Puts a payload into a frame. */
export function encodeFrame(type: FrameType, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerSize + payload.length)
  writeHeader(frame, type, payload.length)
  frame.set(payload, headerSize)
  return frame
}

/** The header of a frame whose payload of `length` bytes is written after it. */
export function encodeHeader(type: FrameType, length: number): Buffer {
  const header = Buffer.allocUnsafe(headerSize)
  writeHeader(header, type, length)
  return header
}

function writeHeader(frame: Buffer, type: FrameType, length: number): void {
  if (length > maxPayload) throw new ProtocolError(`payload of ${length} bytes is too long`)
  frame[0] = type
  frame.writeUInt32BE(length, 1)
}

/** A MESSAGE or HELLO frame around a JSON object. */
export function encodeJson(type: FrameType, value: object): Buffer {
  return encodeFrame(type, Buffer.from(JSON.stringify(value)))
}

/** Bytes of a request number, with which most payloads begin. */
const numberSize = 4

/**
 * A REQUEST frame without its number, see {@link numberRequest}. `environ` alternates keys and values with a
 * NUL between them; every character stands for one byte (latin-1, PEP 3333 "native strings"). `body` is the
 * whole body when `kind` says inline.
 */
export function encodeRequest(environ: string, kind: BodyKind, body: Uint8Array = nothing): Buffer {
  const textStart = headerSize + numberSize + 5
  const frame = Buffer.allocUnsafe(textStart + environ.length + body.length)
  writeHeader(frame, frameType.request, frame.length - headerSize)
  frame.writeUInt32BE(0, headerSize)
  frame[headerSize + numberSize] = kind
  frame.writeUInt32BE(environ.length, headerSize + numberSize + 1)
  frame.write(environ, textStart, 'latin1')
  if (body.length > 0) frame.set(body, textStart + environ.length)
  return frame
}

const nothing = new Uint8Array(0)

/** Gives an encoded REQUEST its number, in place; each worker counts its own. */
export function numberRequest(frame: Buffer, number: number): void {
  frame.writeUInt32BE(number, headerSize)
}

/** An ABORT frame. */
export function encodeAbort(number: number, reason: AbortReason): Buffer {
  const frame = Buffer.allocUnsafe(headerSize + numberSize + 1)
  writeHeader(frame, frameType.abort, numberSize + 1)
  frame.writeUInt32BE(number, headerSize)
  frame[headerSize + numberSize] = reason
  return frame
}

/** The request number with which a payload begins. Throws {@link ProtocolError} where there is none. */
export function decodeNumber(payload: Buffer): number {
  if (payload.length < numberSize) throw new ProtocolError('a frame without its request number')
  return payload.readUInt32BE(0)
}

/** Throws {@link ProtocolError} when CONTINUE or RETRY carry more than their number. */
export function expectNumberOnly(payload: Buffer): void {
  if (payload.length !== numberSize) throw new ProtocolError('a frame of a wrong length')
}

/** A RESPONSE taken apart; `head` is the status line, then alternating names and values. */
export interface ResponseFrame {
  readonly bodyComplete: boolean
  readonly threadFree: boolean
  readonly head: readonly string[]
  readonly body: Buffer
}

/** Takes the payload of a RESPONSE apart. Throws {@link ProtocolError} when it has another form. */
export function decodeResponse(payload: Buffer): ResponseFrame {
  const { first: flags, text: head, rest: body } = decodeTexts(payload, 'RESPONSE')
  if (flags !== 0 && flags !== 1 && flags !== 3) {
    throw new ProtocolError(`RESPONSE with the flags ${flags}`)
  }
  if (head[0] === '') throw new ProtocolError('RESPONSE without a status line')
  if (head.length % 2 === 0) throw new ProtocolError('RESPONSE has a name without a value')
  return {
    bodyComplete: (flags & responseFlag.bodyComplete) !== 0,
    threadFree: (flags & responseFlag.threadFree) !== 0,
    head,
    body,
  }
}

/** A REQUEST taken apart; `environ` alternates keys and values. */
export interface RequestFrame {
  readonly number: number
  readonly kind: BodyKind
  readonly environ: readonly string[]
  readonly body: Buffer
}

/** Takes the payload of a REQUEST apart. Throws {@link ProtocolError} when it has another form. */
export function decodeRequest(payload: Buffer): RequestFrame {
  const { first, text: environ, rest: body } = decodeTexts(payload, 'REQUEST')
  if (first > bodyKind.streamed) throw new ProtocolError(`REQUEST of body kind ${first}`)
  const kind = first as BodyKind
  if (kind !== bodyKind.inline && body.length > 0) {
    throw new ProtocolError(`REQUEST of body kind ${kind} with a body`)
  }
  const number = decodeNumber(payload)
  if (environ.length === 1 && environ[0] === '') return { number, kind, environ: [], body }
  if (environ.length % 2 === 1) throw new ProtocolError('REQUEST has a key without a value')
  return { number, kind, environ, body }
}

/** The common form of REQUEST and RESPONSE: number, a byte, NUL-separated latin-1 texts, and bytes. */
function decodeTexts(
  payload: Buffer,
  name: string,
): { first: number; text: string[]; rest: Buffer } {
  const start = numberSize + 5
  if (payload.length < start) throw new ProtocolError(`${name} is too short`)
  const end = start + payload.readUInt32BE(numberSize + 1)
  if (end > payload.length) throw new ProtocolError(`${name} is shorter than it says`)
  const text = payload.toString('latin1', start, end).split('\0')
  return { first: payload[numberSize]!, text, rest: payload.subarray(end) }
}

/** The outcome in an END. Throws {@link ProtocolError} for one that is not known. */
export function decodeEnd(payload: Buffer): EndOutcome {
  const outcome = payload[numberSize]
  if (payload.length !== numberSize + 1 || outcome! > endOutcome.brokenOff) {
    throw new ProtocolError('END with an unknown outcome')
  }
  return outcome as EndOutcome
}

/** The reason in an ABORT. Throws {@link ProtocolError} for one that is not known. */
export function decodeAbort(payload: Buffer): AbortReason {
  const reason = payload[numberSize]
  if (payload.length !== numberSize + 1 || (reason !== 1 && reason !== 2)) {
    throw new ProtocolError('ABORT with an unknown reason')
  }
  return reason
}

/** Throws {@link ProtocolError} when a frame that is a mere sign carries something. */
export function expectEmpty(payload: Buffer): void {
  if (payload.length > 0) throw new ProtocolError('a frame without payload has one')
}

/** A byte order mark is none of JSON. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const openBrace = 0x7b
const closeBrace = 0x7d

/** Takes a HELLO apart. Throws {@link ProtocolError} when it is not one JSON object. */
export function decodeJson(payload: Buffer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(payload))
  } catch (cause) {
    throw new ProtocolError('payload is not JSON', { cause })
  }
  // JSON.parse would take blanks around it, too.
  if (payload[0] !== openBrace || payload[payload.length - 1] !== closeBrace) {
    throw new ProtocolError('payload is not a JSON object')
  }
  return value as Record<string, unknown>
}

/** Takes a MESSAGE apart: a JSON object with a `type`. Throws {@link ProtocolError}. */
export function decodeMessage(payload: Buffer): {
  readonly type: string
  [field: string]: unknown
} {
  const message = decodeJson(payload)
  if (typeof message['type'] !== 'string') throw new ProtocolError('MESSAGE without a type')
  return message as { type: string }
}

/**
 * Cuts a stream of bytes into frames. Each call of `push` hands complete frames to `onFrame` in order;
 * a payload is a view of the pushed bytes.
 */
export class FrameReader {
  #pending: Buffer[] = []
  #size = 0
  /** Bytes that have to be there before it is worth looking again. */
  #wanted = headerSize

  push(chunk: Buffer, onFrame: (type: number, payload: Buffer) => void): void {
    let bytes = chunk
    if (this.#size > 0) {
      this.#pending.push(chunk)
      this.#size += chunk.length
      if (this.#size < this.#wanted) return
      bytes = Buffer.concat(this.#pending, this.#size)
      this.#pending = []
      this.#size = 0
    }
    this.#cut(bytes, onFrame)
  }

  #cut(bytes: Buffer, onFrame: (type: number, payload: Buffer) => void): void {
    let start = 0
    this.#wanted = headerSize
    while (bytes.length - start >= headerSize) {
      const type = bytes[start]!
      const length = bytes.readUInt32BE(start + 1)
      if (!knownTypes.has(type)) throw new ProtocolError(`unknown frame type ${type}`)
      if (length > maxPayload) throw new ProtocolError(`payload of ${length} bytes is too long`)
      const end = start + headerSize + length
      if (end > bytes.length) {
        this.#wanted = headerSize + length
        break
      }
      onFrame(type, bytes.subarray(start + headerSize, end))
      start = end
    }
    if (start < bytes.length) {
      this.#pending.push(start === 0 ? bytes : bytes.subarray(start))
      this.#size = bytes.length - start
    }
  }
}
