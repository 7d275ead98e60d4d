import { expect, test } from 'vitest'
import { describePolling } from '../../src/logging/describe-polling.js'
import type { PollingCause } from '../../src/logging/events.js'

const rows: [PollingCause, string][] = [
  [
    { why: 'asked', variable: 'CHOKIDAR_USEPOLLING=1' },
    'files are polled for changes (CHOKIDAR_USEPOLLING=1)',
  ],
  [
    { why: 'limit', limit: 'fs.inotify.max_user_watches', value: 8192 },
    'no more files can be watched, the limit fs.inotify.max_user_watches of 8192 is reached: files are polled for changes from now on; events come again after `sysctl fs.inotify.max_user_watches=524288` and a new start',
  ],
  // More than there are now.
  [
    { why: 'limit', limit: 'fs.inotify.max_user_watches', value: 524_288 },
    'no more files can be watched, the limit fs.inotify.max_user_watches of 524288 is reached: files are polled for changes from now on; events come again after `sysctl fs.inotify.max_user_watches=1048576` and a new start',
  ],
  [
    { why: 'limit', limit: 'ulimit -n', value: null },
    'no more files can be watched, the limit ulimit -n is reached: files are polled for changes from now on; events come again after `ulimit -n 65536` and a new start',
  ],
  [
    { why: 'limit', limit: 'fs.file-max', value: null },
    'no more files can be watched, the limit fs.file-max is reached: files are polled for changes from now on',
  ],
  [
    { why: 'failed', reason: 'EIO: i/o error, watch' },
    'files cannot be watched (EIO: i/o error, watch), and are polled for changes from now on',
  ],
  [
    { why: 'mount', point: '/mnt/c', type: '9p' },
    'files below /mnt/c are polled for changes: its file system (9p) does not tell of all',
  ],
  [
    { why: 'missed', file: '/srv/a.py', mount: { point: '/srv', type: 'ext4' } },
    '/srv/a.py has changed and the system did not tell: files below /srv (ext4) are polled for changes from now on',
  ],
  [
    { why: 'missed', file: '/srv/a.py', mount: null },
    '/srv/a.py has changed and the system did not tell: files are polled for changes from now on',
  ],
]

test.each(rows)('describePolling() of %j', (cause, text) => {
  expect(describePolling(cause)).toEqual({ level: 'warn', text })
})
