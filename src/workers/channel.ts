/**
 * The Unix socket that workers connect to. It reads the HELLO of each new connection, checks version
 * and secret, and hands the connection to the worker that it belongs to. See docs/protocol.md.
 */

import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../base/errors.js'
import { fitsSocket } from '../base/socket-path.js'
import {
  decodeJson,
  FrameReader,
  frameType,
  headerSize,
  ProtocolError,
  protocolVersion,
} from './protocol.js'

/** The first frame of a connection. */
export interface Hello {
  readonly role: 'control' | 'intake' | 'thread' | 'lifeline'
  readonly worker: number
  /** For `thread`: 1 up to the number of threads. */
  readonly thread: number
  /** For `control`: the version of the worker's Python, such as `3.12.1`. */
  readonly python?: string
  /** For `control`: number of the signal at which C code writes the stacks of its threads; 0: none. */
  readonly stacks?: number
}

/** Takes over a connection; `rest` is what came right after HELLO. Returns false to refuse it. */
export type ConnectionHandler = (hello: Hello, socket: Socket, rest: Buffer) => boolean

export interface Channel {
  /** Path of the socket. */
  readonly path: string
  /** What a worker has to name in HELLO. */
  readonly secret: string
  /** Connections are handed to this worker from now on; the function takes that back. */
  register(worker: number, handler: ConnectionHandler): () => void
  /** Makes the file in which a worker of so many threads notes the requests that it begins. */
  begunFile(worker: number, threads: number): string
  /** Makes the directory and the socket belong to another user, who will run server and workers. */
  giveTo(uid: number, gid: number): void
  /** Closes every connection and removes socket and directory. */
  close(): void
}

/**
 * Opens the channel in a directory of its own of mode 0700.
 * Throws {@link UserError} where the temporary folder does not allow it.
 * @param refused hears of a connection that was turned away, and why
 */
export async function openChannel(refused: (reason: string) => void): Promise<Channel> {
  const directory = makeDirectory()
  chmodSync(directory, 0o700)
  const path = join(directory, 'channel')
  const secret = randomBytes(16).toString('hex')
  const handlers = new Map<number, ConnectionHandler>()
  const sockets = new Set<Socket>()

  const server = createServer(socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    greet(socket, secret, handlers, refused)
  })
  try {
    if (!fitsSocket(path)) throw new Error('its name is too long')
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, () => resolve())
    })
  } catch (cause) {
    rmSync(directory, { recursive: true, force: true })
    throw unusable(cause)
  }
  return {
    path,
    secret,
    register(worker, handler) {
      handlers.set(worker, handler)
      return () => handlers.delete(worker)
    },
    begunFile(worker, threads) {
      const file = join(directory, `begun-${worker}`)
      writeFileSync(file, Buffer.alloc(4 * threads))
      return file
    },
    giveTo(uid, gid) {
      for (const owned of [directory, path]) chownSync(owned, uid, gid)
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function makeDirectory(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'modwsgi-dev-'))
  } catch (cause) {
    throw unusable(cause)
  }
}

function unusable(cause: unknown): UserError {
  const reason = (cause as Error).message
  return new UserError(`TMPDIR ${tmpdir()} cannot hold a socket: ${reason}`, 2, { cause })
}

function greet(
  socket: Socket,
  secret: string,
  handlers: ReadonlyMap<number, ConnectionHandler>,
  refused: (reason: string) => void,
): void {
  let received: Buffer = Buffer.alloc(0)
  const onError = () => socket.destroy()
  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    try {
      const first = firstFrame(received)
      if (!first) return
      socket.off('data', onData)
      socket.off('error', onError)
      if (first.type !== frameType.hello) throw new ProtocolError('the first frame is not HELLO')
      accept(decodeJson(first.payload), secret, handlers, socket, first.rest)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      refused(error.message)
      socket.on('error', onError)
      socket.destroy()
    }
  }
  socket.on('error', onError)
  socket.on('data', onData)
}

function firstFrame(bytes: Buffer): { type: number; payload: Buffer; rest: Buffer } | null {
  let first: { type: number; payload: Buffer } | null = null
  new FrameReader().push(bytes, (type, payload) => {
    first ??= { type, payload }
  })
  // TypeScript does not see that the callback has run.
  const found = first as { type: number; payload: Buffer } | null
  return found && { ...found, rest: bytes.subarray(headerSize + found.payload.length) }
}

function accept(
  hello: Record<string, unknown>,
  secret: string,
  handlers: ReadonlyMap<number, ConnectionHandler>,
  socket: Socket,
  rest: Buffer,
): void {
  if (hello['version'] !== protocolVersion) {
    throw new ProtocolError(
      `a worker speaks version ${hello['version']} of the protocol, this is version ${protocolVersion}`,
    )
  }
  if (hello['secret'] !== secret) throw new ProtocolError('a connection names a wrong secret')
  const worker = Number(hello['worker'])
  const handler = handlers.get(worker)
  const role = hello['role'] as Hello['role']
  const thread = Number(hello['thread'] ?? 0)
  const own =
    role === 'control'
      ? { python: String(hello['python']), stacks: Number(hello['stacks'] ?? 0) }
      : {}
  const accepted = handler?.({ role, worker, thread, ...own }, socket, rest)
  // A worker that is not wanted any more (killed while it was starting) may still knock.
  if (!accepted) socket.destroy()
}
