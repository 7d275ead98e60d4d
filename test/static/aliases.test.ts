import { describe, expect, test } from 'vitest'
import { aliasedName, findAlias, orderAliases } from '../../src/static/aliases.js'

const aliases = orderAliases([
  ['/st', '/a'],
  ['/st/special', '/b'],
  ['/below/', '/c/'],
  ['/one', '/d.txt'],
])

describe('orderAliases()', () => {
  test('puts the longer of two related paths first, whatever the order given', () => {
    const paths = [
      ['/st', '/a'],
      ['/st/special', '/b'],
    ] as const
    const expected = ['/st/special', '/st']
    expect(orderAliases(paths).map(({ urlPath }) => urlPath)).toEqual(expected)
    expect(orderAliases([...paths].reverse()).map(({ urlPath }) => urlPath)).toEqual(expected)
  })

  test('lets the greater target win where a path is given twice', () => {
    const twice = orderAliases([
      ['/st', '/a'],
      ['/st', '/b'],
    ])
    expect(findAlias(twice, '/st/x')?.target).toBe('/b')
  })

  test('merges slashes', () => {
    expect(orderAliases([['//st//x', '/a']])).toEqual([{ urlPath: '/st/x', target: '/a' }])
  })
})

describe('findAlias()', () => {
  const rows: [path: string, target: string | undefined][] = [
    ['/st', '/a'],
    ['/st/', '/a'],
    ['/st/x', '/a'],
    ['/stuff', undefined],
    ['/ST/x', undefined],
    ['/st/special', '/b'],
    ['/st/special/x', '/b'],
    ['/st/specials', '/a'],
    ['/below', undefined],
    ['/below/', '/c/'],
    ['/below/x', '/c/'],
    ['/one', '/d.txt'],
    ['/', undefined],
  ]
  test.each(rows)('%s belongs to %s', (path, target) => {
    expect(findAlias(aliases, path)?.target).toBe(target)
  })

  test('an alias of the root owns everything, one without a leading slash nothing', () => {
    const odd = orderAliases([
      ['/', '/r/'],
      ['st', '/a'],
    ])
    expect(findAlias(odd, '/st/x')?.target).toBe('/r/')
  })
})

describe('aliasedName()', () => {
  const rows: [urlPath: string, target: string, path: string, name: string][] = [
    ['/st', '/a', '/st', '/a'],
    ['/st', '/a', '/st/', '/a/'],
    ['/st', '/a', '/st/x/y', '/a/x/y'],
    ['/st', '/a/', '/st/x', '/a/x'],
    ['/st/', '/a/', '/st/x', '/a/x'],
    ['/st/', '/a', '/st/x', '/ax'],
    ['/one', '/d.txt', '/one/x', '/d.txt/x'],
  ]
  test.each(rows)('%s to %s makes of %s %s', (urlPath, target, path, name) => {
    expect(aliasedName({ urlPath, target }, path)).toBe(name)
  })
})
