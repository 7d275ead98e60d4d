/**
 * The Unix socket that workers connect to. It reads the HELLO of each new connection, checks version
 * and secret, and hands the connection to the worker that it belongs to. See docs/protocol.md.
 */

import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../base/errors.js'
import { fitsSocket } from '../base/socket-path.js'
import { BegunFile } from './begun-file.js'
import { channelPrefix, noteOwner } from './left-behind.js'
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
  readonly role: 'control' | 'intake' | 'thread' | 'lifeline' | 'template'
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
  /** Path of the socket, for workers that start now. */
  readonly path: string
  /** What a worker has to name in HELLO. */
  readonly secret: string
  /** Connections are handed to this worker from now on; the function takes that back. */
  register(worker: number, handler: ConnectionHandler): () => void
  /**
   * Opens another socket in a directory of its own where the present one was removed, as programs that clear the
   * temporary folder do. Connections that are open do not need it.
   */
  restore(): void
  /** Makes the file in which a worker of so many threads notes the requests that it begins; throws if it cannot. */
  begunFile(worker: number, threads: number): BegunFile
  /** Makes the directory and the socket belong to another user, who will run server and workers. */
  giveTo(uid: number, gid: number): void
  /** Lets processes of all users connect; who does not name the secret is turned away. */
  openToAll(): void
  /** Closes every connection and removes socket and directory. */
  close(): void
}

/** A socket that workers connect to, in a directory that only its user can enter. */
interface Place {
  readonly directory: string
  readonly path: string
  /** Tells this socket from whatever may be found under its name later. */
  readonly inode: number
  readonly server: Server
}

/**
 * Opens the channel in a directory of its own of mode 0700.
 * Throws {@link UserError} where the temporary folder does not allow it.
 * @param refused hears of a connection that was turned away, and why
 */
export async function openChannel(refused: (reason: string) => void): Promise<Channel> {
  const secret = randomBytes(16).toString('hex')
  const handlers = new Map<number, ConnectionHandler>()
  const sockets = new Set<Socket>()
  const receive = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    greet(socket, secret, handlers, refused)
  }
  let place = await firstPlace(receive)
  let forAll = false
  // Those before stay open: a worker may be about to be accepted there.
  const places: Place[] = []
  const use = (another: Place) => {
    // Without a descriptor for it a connection is lost, and its worker with it; another one takes its place.
    another.server.on('error', error => refused(error.message))
    places.push(another)
    place = another
  }
  use(place)
  return {
    get path() {
      return place.path
    },
    secret,
    register(worker, handler) {
      handlers.set(worker, handler)
      return () => handlers.delete(worker)
    },
    restore() {
      if (isThere(place)) return
      const another = anotherPlace(receive)
      if (another === null) return
      use(another)
      if (forAll) openPlaceToAll(another)
    },
    begunFile(worker, threads) {
      return new BegunFile(join(place.directory, `begun-${worker}`), threads)
    },
    giveTo(uid, gid) {
      for (const owned of [place.directory, place.path]) chownSync(owned, uid, gid)
    },
    openToAll() {
      forAll = true
      openPlaceToAll(place)
    },
    close() {
      for (const { server } of places) server.close()
      for (const socket of sockets) socket.destroy()
      for (const { directory } of places) rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function firstPlace(receive: (socket: Socket) => void): Promise<Place> {
  try {
    const { place, opened } = openPlace(tmpdir(), receive)
    await opened
    return place
  } catch (cause) {
    throw unusable(cause)
  }
}

/** Null where none can be opened. The temporary folder may be gone as a whole; the one of the system never is. */
function anotherPlace(receive: (socket: Socket) => void): Place | null {
  for (const folder of [tmpdir(), '/tmp']) {
    try {
      const { place, opened } = openPlace(folder, receive)
      opened.catch(() => {})
      if (place.server.listening) return place
    } catch {
      // The next one.
    }
  }
  return null
}

/** Node binds the socket before it returns; `opened` rejects when that has failed, and nothing is left then. */
function openPlace(
  folder: string,
  receive: (socket: Socket) => void,
): { place: Place; opened: Promise<void> } {
  const directory = mkdtempSync(join(folder, channelPrefix))
  chmodSync(directory, 0o700)
  noteOwner(directory)
  const path = join(directory, 'channel')
  const server = createServer(receive)
  const opened = new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
    if (!fitsSocket(path)) reject(new Error('its name is too long'))
    else server.listen(path)
  })
  if (!server.listening) rmSync(directory, { recursive: true })
  const inode = server.listening ? lstatSync(path).ino : 0
  return { place: { directory, path, inode, server }, opened }
}

function openPlaceToAll({ directory, path }: Place): void {
  chmodSync(directory, 0o711)
  chmodSync(path, 0o777)
}

function isThere({ path, inode }: Place): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.ino === inode
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

/** What follows is not looked at: it is for whoever takes the connection, mistakes included. */
function firstFrame(bytes: Buffer): { type: number; payload: Buffer; rest: Buffer } | null {
  const size = bytes.length < headerSize ? headerSize : headerSize + bytes.readUInt32BE(1)
  let first: { type: number; payload: Buffer } | null = null
  new FrameReader().push(bytes.subarray(0, size), (type, payload) => {
    first = { type, payload }
  })
  // TypeScript does not see that the callback has run.
  const found = first as { type: number; payload: Buffer } | null
  return found && { ...found, rest: bytes.subarray(size) }
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
