import type { Stats } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { grantOf, isGranted } from '../../src/static/grants.js'

const stats = {} as Stats
const file = (filename: string, pathInfo = '') => ({
  type: 'file' as const,
  stats,
  filename,
  pathInfo,
  directory: filename.slice(0, filename.lastIndexOf('/') + 1),
})
const missing = (filename: string) => ({
  type: 'missing' as const,
  filename,
  pathInfo: '',
  directory: filename.slice(0, filename.lastIndexOf('/') + 1),
})

describe('isGranted()', () => {
  const tree = [grantOf('/srv/st', false)]
  const single = [grantOf('/srv/favicon.ico', true)]
  const nowhere = [grantOf('/srv/nowhere', false)]

  const rows: [
    title: string,
    grants: typeof tree,
    found: Parameters<typeof isGranted>[1],
    granted: boolean,
  ][] = [
    ['a file in a granted directory', tree, file('/srv/st/a'), true],
    ['a missing name in a granted directory', tree, missing('/srv/st/a'), true],
    ['a neighbour whose name starts alike', tree, file('/srv/stuff'), false],
    ['a granted file', single, file('/srv/favicon.ico'), true],
    ['a granted file with more behind it', single, file('/srv/favicon.ico', '/x'), true],
    ['another file beside a granted one', single, file('/srv/other.ico'), false],
    ['one whose name ends alike', single, file('/srv/my-favicon.ico'), false],
    ['a target that was missing and still is', nowhere, missing('/srv/nowhere'), false],
    ['a target that has become a file since', nowhere, file('/srv/nowhere'), true],
    ['such a file with more behind it', nowhere, file('/srv/nowhere', '/x'), false],
  ]
  test.each(rows)('%s: %#', (_title, grants, found, granted) => {
    expect(isGranted(grants, found)).toBe(granted)
  })
})
