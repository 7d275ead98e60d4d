/**
 * `--user` and `--group`: a server that was started by root gives up root once the port is bound and the log
 * is open, for good and as a whole, so that files are served and workers run with that user's rights. Services may run
 * as somebody else (`--service-user`, `--service-group`).
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { type Account, takeAccount } from '../base/account.js'
import { UserError } from '../base/errors.js'
import type { Pair, Settings } from '../settings/settings.js'

/** The options that name an account, for messages. */
interface AccountOptions {
  readonly user: string
  readonly group: string
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
  options: AccountOptions = { user: '--user', group: '--group' },
): Account | null {
  if (startedBy !== 0 || (user === null && group === null)) return null
  const name = user ?? 'root'
  const uid = numberOf(name) ?? askId('-u', name, options.user)
  const gid = group === null ? ownGroupOf(name, options.user) : groupNumber(group, options.group)
  return { user: name.replace(/^#/, ''), uid, gid }
}

/**
 * The accounts of services that do not run as the server does, by name. Options for services that do not exist are
 * ignored, as all of them where root has not started the server.
 * Throws {@link UserError} for an account that does not exist, and for a service that is to run as root.
 */
export function findServiceAccounts(
  settings: Settings,
  server: Account | null,
  startedBy: number,
): Map<string, Account> {
  const accounts = settings.serviceScript.flatMap(([name]): [string, Account][] => {
    const user = lastFor(settings.serviceUser, name)
    const group = lastFor(settings.serviceGroup, name)
    if (user === null && group === null) return []
    const options = { user: `--service-user ${name}`, group: `--service-group ${name}` }
    const account = findAccount(user ?? settings.user, group ?? settings.group, startedBy, options)
    if (account === null || isSame(account, server)) return []
    if (user !== null && account.uid === 0)
      throw new UserError(`${options.user} ${user}: a service does not run as root`)
    return [[name, account]]
  })
  return new Map(accounts)
}

function lastFor(pairs: readonly Pair[], name: string): string | null {
  return pairs.findLast(([service]) => service === name)?.[1] ?? null
}

function isSame(one: Account, other: Account | null): boolean {
  return one.uid === other?.uid && one.gid === other.gid
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
  const gid = process.getgid?.()
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
  takeAccount(account)
}

/** `#33` as mod_wsgi writes numbers. */
function numberOf(name: string): number | null {
  const match = /^#(\d+)$/.exec(name)
  return match ? Number(match[1]) : null
}

/** That of a number without a name is the number itself. */
function ownGroupOf(user: string, option: string): number {
  const number = numberOf(user)
  try {
    return askId('-g', user.replace(/^#/, ''), option)
  } catch (error) {
    if (number === null) throw error
    return number
  }
}

function askId(flag: '-u' | '-g', name: string, option: string): number {
  if (flag === '-u') refuseNumber(name, option, 'user')
  try {
    return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }))
  } catch (cause) {
    throw new UserError(`${option} ${name}: there is no such user`, 2, { cause })
  }
}

/** Programs that look accounts up take a number for a name as well, which to the original is none. */
function refuseNumber(name: string, option: string, kind: 'user' | 'group'): void {
  if (!/^\d+$/.test(name)) return
  throw new UserError(`${option} ${name}: there is no such ${kind} (a number is written #${name})`)
}

function groupNumber(group: string, option: string): number {
  const number = numberOf(group)
  if (number !== null) return number
  refuseNumber(group, option, 'group')
  try {
    const entry = execFileSync('getent', ['group', group], { encoding: 'utf8', stdio: 'pipe' })
    return Number(entry.split(':')[2])
  } catch (cause) {
    throw new UserError(`${option} ${group}: there is no such group`, 2, { cause })
  }
}
