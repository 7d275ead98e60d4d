/**
 * What a server writes beside its control socket, so that a client can tell which one it wants without asking each.
 */
import { readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** A server, as somebody knows it who has started it. */
export interface ServerFacts {
  readonly pid: number
  /** Without symbolic links, see {@link realFolder}. */
  readonly serverRoot: string
  /** `localhost` without --host. */
  readonly host: string
  readonly port: number
  readonly url: string
}

/** A server that has been found. */
export interface ServerRecord extends ServerFacts {
  /** Name of the machine: the folder may be one that several share. */
  readonly machine: string
  readonly socket: string
  /** The file that says so. */
  readonly file: string
}

export function recordFile(folder: string, name: string): string {
  return join(folder, `${name}.json`)
}

export function socketFile(folder: string, name: string): string {
  return join(folder, `${name}.sock`)
}

export function writeRecord(folder: string, name: string, facts: ServerFacts): void {
  const file = recordFile(folder, name)
  // Nobody may read half of it.
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...facts, machine: hostname() })}\n`, {
    mode: 0o600,
  })
  renameSync(`${file}.new`, file)
}

/** The records in a folder, also of servers that have gone; none where there is no folder. */
export function readRecords(folder: string): ServerRecord[] {
  let files: string[]
  try {
    files = readdirSync(folder)
  } catch {
    return []
  }
  return files
    .filter(file => file.endsWith('.json'))
    .map(file => readRecord(folder, basename(file, '.json')))
    .filter(record => record !== null)
}

function readRecord(folder: string, name: string): ServerRecord | null {
  const file = recordFile(folder, name)
  try {
    const facts = JSON.parse(readFileSync(file, 'utf8')) as ServerFacts & { machine: string }
    return { ...facts, socket: socketFile(folder, name), file }
  } catch {
    // It has gone meanwhile, or is none of ours.
    return null
  }
}

/** Those of the records whose servers live. What a killed one has left behind is removed. */
export async function livingServers(records: readonly ServerRecord[]): Promise<ServerRecord[]> {
  const states = await Promise.all(records.map(({ socket }) => tryConnection(socket)))
  records.forEach((record, index) => {
    if (states[index] === 'refused' && record.machine === hostname()) removeRecord(record)
  })
  return records.filter((_, index) => states[index] === 'taken')
}

/** The record goes first: a socket without one is found by nobody. */
function removeRecord({ file, socket }: ServerRecord): void {
  for (const path of [file, socket]) {
    try {
      rmSync(path, { force: true })
    } catch {
      // Somebody else's folder.
    }
  }
}

/**
 * Whether a process listens there. The kernel knows: it takes connections for one that is stopped, and refuses them
 * for one that has gone.
 */
function tryConnection(path: string): Promise<'taken' | 'refused' | 'unknown'> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve('taken')
    })
    socket.once('error', error => {
      const { code } = error as NodeJS.ErrnoException
      // Too many wait in line for it: it is there.
      if (code === 'EAGAIN') resolve('taken')
      else resolve(code === 'ECONNREFUSED' || code === 'ENOENT' ? 'refused' : 'unknown')
    })
  })
}

/** A folder without symbolic links, also when it is not there (any more). */
export function realFolder(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realFolder(parent), basename(path))
  }
}
