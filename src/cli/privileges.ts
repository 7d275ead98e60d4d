/**
 * `--user` and `--group`: a server that was started by root gives up root once the port is bound and the log
 * is open, for good and as a whole, so that files are served and workers run with that user's rights.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { UserError } from '../base/errors.js'

/** Who the server runs as. */
export interface Account {
  readonly user: string
  readonly uid: number
  readonly gid: number
}

/**
 * Looks up the account that the options name; null when there is nothing to give up: not started by root,
 * or neither option was given. Names, or numbers as `#33`.
 * Throws {@link UserError} for a user or group that does not exist.
 */
export function findAccount(
  user: string | null,
  group: string | null,
  startedBy: number,
): Account | null {
  if (startedBy !== 0 || (user === null && group === null)) return null
  const name = user ?? 'root'
  const uid = numberOf(name) ?? askId('-u', name, '--user')
  const gid = group === null ? askId('-g', name.replace(/^#/, ''), '--user') : groupNumber(group)
  return { user: name.replace(/^#/, ''), uid, gid }
}

/** The name of this process's user; a number as `#33` where it has no name, as often in containers. */
export function ownUser(): string {
  try {
    return userInfo().username
  } catch {
    return `#${process.getuid?.()}`
  }
}

/** The name of this process's group; a number as `#33` where it has no name. */
export function ownGroup(): string {
  const { gid } = userInfo()
  const lines = groupFile().split('\n')
  return lines.find(line => line.split(':')[2] === String(gid))?.split(':', 1)[0] ?? `#${gid}`
}

function groupFile(): string {
  try {
    return readFileSync('/etc/group', 'utf8')
  } catch {
    return ''
  }
}

/** Takes the groups and the user of an account, irrevocably. */
export function becomeAccount(account: Account): void {
  // The type definitions of Node leave it out.
  const { initgroups } = process as { initgroups?: (user: number, group: number) => void }
  initgroups?.(account.uid, account.gid)
  process.setgid?.(account.gid)
  process.setuid?.(account.uid)
}

/** `#33` as mod_wsgi writes numbers. */
function numberOf(name: string): number | null {
  const match = /^#(\d+)$/.exec(name)
  return match ? Number(match[1]) : null
}

function askId(flag: '-u' | '-g', name: string, option: string): number {
  try {
    return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }))
  } catch (cause) {
    throw new UserError(`${option} ${name}: there is no such user`, 2, { cause })
  }
}

function groupNumber(group: string): number {
  const number = numberOf(group)
  if (number !== null) return number
  try {
    const entry = execFileSync('getent', ['group', group], { encoding: 'utf8', stdio: 'pipe' })
    return Number(entry.split(':')[2])
  } catch (cause) {
    throw new UserError(`--group ${group}: there is no such group`, 2, { cause })
  }
}
