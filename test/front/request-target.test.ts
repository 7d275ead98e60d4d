import { describe, expect, test } from 'vitest'
import { isReadable, parseTarget, pathOfRefused } from '../../src/front/request-target.js'

/** Target, then path and query, or the status that refuses it. */
const cases: readonly [string, string | number, string?][] = [
  ['/', '/', ''],
  ['/some/path?q=1', '/some/path', 'q=1'],
  ['/a%20b', '/a b', ''],
  ['/a//b///c', '/a/b/c', ''],
  ['//', '/', ''],
  ['/a/./b', '/a/b', ''],
  ['/a/../b', '/b', ''],
  ['/a/b/..', '/a/', ''],
  ['/a/.', '/a/', ''],
  ['/a/', '/a/', ''],
  ['/.htaccess', '/.htaccess', ''],
  ['/..a/...', '/..a/...', ''],
  ['/%2e%2e/x', 400],
  ['/../x', 400],
  ['/a/../../x', 400],
  ['/a%2e%2e/b', '/a../b', ''],
  ['/%c3%a9', '/\xc3\xa9', ''],
  ['/\xc3\xa9', '/\xc3\xa9', ''],
  ['/a+b;c\\d', '/a+b;c\\d', ''],
  ['/a%2Fb', 404],
  ['/a%00b', 404],
  ['/a?x=%2F%00', '/a', 'x=%2F%00'],
  ['/a%', 400],
  ['/a%zz', 400],
  ['/a?x=%zz', '/a', 'x=%zz'],
  ['/a?b?c', '/a', 'b?c'],
  ['/a#b', 400],
  ['a', 400],
  ['http://h.example:81/p?q', '/p', 'q'],
  ['http://h.example', '/', ''],
  ['http://h.example?q', '/', 'q'],
  ['http:/p', '/p', ''],
  ['http:p', 400],
  ['http://a..b/p', 400],
  ['http://1.2.3/p', 400],
  ['http://[1]/p', 400],
  ['https://a..b/p', '/p', ''],
]

describe('parseTarget()', () => {
  for (const [target, path, query] of cases) {
    test(JSON.stringify(target), () => {
      const parsed = parseTarget(target)
      if (typeof path === 'number') return expect(parsed).toBe(path)
      expect(parsed).toMatchObject({ path, query })
    })
  }

  test('gives the authority of an absolute target', () => {
    const authorityOf = (target: string) => {
      const parsed = parseTarget(target)
      return typeof parsed === 'number' ? parsed : parsed.authority
    }
    expect(authorityOf('HTTP://H.example.:081/p')).toEqual({ host: 'h.example:081', port: '81' })
    expect(authorityOf('http://h/p')).toEqual({ host: 'h', port: null })
    expect(authorityOf('http://h:/p')).toEqual({ host: 'h:', port: '80' })
    expect(authorityOf('https://h:88/p')).toEqual({ host: null, port: '88' })
    expect(authorityOf('http://[::1]:81/p')).toEqual({ host: '[::1]:81', port: '81' })
    expect(authorityOf('http://[1.2.3.4]/p')).toEqual({ host: '1.2.3.4', port: null })
    expect(authorityOf('http:///p')).toEqual({ host: '', port: null })
    expect(authorityOf('http:/p')).toBe(null)
    expect(authorityOf('/p')).toBe(null)
    expect(authorityOf('http://u@h/p')).toBe(400)
    expect(authorityOf('ftp://h/p')).toBe(400)
  })

  test('takes the target of CONNECT for a host and a port', () => {
    const authorityOf = (target: string) => {
      const parsed = parseTarget(target, 'CONNECT')
      return typeof parsed === 'number' ? parsed : parsed.authority
    }
    expect(authorityOf('H.:443')).toEqual({ host: 'h:443', port: '443' })
    expect(authorityOf('[::1]:1')).toEqual({ host: '[::1]:1', port: '1' })
    expect(authorityOf(':1')).toEqual({ host: ':1', port: '1' })
    expect(['h', 'h:', 'a..b:1', 'u@h:1', '/x', 'h:1/'].map(authorityOf)).toEqual(
      new Array(6).fill(400),
    )
  })

  test.each([
    ['/', true],
    ['/?q', true],
    ['http://h/', true],
    ['?q', false],
    ['http://h', false],
    ['http://h?q', false],
    ['http:', false],
  ])('says whether %j has a path', (target, hasPath) => {
    expect(parseTarget(target)).toMatchObject({ path: '/', hasPath })
  })

  test('takes no longer for a long path than for its characters', () => {
    const path = `/${'a'.repeat(8000)}%`
    const start = performance.now()
    for (let at = 0; at < 100; at++) parseTarget(path)
    const long = performance.now() - start
    // Quadratic backtracking would take minutes here; linear work takes milliseconds.
    expect(long).toBeLessThan(5000)
  })
})

test.each([
  ['http://a.com:/x', { host: 'a.com:', port: '80' }, { host: null, port: '80' }],
  ['https://a.com:/x', { host: null, port: '443' }, { host: 'a.com:', port: '443' }],
  ['https://a.com/x', { host: null, port: null }, { host: 'a.com', port: null }],
  ['/x', null, null],
])('parseTarget(%j) takes the host from the scheme of the connection', (target, plain, secure) => {
  expect(parseTarget(target)).toMatchObject({ authority: plain })
  expect(parseTarget(target, 'GET', true)).toMatchObject({ authority: secure })
})

test('parseTarget() wants a host to be one where it takes it', () => {
  expect(parseTarget('https://a..b/x', 'GET', true)).toBe(400)
  expect(parseTarget('http://a..b/x', 'GET', true)).toMatchObject({ path: '/x' })
})

describe('what a refused target names', () => {
  test.each([
    ['/a%zz', true, '/a%zz'],
    ['/a/../../b?q', true, '/b'],
    ['/a%2Fb//c/.', true, '/a/b/c/'],
    ['/%2f', true, '//'],
    ['/a%2fb/%252f/', true, '/a/b/%2f/'],
    ['ftp://h/a', true, '/a'],
    ['foo', false, null],
    ['*', false, null],
    ['/a#b', false, null],
    ['http://u@h/', false, null],
  ])('%s', (target, names, path) => {
    expect(parseTarget(target)).toBeTypeOf('number')
    expect(isReadable(target, 'GET')).toBe(names)
    if (path !== null) expect(pathOfRefused(target)).toBe(path)
  })
})

test.each([
  ['/', true],
  ['?q', true],
  ['http://h', true],
  ['/..', true],
  ['/%zz', true],
  ['ftp://h/', true],
  ['x', false],
  ['*', false],
  ['/#', false],
  ['http:x', false],
  ['http://u@h/', false],
  ['http://a..b/', false],
])('isReadable(%j) is %j', (target, wanted) => {
  expect(isReadable(target, 'GET')).toBe(wanted)
})
