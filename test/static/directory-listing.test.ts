import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listDirectory, listingPage } from '../../src/static/directory-listing.js'
import { temporaryFolder } from './served-site.js'

describe('listingPage()', () => {
  test('is what Apache writes', () => {
    expect(listingPage('/sub/', [`a b&<"'>.txt`, 'co:lon', 'deep/'])).toBe(
      `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">
<html>
 <head>
  <title>Index of /sub</title>
 </head>
 <body>
<h1>Index of /sub</h1>
<ul><li><a href="/"> Parent Directory</a></li>
<li><a href="a%20b&amp;%3c%22'%3e.txt"> a b&amp;&lt;&quot;'&gt;.txt</a></li>
<li><a href="./co:lon"> co:lon</a></li>
<li><a href="deep/"> deep/</a></li>
</ul>
</body></html>
`,
    )
  })

  test('has no parent for the root, and the directory above for others', () => {
    expect(listingPage('/', [])).toContain('<h1>Index of /</h1>\n<ul></ul>')
    expect(listingPage('/a b/c/', [])).toContain('<a href="/a%20b/"> Parent Directory</a>')
  })

  test('shows the URL path as text', () => {
    expect(listingPage('/<b>/', [])).toContain('<h1>Index of /&lt;b&gt;</h1>')
  })
})

describe('listDirectory()', () => {
  test('shows files and directories, hidden ones and links too, in the order of their bytes', () => {
    const folder = temporaryFolder({ b: '', A: '', '.hidden': '', 'sub/x': '', 'c.txt': '' })
    symlinkSync('sub', join(folder, 'dirlink'))
    symlinkSync('b', join(folder, 'link'))
    symlinkSync('nothing', join(folder, 'dangling'))
    execFileSync('mkfifo', [join(folder, 'fifo')])
    const page = listDirectory({ path: `${folder}/`, urlPath: '/', listed: true })?.toString()
    const names = [...page!.matchAll(/<a href="([^"]*)"/g)].map(([, name]) => name)
    expect(names).toEqual(['.hidden', 'A', 'b', 'c.txt', 'dirlink/', 'link', 'sub/'])
  })

  test.skipIf(process.platform === 'darwin')('shows names that are not UTF-8', () => {
    const folder = temporaryFolder()
    mkdirSync(Buffer.from(`${folder}/\xff\xe9`, 'latin1'))
    const page = listDirectory({ path: `${folder}/`, urlPath: '/', listed: true })
    expect(page?.toString('latin1')).toContain('<a href="%ff%e9/"> \xff\xe9/</a>')
  })

  test('gives nothing for a directory that cannot be read', () => {
    const folder = temporaryFolder()
    expect(listDirectory({ path: `${folder}/gone/`, urlPath: '/', listed: true })).toBeNull()
  })
})
