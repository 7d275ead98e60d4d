import type { Stats } from 'node:fs'
import { expect, test } from 'vitest'
import {
  accessPath,
  directoryPath,
  indexPath,
} from '../../../src/front/access-control/access-path.js'
import type { Resolution } from '../../../src/static/resolution.js'

const file = (path: string): Resolution => ({ kind: 'file', file: { path, stats: {} as Stats } })
const gone = (filename: string | null): Resolution => ({ kind: 'refused', status: 404, filename })

test.each([
  ['/st/a.txt', file('/srv/st/a.txt'), '/st/a.txt', '', '/srv/st/a.txt'],
  ['/st/nope/b/c', gone('/srv/st/nope'), '/st/nope', '/b/c', '/srv/st/nope'],
  ['/st/nope', gone('/srv/st/nope'), '/st/nope', '', '/srv/st/nope'],
  ['/st/', gone(null), '/st/', '', '/st/'],
  [
    '/a/b',
    { kind: 'application', scriptFilename: '/srv/a', scriptName: '/a', pathInfo: '/b' } as const,
    '/a',
    '/b',
    '/srv/a',
  ],
  [
    '/dir',
    {
      kind: 'redirect',
      location: '/dir/',
      directory: '/srv/dir/',
      forApplication: false,
    } as const,
    '/dir',
    '',
    '/srv/dir/',
  ],
])('accessPath() splits %s as Apache does', (path, resolution, scriptName, pathInfo, filename) => {
  expect(accessPath(path, resolution)).toEqual({ filename, scriptName, pathInfo })
})

test('indexPath() is the path of the file that answers for a directory', () => {
  const index = indexPath('/st/', file('/srv/st/index.html'))!
  expect(index.scriptName).toBe('/st/index.html')
  expect(directoryPath('/st/', index)).toEqual({
    filename: '/srv/st/',
    scriptName: '/st/',
    pathInfo: '',
  })
  expect(indexPath('/st/index.html', file('/srv/st/index.html'))).toBeNull()
  expect(indexPath('/st/', gone(null))).toBeNull()
})
