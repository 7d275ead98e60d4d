/**
 * What is known of the server of a server root while it runs. The pid file alone cannot tell whether its number still is
 * that of the server, so a record beside it also says when the process was started.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { processCommand, processStart } from '../base/process-start.js'
import { readPid } from './pid-file.js'
import { serverRootFiles } from './server-root.js'

/** A server with the files of set-up in its server root. */
export interface RunRecord {
  readonly pid: number
  /** See {@link processStart}. */
  readonly start: string | null
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly port: number
  /** It was not sent to the background: whoever started it waits for its end. */
  readonly foreground: boolean
  /** It has a terminal, so that SIGWINCH says nothing to it. */
  readonly onTerminal: boolean
  /** A digest of the settings that it was started with; null: not those of the server root. */
  readonly settings: string | null
}

/** What was found out about a server. */
export type ServerState =
  /** `record` is null where somebody has removed it. */
  | { readonly kind: 'running'; readonly pid: number; readonly record: RunRecord | null }
  | { readonly kind: 'stopped'; readonly stale: StalePid | null }

/** A pid file that a server has left behind. */
export interface StalePid {
  readonly pid: number
  /** Another process has the number now. */
  readonly taken: boolean
}

/** Looks for the server of a server root. */
export function findServer(serverRoot: string, pidFile: string): ServerState {
  const record = readRecord(join(serverRoot, serverRootFiles.running))
  if (record !== null && isAlive(record)) return { kind: 'running', pid: record.pid, record }
  const pid = readPid(pidFile)
  if (pid === null) return { kind: 'stopped', stale: null }
  if (record === null && processCommand(pid).includes(` control-server ${serverRoot} `))
    return { kind: 'running', pid, record: null }
  return { kind: 'stopped', stale: { pid, taken: processStart(pid) !== null } }
}

/** Writes that this process is the server. */
export function writeRecord(serverRoot: string, record: Omit<RunRecord, 'pid' | 'start'>): void {
  const { pid } = process
  const path = join(serverRoot, serverRootFiles.running)
  const text = JSON.stringify({ pid, start: processStart(pid), ...record })
  rmSync(path, { force: true })
  writeFileSync(path, `${text}\n`, { flag: 'wx', mode: 0o644 })
}

/** Takes the record of this process away; where it may not, the record says nothing any more when it has ended. */
export function removeRecord(serverRoot: string): void {
  const path = join(serverRoot, serverRootFiles.running)
  if (readRecord(path)?.pid !== process.pid) return
  try {
    rmSync(path)
  } catch {
    // The user that we became may not.
  }
}

/** Whether the process that was recorded still runs. */
function isAlive({ pid, start }: Pick<RunRecord, 'pid' | 'start'>): boolean {
  const present = processStart(pid)
  return present !== null && present === start
}

function readRecord(path: string): RunRecord | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunRecord
  } catch {
    return null
  }
}
