/**
 * The socket on which a server takes requests of its user: one line of JSON, and one as the answer. No client can
 * hold anything up: each has so much time and so many bytes for its line, and so much time to take the answer.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { UserError } from '../base/errors.js'
import { fitsSocket } from '../base/socket-path.js'
import { type ControlRequest, readControlRequest } from '../settings/control-commands.js'
import { type Answer, refusal } from './answers.js'
import { prepareRunFolder } from './run-folder.js'
import {
  livingServers,
  readRecords,
  recordFile,
  type ServerFacts,
  socketFile,
  writeRecord,
} from './server-record.js'

export interface ControlSocketOptions {
  /** Where it may lie, best first. */
  readonly folders: readonly string[]
  readonly uid: number
  readonly facts: ServerFacts
  readonly answer: (request: ControlRequest) => Promise<Answer>
  /** Milliseconds for a client to send its line, and to take the answer. */
  readonly patience?: number
}

export interface ControlSocket {
  /** Takes no more requests. Those who wait for the end of the server notice it when the process ends. */
  close(): void
}

/** Longest line in bytes; the longest that means anything has fewer than 100. */
const longestLine = 4096
const usualPatience = 10_000
/** Connections at a time; those above it are closed at once. */
const mostConnections = 64

/** Throws with a reason when none of the folders can hold the socket. */
export async function openControlSocket(options: ControlSocketOptions): Promise<ControlSocket> {
  const reasons: string[] = []
  for (const folder of options.folders) {
    try {
      return await openIn(folder, options)
    } catch (error) {
      reasons.push((error as Error).message)
    }
  }
  throw new Error(reasons.join('; '))
}

async function openIn(folder: string, options: ControlSocketOptions): Promise<ControlSocket> {
  const { uid, facts } = options
  // Not named for the server: there may be two with one server root, and the name of a port fits no path.
  const name = randomBytes(6).toString('hex')
  const path = socketFile(folder, name)
  if (!fitsSocket(path)) throw new Error(`${folder} is too long for a socket`)
  prepareRunFolder(folder, uid)
  await livingServers(readRecords(folder))
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    void serve(socket, options)
  })
  server.maxConnections = mostConnections
  await listen(server, path)
  chmodSync(path, 0o600)
  writeRecord(folder, name, facts)
  return {
    close() {
      // A server that has given up root cannot: the next one, or the next client, does.
      for (const file of [recordFile(folder, name), path]) removeIfAllowed(file)
      server.close()
      for (const socket of sockets) socket.unref()
    },
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      // No descriptor is left for a client: he is told by the end of his connection.
      server.on('error', () => {})
      resolve()
    })
  })
}

function removeIfAllowed(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // See close().
  }
}

async function serve(
  socket: Socket,
  { answer, patience = usualPatience }: ControlSocketOptions,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  const stopWaiting = endAfter(patience, socket)
  const line = await readLine(socket)
  stopWaiting()
  if (line === null) return void socket.destroy()
  const { request, error } = parse(line)
  const given = request === null ? refusal(error) : await answer(request)
  const text = `${JSON.stringify(given)}\n`
  if (request?.command === 'stop' && given.ok) return void socket.write(text)
  const stopHurrying = endAfter(patience, socket)
  socket.once('close', stopHurrying)
  socket.end(text)
}

/** Ends the connection when its time is over; the function takes that back. */
function endAfter(patience: number, socket: Socket): () => void {
  const timer = setTimeout(() => socket.destroy(), patience)
  // The server may end before.
  timer.unref()
  return () => clearTimeout(timer)
}

/** The first line, or what came instead of one; null: nothing came. What follows is read and dropped. */
function readLine(socket: Socket): Promise<Buffer | null> {
  return new Promise(resolve => {
    let received: Buffer = Buffer.alloc(0)
    const onData = (piece: Buffer) => {
      received = Buffer.concat([received, piece.subarray(0, longestLine + 1)])
      const end = received.indexOf('\n')
      if (end >= 0) finish(received.subarray(0, end))
      else if (received.length > longestLine) finish(received)
    }
    const finish = (line: Buffer | null) => {
      socket.off('data', onData)
      socket.resume()
      resolve(line)
    }
    socket.on('data', onData)
    socket.once('end', () => finish(received.length === 0 ? null : received))
    socket.once('close', () => resolve(null))
  })
}

function parse(
  line: Buffer,
): { request: ControlRequest; error: null } | { request: null; error: string } {
  try {
    if (line.length > longestLine) throw new UserError(`a request has at most ${longestLine} bytes`)
    return { request: readControlRequest(readJson(line.toString('utf8'))), error: null }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { request: null, error: error.message }
  }
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new UserError('a request is one line of JSON, as {"command":"status"}', 2, { cause })
  }
}
