import { describe, expect, test } from 'vitest'
import { parseRangeHeader, type RequestedRanges } from '../../src/static/range-header.js'
import { recordedRows } from './recorded.js'

/** `whole`, `unsatisfiable`, or `0-1 4-5`. */
function summary(requested: RequestedRanges): string {
  if (requested.kind !== 'ranges') return requested.kind
  return requested.ranges.map(({ start, end }) => `${start}-${end}`).join(' ')
}

const positions = (count: number, at: (index: number) => string) =>
  `bytes=${Array.from({ length: count }, (_, index) => at(index)).join(',')}`

describe('parseRangeHeader()', () => {
  test('agrees with Apache about every recorded field', () => {
    const rows = recordedRows('apache-ranges.tsv')
    expect(rows.length).toBeGreaterThan(100)
    const answers = rows.map(([text = '', size = '']) => {
      return [text, size, summary(parseRangeHeader(text, Number(size)))]
    })
    expect(answers).toEqual(rows)
  })

  test('ignores a range over an empty file', () => {
    expect(parseRangeHeader('bytes=0-0', 0)).toEqual({ kind: 'whole' })
    expect(parseRangeHeader('bytes=5-', 0)).toEqual({ kind: 'whole' })
  })

  const limits: [title: string, item: (index: number) => string, most: number][] = [
    ['ranges', index => `${index * 5}-${index * 5}`, 200],
    ['overlaps', index => `${index}-${index + 5}`, 21],
    ['reversals', index => `${1000 - index}-${1000 - index}`, 21],
  ]
  test.each(limits)('ignores a list with too many %s', (_title, item, most) => {
    expect(parseRangeHeader(positions(most, item), 1 << 20).kind).toBe('ranges')
    expect(parseRangeHeader(positions(most + 1, item), 1 << 20).kind).toBe('whole')
  })

  test('ignores a list that asks for more bytes than there are', () => {
    expect(parseRangeHeader('bytes=0-8,2-2', 10).kind).toBe('ranges')
    expect(parseRangeHeader('bytes=1-4,6-9,0-7', 10)).toEqual({ kind: 'whole' })
  })

  test('does not count zeros in front', () => {
    const zeros = '0'.repeat(30)
    expect(summary(parseRangeHeader(`bytes=${zeros}1-${zeros}4`, 36))).toBe('1-4')
  })

  test('stays within the file for every list of small ranges', () => {
    const size = 6
    const items = ['0-', '1-2', '-2', '3-9', '5-5', '7-8', '0-0']
    for (const a of items) {
      for (const b of items) {
        for (const c of items) {
          const requested = parseRangeHeader(`bytes=${a},${b},${c}`, size)
          if (requested.kind !== 'ranges') continue
          for (const { start, end } of requested.ranges) {
            expect(start).toBeGreaterThanOrEqual(0)
            expect(end).toBeGreaterThanOrEqual(start)
            expect(end).toBeLessThan(size)
          }
        }
      }
    }
  })
})
