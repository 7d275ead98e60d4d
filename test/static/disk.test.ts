import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Disk, type Found } from '../../src/static/disk.js'
import { temporaryFolder } from './served-site.js'

function tree(): string {
  const folder = temporaryFolder({ 'a.txt': 'a', 'sub/deep/b.txt': 'b' })
  symlinkSync('a.txt', join(folder, 'link'))
  symlinkSync('sub', join(folder, 'dirlink'))
  symlinkSync('nothing', join(folder, 'dangling'))
  symlinkSync('loop', join(folder, 'loop'))
  execFileSync('mkfifo', [join(folder, 'fifo')])
  return folder
}

/** What was found, without the folder: `file a.txt + /x in /`. */
function summary(found: Found, folder: string): string {
  if (found.type === 'denied') return 'denied'
  const relative = (path: string) => path.slice(folder.length)
  return `${found.type} ${relative(found.filename)} + ${found.pathInfo} in ${relative(found.directory)}`
}

const long = 'x'.repeat(256)

const rows: [path: string, found: string][] = [
  ['/', 'directory / +  in /'],
  ['/a.txt', 'file /a.txt +  in /'],
  ['/a.txt/', 'file /a.txt + / in /'],
  ['/a.txt/x/y', 'file /a.txt + /x/y in /'],
  ['/sub', 'directory /sub +  in /sub/'],
  ['/sub/', 'directory /sub/ +  in /sub/'],
  ['/sub/deep/b.txt', 'file /sub/deep/b.txt +  in /sub/deep/'],
  ['/sub/deep/b.txt/x', 'file /sub/deep/b.txt + /x in /sub/deep/'],
  ['/nope', 'missing /nope +  in /'],
  ['/nope/', 'missing /nope + / in /'],
  ['/nope/x/y', 'missing /nope + /x/y in /'],
  ['/sub/nope', 'missing /sub/nope +  in /sub/'],
  ['/sub/nope/x', 'missing /sub/nope + /x in /sub/'],
  ['/sub/deep/nope/x/', 'missing /sub/deep/nope + /x/ in /sub/deep/'],
  ['/link', 'file /link +  in /'],
  ['/dirlink/deep/b.txt', 'file /dirlink/deep/b.txt +  in /dirlink/deep/'],
  ['/dirlink', 'directory /dirlink +  in /dirlink/'],
  ['/dangling', 'denied'],
  ['/dangling/x', 'denied'],
  ['/loop', 'denied'],
  ['/loop/x', 'denied'],
  ['/fifo', 'special /fifo +  in /'],
  ['/fifo/', 'denied'],
  ['/fifo/x', 'denied'],
  [`/${long}`, 'denied'],
  [`/${long}/x`, 'denied'],
  [`/sub/${long}`, 'denied'],
  [`/nope/${long}`, `missing /nope + /${long} in /`],
  [`/a.txt/${long}`, `file /a.txt + /${long} in /`],
  ['/sub'.repeat(1100), 'denied'],
]

describe('Disk.find()', () => {
  test('finds the same from a known directory and from the root', () => {
    const folder = tree()
    const disk = new Disk()
    const found = rows.map(([path]) => [
      path,
      summary(disk.find(folder + path, folder.length + 1), folder),
      summary(disk.find(folder + path, 1), folder),
    ])
    expect(found).toEqual(rows.map(([path, expected]) => [path, expected, expected]))
  })

  test('takes presumed directories for real ones', () => {
    const folder = tree()
    const disk = new Disk([`${folder}/app`, `${folder}/app/inner`, `${folder}/sub`])
    const find = (path: string) => summary(disk.find(folder + path, folder.length + 1), folder)
    expect(find('/app')).toBe('directory /app +  in /app/')
    expect(find('/app/inner/')).toBe('directory /app/inner/ +  in /app/inner/')
    expect(find('/app/inner/x/y')).toBe('missing /app/inner/x + /y in /app/inner/')
    expect(find('/app/x')).toBe('missing /app/x +  in /app/')
    expect(find('/sub/deep/b.txt')).toBe('file /sub/deep/b.txt +  in /sub/deep/')
    expect(find('/apple')).toBe('missing /apple +  in /')
  })

  test('finds the deepest directory above a name that is missing from the root on', () => {
    const folder = tree()
    const found = new Disk().find(`${folder}/sub/no/where/x`, 1)
    expect(summary(found, folder)).toBe('missing /sub/no + /where/x in /sub/')
  })
})
