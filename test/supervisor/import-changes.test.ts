import { describe, expect, test } from 'vitest'
import { ImportChanges } from '../../src/supervisor/import-changes.js'
import type { ImportConditions } from '../../src/workers/load-result.js'

const conditions = (
  environ: Record<string, string | null>,
  path: string[] | null = null,
): ImportConditions => ({ environ, path })

describe('ImportChanges', () => {
  test('fit() compares variables, also removed ones, and sys.path', () => {
    const changes = new ImportChanges()
    changes.are(conditions({ A: '1', GONE: null }, ['/a', '/b']))
    expect(changes.fit(conditions({ A: '1', GONE: null }, ['/a', '/b']))).toBe(true)
    expect(changes.fit(conditions({ A: '2', GONE: null }, ['/a', '/b']))).toBe(false)
    expect(changes.fit(conditions({ A: '1' }, ['/a', '/b']))).toBe(false)
    expect(changes.fit(conditions({ A: '1', GONE: null, B: '' }, ['/a', '/b']))).toBe(false)
    expect(changes.fit(conditions({ A: '1', GONE: null }, ['/b', '/a']))).toBe(false)
    expect(changes.fit(conditions({ A: '1', GONE: null }))).toBe(false)
  })

  test('fit() takes what is not known for right', () => {
    const changes = new ImportChanges()
    expect(changes.fit(conditions({ A: '1' }))).toBe(true)
    changes.are(conditions({ A: '1' }))
    expect(changes.fit(undefined)).toBe(true)
  })

  test('fit() passes over what the same code changes each time', () => {
    const changes = new ImportChanges()
    changes.are(conditions({ A: '1', TIME: '10' }))
    expect(changes.fit(conditions({ A: '1', TIME: '20' }))).toBe(false)
    changes.are(conditions({ A: '1', TIME: '30' }))
    expect(changes.fit(conditions({ A: '1', TIME: '40' }))).toBe(true)
    expect(changes.fit(conditions({ A: '2', TIME: '40' }))).toBe(false)
  })

  test('fit() goes on comparing what the code has changed', () => {
    const changes = new ImportChanges()
    changes.are(conditions({ A: '1' }))
    expect(changes.fit(conditions({ A: '2' }))).toBe(false)
    changes.are(conditions({ A: '2' }))
    expect(changes.fit(conditions({ A: '3' }))).toBe(false)
    changes.codeChanged()
    changes.are(conditions({ A: '4' }))
    expect(changes.fit(conditions({ A: '5' }))).toBe(false)
  })
})
