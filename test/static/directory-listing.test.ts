import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { DirectoryEntry } from '../../src/static/directory-entries.js'
import { listDirectory, listingPage, sizeText } from '../../src/static/directory-listing.js'
import { parseListingQuery } from '../../src/static/listing-query.js'
import { temporaryFolder } from './served-site.js'

const then = new Date(2020, 1, 3, 4, 5)

const page = (urlPath: string, names: readonly string[], query = '') =>
  listingPage(
    urlPath,
    names.map((name): DirectoryEntry => {
      return { name, size: name.endsWith('/') ? -1 : 1500, modified: then }
    }),
    parseListingQuery(query),
  )

describe('listingPage()', () => {
  test('is what Apache writes', () => {
    expect(page('/sub/', [`a b&<"'>.txt`, 'co:lon', 'deep/'])).toBe(
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

  test('has columns of text for F=1, with links that order them', () => {
    const long = `${'l'.repeat(20)}&ong`
    expect(page('/sub/', ['deep/', long], 'C=S;F=1')).toContain(`<h1>Index of /sub</h1>
<pre>      <a href="?C=N;O=A;F=1">Name</a>                    <a href="?C=M;O=A;F=1">Last modified</a>      <a href="?C=S;O=D;F=1">Size</a>  <a href="?C=D;O=A;F=1">Description</a><hr>      <a href="/">Parent Directory</a>                             -   
      <a href="deep/">deep/</a>                   2020-02-03 04:05    -   
      <a href="${long.replace('&', '&amp;')}">${'l'.repeat(20)}..&gt;</a> 2020-02-03 04:05  1.5K  
<hr></pre>
</body></html>`)
  })

  test('is a table for F=2', () => {
    expect(page('/', ['a'], 'F=2')).toContain(`<h1>Index of /</h1>
  <table>
   <tr><th valign="top">&nbsp;</th><th><a href="?C=N;O=D;F=2">Name</a></th><th><a href="?C=M;O=A;F=2">Last modified</a></th><th><a href="?C=S;O=A;F=2">Size</a></th><th><a href="?C=D;O=A;F=2">Description</a></th></tr>
   <tr><th colspan="5"><hr></th></tr>
<tr><td valign="top">&nbsp;</td><td><a href="a">a</a>                      </td><td align="right">2020-02-03 04:05  </td><td align="right">1.5K</td><td>&nbsp;</td></tr>
   <tr><th colspan="5"><hr></th></tr>
</table>
</body></html>`)
  })

  test('has no parent for the root, and the directory above for others', () => {
    expect(page('/', [])).toContain('<h1>Index of /</h1>\n<ul></ul>')
    expect(page('/a b/c/', [])).toContain('<a href="/a%20b/"> Parent Directory</a>')
  })

  test('shows the URL path as text', () => {
    expect(page('/<b>/', [])).toContain('<h1>Index of /&lt;b&gt;</h1>')
  })
})

test('sizeText() has four characters', () => {
  const cases: [number, string][] = [
    [-1, '  - '],
    [0, '  0 '],
    [972, '972 '],
    [973, '1.0K'],
    [1500, '1.5K'],
    [9999, '9.8K'],
    [10_200, ' 10K'],
    [996_147, '973K'],
    [1_048_576, '1.0M'],
    [2 ** 40, '1.0T'],
  ]
  for (const [bytes, text] of cases) expect([bytes, sizeText(bytes)]).toEqual([bytes, text])
})

describe('listDirectory()', () => {
  const list = (path: string, query = '') => {
    const indexNames = ['none', 'index.html']
    const directory = { path: `${path}/`, urlPath: '/', listed: true, indexNames }
    return listDirectory(directory, query)?.toString('latin1') ?? null
  }
  const namesOf = (text: string | null) =>
    [...text!.matchAll(/<a href="([^"?]*)"/g)].map(([, name]) => name)

  test('shows files and directories, hidden ones and links too, in the order of their bytes', () => {
    const folder = temporaryFolder({ b: '', A: '', '.hidden': '', 'sub/x': '', 'c.txt': '' })
    symlinkSync('sub', join(folder, 'dirlink'))
    symlinkSync('b', join(folder, 'link'))
    symlinkSync('nothing', join(folder, 'dangling'))
    execFileSync('mkfifo', [join(folder, 'fifo')])
    const names = ['.hidden', 'A', 'b', 'c.txt', 'dirlink/', 'link', 'sub/']
    expect(namesOf(list(folder))).toEqual(names)
    expect(namesOf(list(folder, 'O=D'))).toEqual(names.toReversed())
  })

  test('orders by size and time where they are shown', () => {
    const folder = temporaryFolder({ a: 'xxx', b: 'x', c: 'xx', 'd/x': '' })
    for (const [name, year] of Object.entries({ a: 2001, b: 2003, c: 2002, d: 2000 })) {
      utimesSync(join(folder, name), new Date(year, 0), new Date(year, 0))
    }
    expect(namesOf(list(folder, 'C=S;F=1'))).toEqual(['d/', 'b', 'c', 'a'])
    expect(namesOf(list(folder, 'C=M;F=2;O=D'))).toEqual(['b', 'c', 'a', 'd/'])
    expect(namesOf(list(folder, 'C=S'))).toEqual(['a', 'b', 'c', 'd/'])
    expect(namesOf(list(folder, 'C=D;F=1'))).toEqual(['a', 'b', 'c', 'd/'])
  })

  test('orders numbers in names for V=1', () => {
    const folder = temporaryFolder({ v10: '', v9: '' })
    expect(namesOf(list(folder, 'V=1'))).toEqual(['v9', 'v10'])
  })

  test('shows what matches', () => {
    const folder = temporaryFolder({ 'a.txt': '', 'b.txt': '', 'c.js': '', 'd.txt/x': '' })
    expect(namesOf(list(folder, 'P=*.txt'))).toEqual(['a.txt', 'b.txt', 'd.txt/'])
  })

  test('shows the time of what answers for a directory', () => {
    const folder = temporaryFolder({ 'sub/index.html': '' })
    utimesSync(join(folder, 'sub/index.html'), then, then)
    expect(list(folder, 'F=1')).toContain('2020-02-03 04:05')
  })

  test.skipIf(process.platform === 'darwin')('shows names that are not UTF-8', () => {
    const folder = temporaryFolder()
    mkdirSync(Buffer.from(`${folder}/\xff\xe9`, 'latin1'))
    expect(list(folder)).toContain('<a href="%ff%e9/"> \xff\xe9/</a>')
  })

  test('gives nothing for a directory that cannot be read', () => {
    expect(list(`${temporaryFolder()}/gone`)).toBeNull()
  })
})
