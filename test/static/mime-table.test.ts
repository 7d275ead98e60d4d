import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  extensionsOf,
  openMimeTable,
  parseMimeTypes,
  typeOfFile,
} from '../../src/static/mime-table.js'
import { temporaryFolder } from './served-site.js'

const types = parseMimeTypes(`# comment html
text/html\thtml htm
  text/css css
text/plain
application/gzip gz
image/old png
image/png PNG

`)
const typeOf = (extension: string) => types.get(extension)

describe('parseMimeTypes()', () => {
  test('reads types with their extensions, the last line winning', () => {
    expect(Object.fromEntries(types)).toEqual({
      html: 'text/html',
      htm: 'text/html',
      css: 'text/css',
      gz: 'application/gzip',
      png: 'image/png',
    })
  })
})

describe('extensionsOf()', () => {
  const rows: [name: string, extensions: string[]][] = [
    ['/srv/a.b/name', []],
    ['/srv/a.tar.GZ', ['tar', 'gz']],
    ['/srv/.html', []],
    ['/srv/..html', []],
    ['/srv/.x.html', ['html']],
    ['/srv/a..html', ['html']],
    ['/srv/x.', []],
    ['/srv/x.html.', ['html']],
    ['/srv/a.\u00c9', ['\u00c9']],
  ]
  test.each(rows)('of %s are %j', (name, extensions) => {
    expect(extensionsOf(name)).toEqual(extensions)
  })
})

describe('typeOfFile()', () => {
  const rows: [name: string, type: string | undefined][] = [
    ['/s.css', 'text/css'],
    ['/U.HTML', 'text/html'],
    ['/x.html.gz', 'application/gzip'],
    ['/x.html.unknown', 'text/html'],
    ['/x.unknown', undefined],
    ['/html', undefined],
  ]
  test.each(rows)('of %s is %s', (name, type) => {
    expect(typeOfFile(name, typeOf)).toBe(type)
  })
})

describe('openMimeTable()', () => {
  test('takes the named file and nothing besides', () => {
    const folder = temporaryFolder({ 'own.types': 'text/x-own own\n' })
    const own = openMimeTable(join(folder, 'own.types'))
    expect([own('own'), own('html')]).toEqual(['text/x-own', undefined])
  })

  test('names the option and the file when it cannot be read', () => {
    expect(() => openMimeTable('/nowhere/own.types')).toThrow(/--mime-types \/nowhere\/own.types/)
  })

  test('takes the first known file that is there', () => {
    const folder = temporaryFolder({ second: 'text/second x\n', third: 'text/third x\n' })
    const known = ['first', 'second', 'third'].map(name => join(folder, name))
    expect(openMimeTable(null, known)('x')).toBe('text/second')
  })

  test('falls back on a table of its own where no file is there', () => {
    const typeOfExtension = openMimeTable(null, [])
    expect(typeOfExtension('css')).toBe('text/css')
    expect(typeOfExtension('js')).toBe('text/javascript')
    expect(typeOfExtension('nosuchext')).toBeUndefined()
  })
})
