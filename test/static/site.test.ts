import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { openStaticSite, type Resolution, type StaticOptions } from '../../src/static/site.js'
import { optionsFor, resolveIn, temporaryFolder } from './served-site.js'

vi.mock('node:fs', async importOriginal => {
  const fs = await importOriginal<typeof import('node:fs')>()
  return { ...fs, lstatSync: vi.fn(fs.lstatSync) }
})

/** A resolution in a few words, file names without the folder. */
function summary(resolution: Resolution, folder: string): string {
  const relative = (path: string) => path.replace(folder, '')
  switch (resolution.kind) {
    case 'application': {
      const { scriptFilename, scriptName, pathInfo } = resolution
      return `application ${relative(scriptFilename)} = ${scriptName} + ${pathInfo}`
    }
    case 'handler':
      return `${resolution.exists ? '' : 'missing '}handler ${resolution.extension} ${resolution.scriptName} + ${resolution.pathInfo}`
    case 'script':
      return `${resolution.exists ? '' : 'missing '}script ${resolution.runs ? '' : 'that may not run '}${resolution.scriptName} + ${resolution.pathInfo}`
    case 'file':
      return `file ${relative(resolution.file.path)}`
    case 'redirect':
      return `redirect ${resolution.location}`
    case 'listing':
      return `${resolution.directory.listed ? 'listing' : 'no listing'} ${resolution.directory.urlPath}`
    default:
      return String(resolution.status)
  }
}

type Rows = [path: string, expected: string][]

function expectAll(options: StaticOptions, folder: string, rows: Rows): void {
  const site = openStaticSite(options)
  const got = rows.map(([path]) => [path, summary(site.resolve(path), folder)])
  expect(got).toEqual(rows)
}

function tree(): string {
  const folder = temporaryFolder({
    'root/a.txt': 'a',
    'root/sub/b.txt': 'b',
    'root/withidx/index.html': 'index',
    'root/idxdir/index.html/x': 'x',
    'root/.htaccess': 'h',
    'st/s.css': 's',
    'st/index.html': 'index',
    'st/sub/t.css': 't',
    'other/o.css': 'o',
    'outside.txt': 'outside',
  })
  mkdirSync(join(folder, 'empty'))
  return folder
}

describe('resolve() with a document root', () => {
  test('serves what is there, redirects directories and leaves the rest to the application', () => {
    const folder = tree()
    expectAll(optionsFor(join(folder, 'root')), folder, [
      ['/', 'application /root/ = / + '],
      ['/a.txt', 'file /root/a.txt'],
      ['/.htaccess', 'file /root/.htaccess'],
      ['/a.txt/', '404'],
      ['/a.txt/x', '404'],
      ['/sub', 'redirect /sub/'],
      ['/sub/', 'application /root/sub/ = /sub/ + '],
      ['/sub/nope/x/y', 'application /root/sub/nope = /sub/nope + /x/y'],
      ['/nope', 'application /root/nope = /nope + '],
      ['/nope/', 'application /root/nope = /nope + /'],
      ['/withidx', 'redirect /withidx/'],
      ['/withidx/', 'file /root/withidx/index.html'],
      ['/idxdir/', 'redirect /idxdir/index.html/'],
      ['/A.TXT', 'application /root/A.TXT = /A.TXT + '],
    ])
  })

  test('sees files come and go', () => {
    const folder = tree()
    const site = openStaticSite(optionsFor(join(folder, 'root')))
    const later = join(folder, 'root/later.txt')
    expect(site.resolve('/later.txt').kind).toBe('application')
    writeFileSync(later, 'x')
    expect(site.resolve('/later.txt').kind).toBe('file')
    rmSync(later)
    expect(site.resolve('/later.txt').kind).toBe('application')
  })

  test('looks at the disk once for a path of the application over an empty document root', () => {
    const site = openStaticSite(optionsFor(join(tree(), 'empty')))
    for (const path of ['/', '/view', '/app/view/123/']) {
      vi.mocked(lstatSync).mockClear()
      expect(site.resolve(path).kind).toBe('application')
      expect(lstatSync).toHaveBeenCalledTimes(1)
    }
  })

  test('gives bytes of any kind in names as they came', () => {
    const folder = tree()
    expectAll(optionsFor(join(folder, 'root')), folder, [
      ['/caf\xc3\xa9/\xff', 'application /root/caf\xc3\xa9 = /caf\xc3\xa9 + /\xff'],
    ])
  })

  test('never leaves the site, even by dot segments that the caller should have resolved', () => {
    const folder = tree()
    const options = optionsFor(join(folder, 'root'), { aliases: [['/st', join(folder, 'st')]] })
    expectAll(options, folder, [
      ['/../outside.txt', '404'],
      ['/..', '404'],
      ['/st/../outside.txt', '404'],
      ['/st/../../st/s.css', '404'],
      ['/a.txt\0', '404'],
      ['/st/s.css\0.html', '404'],
      ['a.txt', '404'],
      ['', '404'],
      ['/..a', 'application /root/..a = /..a + '],
      ['/a../b', 'application /root/a.. = /a.. + /b'],
    ])
  })

  test('refuses a named pipe in a path, and leaves one at its end to the application', () => {
    const folder = tree()
    execFileSync('mkfifo', [join(folder, 'root/fifo')])
    expectAll(optionsFor(join(folder, 'root')), folder, [
      ['/fifo', 'application /root/fifo = /fifo + '],
      ['/fifo/x', '403'],
    ])
  })
})

describe('resolve() with aliases', () => {
  test('answers 404 for what is missing, never the application', () => {
    const folder = tree()
    const aliases: [string, string][] = [
      ['/st', join(folder, 'st')],
      ['/st/other', join(folder, 'other')],
      ['/one', join(folder, 'st/s.css')],
      ['/trail', `${folder}/st/s.css/`],
      ['/nowhere', join(folder, 'nowhere')],
    ]
    expectAll(optionsFor(join(folder, 'empty'), { aliases }), folder, [
      ['/st', 'redirect /st/'],
      ['/st/', 'file /st/index.html'],
      ['/st/s.css', 'file /st/s.css'],
      ['/st/nope', '404'],
      ['/st/s.css/x', '404'],
      ['/st/sub', 'redirect /st/sub/'],
      ['/st/sub/', '404'],
      ['/st/other/o.css', 'file /other/o.css'],
      ['/st/other/s.css', '404'],
      ['/stuff', 'application /empty/stuff = /stuff + '],
      ['/one', 'file /st/s.css'],
      ['/one/x', '404'],
      ['/trail', 'file /st/s.css'],
      ['/nowhere', '403'],
      ['/nowhere/x', '403'],
    ])
  })

  test('leaves what is missing to the application where the target lies in the document root', () => {
    const folder = tree()
    const aliases: [string, string][] = [['/al', join(folder, 'root')]]
    expectAll(optionsFor(join(folder, 'root'), { aliases }), folder, [
      ['/al/a.txt', 'file /root/a.txt'],
      ['/al/nope/x', 'application /root/nope = /al/nope + /x'],
      ['/al/', 'application /root/ = /al/ + '],
    ])
  })

  test('encodes the location of a redirect', () => {
    const folder = temporaryFolder({ 'sp ace/caf\u00e9?/x': '' })
    const resolution = resolveIn(optionsFor(folder), '/sp ace/caf\xc3\xa9?')
    expect(resolution).toMatchObject({ kind: 'redirect', location: '/sp%20ace/caf%c3%a9%3f/' })
  })

  test.skipIf(process.platform === 'darwin')('finds names that are not UTF-8', () => {
    const folder = temporaryFolder()
    writeFileSync(Buffer.from(`${folder}/\xff\xe9.bin`, 'latin1'), 'x')
    const resolution = resolveIn(optionsFor(folder), '/\xff\xe9.bin')
    expect(resolution).toMatchObject({ kind: 'file', file: { path: `${folder}/\xff\xe9.bin` } })
  })

  test('finds a target whose name is beyond ASCII', () => {
    const folder = temporaryFolder({ 'caf\u00e9/x.txt': 'x' })
    const aliases: [string, string][] = [['/th\u00e9', join(folder, 'caf\u00e9')]]
    const resolution = resolveIn(optionsFor(join(folder, 'none'), { aliases }), '/th\xc3\xa9/x.txt')
    expect(resolution.kind).toBe('file')
  })

  test('looks at the disk once for a file that is there, however deep', () => {
    const folder = temporaryFolder({ 'a/b/c/d.css': '' })
    const site = openStaticSite(optionsFor(join(folder, 'none'), { aliases: [['/st', folder]] }))
    vi.mocked(lstatSync).mockClear()
    expect(site.resolve('/st/a/b/c/d.css').kind).toBe('file')
    expect(lstatSync).toHaveBeenCalledTimes(1)
  })
})

describe('resolve() with a mount point', () => {
  test('leaves to the application only what lies below it, whether or not there is such a directory', () => {
    const folder = tree()
    expectAll(optionsFor(join(folder, 'root'), { mountPoint: '/app/v1' }), folder, [
      ['/a.txt', 'file /root/a.txt'],
      ['/nope', '404'],
      ['/', '404'],
      ['/app', 'redirect /app/'],
      ['/app/', '404'],
      ['/app/v1', 'redirect /app/v1/'],
      ['/app/v1/', 'application /root/app/v1/ = /app/v1/ + '],
      ['/app/v1/x/y', 'application /root/app/v1/x = /app/v1/x + /y'],
      ['/app/v10', '404'],
    ])
  })

  test('takes a mount point with a slash at the end alike', () => {
    const folder = tree()
    expectAll(optionsFor(join(folder, 'root'), { mountPoint: '/sub/' }), folder, [
      ['/sub/b.txt', 'file /root/sub/b.txt'],
      ['/sub/x', 'application /root/sub/x = /sub/x + '],
      ['/sub', 'redirect /sub/'],
      ['/x', '404'],
    ])
  })
})

describe('resolve() of directories', () => {
  test('takes the first index file of --directory-index, and then never the application', () => {
    const folder = tree()
    const more = {
      directoryIndex: 'none.html b.txt',
      aliases: [['/st', join(folder, 'st')]] as const,
    }
    expectAll(optionsFor(join(folder, 'root'), more), folder, [
      ['/', '404'],
      ['/sub/', 'file /root/sub/b.txt'],
      ['/withidx/', '404'],
      ['/nope/', 'application /root/nope = /nope + /'],
      ['/st/', 'file /st/index.html'],
    ])
  })

  test('takes index names in any script', () => {
    const folder = temporaryFolder({ 'root/\u00e0.html': '' })
    const options = optionsFor(join(folder, 'root'), { directoryIndex: 'x \u00e0.html' })
    expect(resolveIn(options, '/').kind).toBe('file')
  })

  test('takes only a regular file for an index', () => {
    const folder = temporaryFolder({ 'st/x': '' })
    execFileSync('mkfifo', [join(folder, 'st/index.html')])
    const aliases: [string, string][] = [['/st', join(folder, 'st')]]
    expectAll(optionsFor(join(folder, 'none'), { aliases }), folder, [['/st/', '404']])
  })

  test('follows an index name that starts at the root, but not for ever', () => {
    const folder = tree()
    expectAll(optionsFor(join(folder, 'root'), { directoryIndex: '/a.txt' }), folder, [
      ['/sub/', 'file /root/a.txt'],
    ])
    expectAll(optionsFor(join(folder, 'root'), { directoryIndex: '/' }), folder, [['/sub/', '404']])
    expectAll(optionsFor(join(folder, 'root'), { directoryIndex: '../a.txt' }), folder, [
      ['/sub/', '404'],
    ])
  })

  test('lists directories of the document root that the application does not take', () => {
    const folder = tree()
    const more = { directoryListing: true, aliases: [['/st', join(folder, 'st')]] as const }
    const root = join(folder, 'root')
    expectAll(optionsFor(root, { ...more, hasApplication: false }), folder, [
      ['/', 'listing /'],
      ['/sub', 'redirect /sub/'],
      ['/sub/', 'listing /sub/'],
      ['/withidx/', 'file /root/withidx/index.html'],
      ['/nope', '404'],
      ['/st/sub/', 'no listing /st/sub/'],
    ])
    expectAll(optionsFor(root, more), folder, [['/sub/', 'application /root/sub/ = /sub/ + ']])
    expectAll(optionsFor(root, { ...more, directoryIndex: 'x' }), folder, [
      ['/sub/', 'listing /sub/'],
    ])
  })

  test('has nothing but files without an application', () => {
    const folder = tree()
    expectAll(optionsFor(join(folder, 'root'), { hasApplication: false }), folder, [
      ['/a.txt', 'file /root/a.txt'],
      ['/sub/', '404'],
      ['/nope', '404'],
    ])
  })
})

describe('resolve() with handlers', () => {
  test('gives them existing files with one of their extensions, and missing ones below aliases', () => {
    const folder = temporaryFolder({
      'root/x.foo': '',
      'root/x.foo.txt': '',
      'root/X.FOO': '',
      'root/.foo': '',
      'root/idx/index.foo': '',
      'st/y.foo': '',
    })
    const options = optionsFor(join(folder, 'root'), {
      aliases: [['/st', join(folder, 'st')]],
      handlerExtensions: ['.foo'],
      directoryIndex: 'index.foo',
    })
    expectAll(options, folder, [
      ['/x.foo', 'handler .foo /x.foo + '],
      ['/x.foo/a/b', 'handler .foo /x.foo + /a/b'],
      ['/x.foo.txt', 'handler .txt /x.foo.txt + '],
      ['/X.FOO', 'handler .FOO /X.FOO + '],
      ['/.foo', 'file /root/.foo'],
      ['/idx/', 'handler .foo /idx/index.foo + '],
      ['/nope.foo', 'application /root/nope.foo = /nope.foo + '],
      ['/st/y.foo', 'handler .foo /st/y.foo + '],
      ['/st/nope.foo/x', 'missing handler .foo /st/nope.foo + /x'],
    ])
    expectAll({ ...options, handlerExtensions: ['.html'] }, folder, [
      ['/st/', '404'],
      ['/st/index.html', 'missing handler .html /st/index.html + '],
    ])
  })

  test('runs CGI scripts of the document root only, and goes by the last extension that has a handler', () => {
    const folder = temporaryFolder({
      'root/x.cgi': '',
      'root/x.cgi.foo': '',
      'root/x.foo.cgi': '',
      'root/idx/index.cgi': '',
      'st/y.cgi': '',
    })
    const options = optionsFor(join(folder, 'root'), {
      aliases: [['/st', join(folder, 'st')]],
      handlerExtensions: ['.foo'],
      scriptExtension: '.cgi',
      directoryIndex: 'index.cgi',
    })
    expectAll(options, folder, [
      ['/x.cgi/a', 'script /x.cgi + /a'],
      ['/x.cgi.foo', 'handler .foo /x.cgi.foo + '],
      ['/x.foo.cgi', 'script /x.foo.cgi + '],
      ['/idx/', 'script /idx/index.cgi + '],
      ['/nope.cgi', 'application /root/nope.cgi = /nope.cgi + '],
      ['/st/y.cgi', 'script that may not run /st/y.cgi + '],
      ['/st/nope.cgi', 'missing script that may not run /st/nope.cgi + '],
    ])
    expectAll({ ...options, handlerExtensions: ['.cgi'], hasApplication: false }, folder, [
      ['/x.cgi', 'script /x.cgi + '],
      ['/nope.cgi', 'missing script /nope.cgi + '],
    ])
  })
})
