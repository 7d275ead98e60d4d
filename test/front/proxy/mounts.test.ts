import { describe, expect, test } from 'vitest'
import { hostRoute, ProxyMounts } from '../../../src/front/proxy/mounts.js'

const mounts = new ProxyMounts([
  ['/api', 'http://a/back'],
  ['/api/deep', 'http://b'],
  ['/joined/', 'http://c/x'],
  ['/bare/', 'http://d:81'],
  ['/sock', 'unix:/run/x|http://localhost/'],
])

/** Where a path goes: host of the upstream, its path, and the prefix that is told. */
function whereTo(path: string) {
  const found = mounts.find(path)
  if (found?.kind !== 'forward') return found?.kind ?? null
  const { upstream, path: rest, prefix } = found.route
  return [upstream.target.socketPath ?? upstream.hostField, rest, prefix]
}

describe('ProxyMounts.find()', () => {
  test.each([
    ['/api/x', ['a', '/back/x', '/api']],
    ['/api/', ['a', '/back/', '/api']],
    ['/api', 'redirect'],
    ['/apis', null],
    ['/API/x', null],
    ['/', null],
    // The first one forwards, the last section counts.
    ['/api/deep/x', ['a', '/back/deep/x', '/api/deep']],
    ['/api/deep', 'redirect'],
    ['/joined/x', ['c', '/xx', '/joined']],
    ['/joined', 'redirect'],
    // What is below a URL without a path is no part of its port.
    ['/bare/82/x', ['d:81', '/82/x', '/bare']],
    ['/sock/x', ['/run/x', '/x', '/sock']],
  ])('%s', (path, expected) => {
    expect(whereTo(path)).toEqual(expected)
  })
})

test('hostRoute() never makes a path part of the host', () => {
  const { upstream, path, port } = hostRoute('http://name:word@H.example:80', '/a/b', 8000)
  expect([upstream.hostField, path, port]).toEqual(['h.example', '/a/b', '8000'])
  expect(upstream.url).not.toContain('word')
})
