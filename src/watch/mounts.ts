/** Which file system a path lies on, by what Linux tells of its mounts. */
import { readFileSync } from 'node:fs'

export interface Mount {
  readonly point: string
  /** Type of the file system, such as `ext4` or `fuse.sshfs`. */
  readonly type: string
}

/**
 * The mounts of /proc/self/mountinfo (proc_pid_mountinfo(5)). Sample of a line:
 * `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`; there may be none or several words before the `-`.
 */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap(line => {
    const [before, after] = line.split(' - ', 2)
    const point = before?.split(' ')[4]
    const type = after?.split(' ')[0]
    return point && type ? [{ point: unescaped(point), type }] : []
  })
}

/** Blanks, tabs, line ends, backslashes and # are written in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}

/** The mount that a real path lies on: the longest; of two at the same place the later, which covers the other. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
  let found: Mount | null = null
  for (const mount of mounts) {
    const below = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`)
    if (below && mount.point.length >= (found?.point.length ?? 0)) found = mount
  }
  return found
}

/** The mounts as they are now; none where the system does not tell. */
export function readMounts(): readonly Mount[] {
  try {
    return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'))
  } catch {
    // macOS: its shared folders are mounted in the virtual machines, not here.
    return []
  }
}

/**
 * Other machines, or the host of a virtual one or of a container, write to these behind the back of the kernel, which
 * tells nothing then: network file systems, and the shared folders of WSL (9p, drvfs), Docker Desktop (virtiofs,
 * grpcfuse, osxfs, fakeowner), VirtualBox (vboxsf) and Parallels (prl_fs).
 */
const withoutEvents = new Set([
  ...['nfs', 'nfs4', 'cifs', 'smb3', 'smbfs', 'afs', 'ceph', 'ncpfs', 'lustre', 'glusterfs'],
  ...['9p', 'drvfs', 'virtiofs', 'grpcfuse', 'osxfs', 'fakeowner', 'vboxsf', 'prl_fs'],
])

/**
 * False where changes may go unseen. A program behind FUSE (sshfs, rclone and their kin) shows files that change
 * elsewhere. Two of them show what lies on this machine and is written through them, so that the kernel sees it:
 * disks with another format (`fuseblk`) and the layers of a container (`fuse-overlayfs`). The same holds for
 * `overlay` and `tmpfs`: all that a container writes goes through them.
 */
export function tellsChanges(type: string): boolean {
  if (type === 'fuse.fuse-overlayfs') return true
  return !withoutEvents.has(type) && type !== 'fuse' && !type.startsWith('fuse.')
}
