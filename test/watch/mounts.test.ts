import { describe, expect, test } from 'vitest'
import { mountOf, parseMounts, tellsChanges } from '../../src/watch/mounts.js'

/** Of a container of Docker Desktop, of WSL 2 and of a machine with a share, in the words of the kernel. */
const mountinfo = String.raw`
1045 934 0:205 / / rw,relatime master:331 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B,upperdir=/var/lib/docker/overlay2/c/diff
1052 1045 0:210 / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=65536k
1060 1045 0:48 /host_mnt/Users/ann/site /srv/site rw,nosuid,nodev,relatime - fakeowner /run/host_mark/Users rw,fakeowner
1061 1045 0:49 / /srv/site-packages rw,relatime - virtiofs virtiofs0 rw
79 62 0:56 / /mnt/c rw,noatime - 9p C:\134 rw,dirsync,aname=drvfs;path=C:\;uid=1000;gid=1000;symlinkroot=/mnt/,cache=5,access=client
90 62 0:60 / /media/my\040disk rw,relatime shared:33 master:2 propagate_from:1 - nfs4 server:/export rw,vers=4.2
91 62 8:17 / /media/my\040disk/inner rw,relatime - ext4 /dev/sdb1 rw
92 62 0:61 / /home/ann/odd\134name\011x rw - fuse.sshfs ann@far:/ rw
93 62 0:62 / /over rw - nfs server:/x rw
94 93 0:63 / /over rw - ext4 /dev/sdc1 rw
`

const typeAt = (path: string) => mountOf(path, parseMounts(mountinfo))?.type

describe('mountOf()', () => {
  test.each([
    ['/srv/site/mysite/settings.py', 'fakeowner'],
    ['/srv/site', 'fakeowner'],
    ['/srv/site-packages/django/apps', 'virtiofs'],
    ['/srv/sites/other', 'overlay'],
    ['/opt/venv/lib', 'overlay'],
    ['/dev/shm/x', 'tmpfs'],
    ['/mnt/c/Users/ann/site', '9p'],
    ['/mnt/cc', 'overlay'],
    ['/media/my disk/site', 'nfs4'],
    ['/media/my disk/inner/site', 'ext4'],
    ['/home/ann/odd\\name\tx/site', 'fuse.sshfs'],
    // The later of two covers the first.
    ['/over/site', 'ext4'],
  ])('%j lies on %s', (path, type) => {
    expect(typeAt(path)).toBe(type)
  })

  test('is null where nothing is known of mounts', () => {
    expect(mountOf('/srv/site', parseMounts(''))).toBeNull()
    expect(mountOf('/srv/site', parseMounts('no mounts at all\n'))).toBeNull()
  })
})

describe('tellsChanges()', () => {
  test.each([
    ...[
      'ext4',
      'btrfs',
      'xfs',
      'overlay',
      'tmpfs',
      'fuseblk',
      'fuse.fuse-overlayfs',
      'zfs',
      'apfs',
    ],
    ...['9pfs', 'nfsd', 'fusectl'],
  ])('%s does', type => {
    expect(tellsChanges(type)).toBe(true)
  })

  test.each([
    ...[
      '9p',
      'virtiofs',
      'nfs',
      'nfs4',
      'cifs',
      'smb3',
      'drvfs',
      'fuse',
      'fuse.sshfs',
      'fuse.rclone',
    ],
    ...['vboxsf', 'prl_fs', 'osxfs', 'grpcfuse', 'fuse.grpcfuse', 'fakeowner', 'fuse.osxfs'],
  ])('%s does not', type => {
    expect(tellsChanges(type)).toBe(false)
  })
})
