import { describe, expect, test } from 'vitest'
import { fileSystemPath, rawPath } from '../../src/static/raw-path.js'
import { escapePath } from '../../src/static/url-escape.js'

describe('rawPath()', () => {
  test('gives the bytes of the UTF-8 form one character each, and a plain path', () => {
    expect(rawPath('/srv/./caf\u00e9//x/../y/')).toBe('/srv/caf\u00c3\u00a9/y/')
  })
})

describe('fileSystemPath()', () => {
  test('gives names beyond ASCII as the bytes they are', () => {
    expect(fileSystemPath('/a')).toBe('/a')
    expect(fileSystemPath('/\u00ff\u00c3\u00a9')).toEqual(Buffer.from([0x2f, 0xff, 0xc3, 0xa9]))
  })
})

describe('escapePath()', () => {
  const rows: [path: string, escaped: string][] = [
    ["/a-Z_9/$-_.+!*'(),:;@&=~", "/a-Z_9/$-_.+!*'(),:;@&=~"],
    ['/sp ace/%/?#', '/sp%20ace/%25/%3f%23'],
    ['/caf\u00c3\u00a9\n\\', '/caf%c3%a9%0a%5c'],
    ['/<">[]', '/%3c%22%3e%5b%5d'],
  ]
  test.each(rows)('of %j is %s', (path, escaped) => expect(escapePath(path)).toBe(escaped))
})
