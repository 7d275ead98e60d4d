import type { Stats } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FileCache, largestCachedFile } from '../../src/static/file-cache.js'

const now = 1_000_000
const old = { mtimeMs: 1000, ctimeMs: 1000, size: 10, ino: 1, dev: 1 }
const state = (change: Partial<typeof old> = {}) => ({ ...old, ...change }) as Stats
const content = (length = 10) => ({ body: Buffer.alloc(length) })

describe('FileCache', () => {
  test('gives back what was put while the file stays as it was', () => {
    const cache = new FileCache()
    const kept = content()
    cache.put('/a', state(), kept, now)
    expect(cache.get('/a', state())).toBe(kept)
    expect(cache.get('/b', state())).toBeUndefined()
  })

  test.each(['mtimeMs', 'ctimeMs', 'size', 'ino', 'dev'] as const)(
    'drops an entry when %s differs',
    name => {
      const cache = new FileCache()
      cache.put('/a', state(), content(), now)
      expect(cache.get('/a', state({ [name]: 1001 }))).toBeUndefined()
      expect(cache.used).toBe(0)
      expect(cache.get('/a', state())).toBeUndefined()
    },
  )

  test.each(['mtimeMs', 'ctimeMs'] as const)('does not keep a file whose %s is recent', name => {
    const cache = new FileCache()
    cache.put('/a', state({ [name]: now - 2500 }), content(), now)
    expect(cache.used).toBe(0)
    cache.put('/a', state({ [name]: now - 2501 }), content(), now)
    expect(cache.used).toBeGreaterThan(0)
  })

  test('does not keep large files', () => {
    const cache = new FileCache()
    cache.put('/a', state(), content(largestCachedFile + 1), now)
    expect(cache.used).toBe(0)
    cache.put('/a', state(), content(largestCachedFile), now)
    expect(cache.used).toBeGreaterThan(largestCachedFile)
  })

  test('stays within its capacity, dropping what was used longest ago', () => {
    const cache = new FileCache(10_000)
    for (const path of ['/a', '/b', '/c', '/d']) cache.put(path, state(), content(1000), now)
    cache.get('/a', state())
    cache.put('/e', state(), content(1000), now)
    expect(cache.used).toBeLessThanOrEqual(10_000)
    const kept = ['/a', '/b', '/c', '/d', '/e'].filter(path => cache.get(path, state()))
    expect(kept).toEqual(['/a', '/c', '/d', '/e'])
  })

  test('counts a file that is put again once', () => {
    const cache = new FileCache()
    cache.put('/a', state(), content(1000), now)
    const { used } = cache
    cache.put('/a', state({ size: 11 }), content(1000), now)
    expect(cache.used).toBe(used)
  })

  test('bounds the number of empty files too', () => {
    const cache = new FileCache(10_000)
    for (let index = 0; index < 1000; index++) cache.put(`/${index}`, state(), content(0), now)
    expect(cache.get('/999', state())).toBeDefined()
    expect(cache.get('/900', state())).toBeUndefined()
  })
})
