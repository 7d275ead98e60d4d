import { describe, expect, test } from 'vitest'
import { validatorsOf } from '../../src/static/validators.js'

const now = Date.UTC(2026, 10, 20, 18, 0, 0)
const microseconds = (milliseconds: number) => BigInt(milliseconds) * 1000n

describe('validatorsOf()', () => {
  test('makes the tag of size and microseconds in hex, as Apache does', () => {
    expect(validatorsOf({ size: 36, modified: 1577934245123456n }, now)).toEqual({
      etag: '"24-59b1f7228d580"',
      lastModified: 'Thu, 02 Jan 2020 03:04:05 GMT',
      modifiedSeconds: 1577934245,
    })
  })

  test('marks the tag as weak within a second of the change', () => {
    const at = (milliseconds: number) =>
      validatorsOf({ size: 1, modified: microseconds(milliseconds) }, now).etag
    expect(at(now - 999)).toMatch(/^W\/"/)
    expect(at(now - 1000)).toMatch(/^"/)
  })

  test('takes a file from the future as changed now', () => {
    const future = validatorsOf({ size: 3, modified: 4000000000123456n }, now)
    expect(future).toEqual({
      etag: 'W/"3-e35fa931be240"',
      lastModified: 'Fri, 20 Nov 2026 18:00:00 GMT',
      modifiedSeconds: now / 1000,
    })
  })

  test('takes a file from before 1970 as changed in 1970, and tags it with the 64 bits of its time', () => {
    expect(validatorsOf({ size: 3, modified: -4876544n }, now)).toEqual({
      etag: '"3-ffffffffffb59700"',
      lastModified: 'Thu, 01 Jan 1970 00:00:00 GMT',
      modifiedSeconds: 0,
    })
  })
})
