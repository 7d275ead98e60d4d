/** Accounts of the machine that processes run as. */

/** Who a process runs as. */
export interface Account {
  readonly user: string
  readonly uid: number
  readonly gid: number
}

/** Takes the groups and the user of an account, irrevocably. Nothing happens in a process that is not root's. */
export function takeAccount({ uid, gid }: Account): void {
  if (process.getuid?.() !== 0) return
  takeGroups(uid, gid)
  process.setgid?.(gid)
  process.setuid?.(uid)
}

/** The groups that the user is in; that of the account alone for a number without a name. */
function takeGroups(uid: number, gid: number): void {
  // The type definitions of Node leave it out.
  const { initgroups } = process as { initgroups?: (user: number, group: number) => void }
  try {
    initgroups?.(uid, gid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_CREDENTIAL') throw error
    process.setgroups?.([gid])
  }
}
