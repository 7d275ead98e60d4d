import { describe, expect, test } from 'vitest'
import { type LimitLook, watchFailure } from '../../src/watch/watch-failure.js'

const limits: Record<string, number> = {
  'fs.inotify.max_user_watches': 8192,
  'fs.inotify.max_user_instances': 128,
  'user.max_inotify_watches': 8192,
}
const linux: LimitLook = {
  sysctl: name => limits[name] ?? null,
  canOpen: () => true,
  mostFiles: () => 1024,
}
const withoutFiles = { ...linux, canOpen: () => false }
const container: LimitLook = {
  ...linux,
  sysctl: name => (name.startsWith('user.') ? 40 : linux.sysctl(name)),
}
const macOS: LimitLook = { sysctl: () => null, canOpen: () => true, mostFiles: () => null }

describe('watchFailure()', () => {
  test.each([
    ['ENOSPC', linux, 'fs.inotify.max_user_watches', 8192],
    ['ENOSPC', container, 'user.max_inotify_watches', 40],
    ['EMFILE', container, 'user.max_inotify_instances', 40],
    ['EMFILE', linux, 'fs.inotify.max_user_instances', 128],
    ['EMFILE', withoutFiles, 'ulimit -n', 1024],
    ['EMFILE', macOS, 'ulimit -n', null],
    ['EBADF', macOS, 'ulimit -n', null],
    ['ENFILE', linux, 'fs.file-max', null],
  ])('%s is a limit', (code, look, limit, value) => {
    const error = Object.assign(new Error(code), { code })
    expect(watchFailure(error, look)).toEqual({ why: 'limit', limit, value })
  })

  test('anything else has its own words', () => {
    const error = Object.assign(new Error('EIO: i/o error, watch'), { code: 'EIO' })
    expect(watchFailure(error, linux)).toEqual({ why: 'failed', reason: 'EIO: i/o error, watch' })
  })
})
