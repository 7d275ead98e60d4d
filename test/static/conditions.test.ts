import { describe, expect, test } from 'vitest'
import { evaluateConditions, ifRangeHolds } from '../../src/static/conditions.js'
import { parseRangeHeader } from '../../src/static/range-header.js'
import { recordedRows } from './recorded.js'

const size = 36
const validators = {
  etag: '"24-59b1f7228d580"',
  lastModified: 'Thu, 02 Jan 2020 03:04:05 GMT',
  modifiedSeconds: 1577934245,
}
const later = Date.UTC(2026, 10, 20) / 1000

type Headers = Record<string, string>

/** The status of the answer, all things that decide it taken together. */
function statusOf(method: string, headers: Headers, seconds = later, tags = validators): number {
  const request = { headers, reads: method !== 'POST', seconds }
  const outcome = evaluateConditions(request, tags)
  if (outcome !== 'proceed') return outcome === 'failed' ? 412 : 304
  const range = headers['range']
  if (range === undefined || ifRangeHolds(request, tags) === false) return 200
  return { whole: 200, ranges: 206, unsatisfiable: 416 }[parseRangeHeader(range, size).kind]
}

function headersOf(fields: readonly string[]): Headers {
  const entries = fields.map(field => {
    const [name = '', value = ''] = field.split(/: ?(.*)/s)
    const text = value.replaceAll('$ETAG', validators.etag)
    return [name, text.replaceAll('$DATE', validators.lastModified)]
  })
  return Object.fromEntries(entries)
}

describe('evaluateConditions() and ifRangeHolds()', () => {
  test('agree with Apache about every recorded request', () => {
    const rows = recordedRows('apache-conditions.tsv')
    expect(rows.length).toBeGreaterThan(700)
    const answers = rows.map(([method = '', , ...fields]) => {
      return [method, String(statusOf(method, headersOf(fields))), ...fields]
    })
    expect(answers).toEqual(rows)
  })

  test('do not trust the date of a file that changed within the last minute when a range is asked for', () => {
    const date = validators.lastModified
    const young = validators.modifiedSeconds + 59
    const old = validators.modifiedSeconds + 60
    const range = 'bytes=0-4'
    expect(statusOf('GET', { 'if-range': date, range }, young)).toBe(200)
    expect(statusOf('GET', { 'if-range': date, range }, old)).toBe(206)
    expect(statusOf('GET', { 'if-modified-since': date, range }, young)).toBe(206)
    expect(statusOf('GET', { 'if-modified-since': date, range }, old)).toBe(304)
    expect(statusOf('GET', { 'if-modified-since': date }, young)).toBe(304)
    const before = 'Wed, 01 Jan 2020 00:00:00 GMT'
    expect(statusOf('GET', { 'if-unmodified-since': before, range }, young)).toBe(206)
    expect(statusOf('GET', { 'if-unmodified-since': before, range }, old)).toBe(412)
  })

  test('compare a weak tag of a fresh file weakly only', () => {
    const weak = { ...validators, etag: 'W/"24-1"' }
    expect(statusOf('GET', { 'if-none-match': 'W/"24-1"' }, later, weak)).toBe(304)
    expect(statusOf('GET', { 'if-none-match': '"24-1"' }, later, weak)).toBe(304)
    expect(statusOf('GET', { 'if-match': 'W/"24-1"' }, later, weak)).toBe(412)
    expect(statusOf('POST', { 'if-none-match': 'W/"24-1"' }, later, weak)).toBe(200)
    const ranged = { 'if-range': 'W/"24-1"', range: 'bytes=0-4' }
    expect(statusOf('GET', ranged, later, weak)).toBe(200)
  })
})
