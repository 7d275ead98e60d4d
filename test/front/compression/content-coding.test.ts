import { describe, expect, test } from 'vitest'
import {
  addGzip,
  type CodingFacts,
  type CodingRule,
  codingOf,
  gzipTag,
} from '../../../src/front/compression/content-coding.js'

const usual: CodingRule = { never: false, always: false, onlyHtml: false }
const page: CodingFacts = { status: 200, type: 'text/html', fields: [], wholeSize: null }

function coding(facts: Partial<CodingFacts>, rule: Partial<CodingRule> = {}, accepted = true) {
  return codingOf({ ...page, ...facts }, { ...usual, ...rule }, () => accepted)
}

describe('codingOf()', () => {
  test('compresses the types of text, for those who take it', () => {
    expect(coding({})).toBe('gzip')
    expect(coding({ type: 'application/json; charset=utf-8' })).toBe('gzip')
    expect(coding({}, {}, false)).toBe('varies')
  })

  test.each<[string, Partial<CodingFacts>]>([
    ['another type', { type: 'image/png' }],
    ['a longer type', { type: 'text/plainer' }],
    ['no type', { type: null }],
    ['another status', { status: 201 }],
    ['a part', { fields: ['Content-Range', 'bytes 0-1/2'] }],
    ['another coding', { fields: ['content-encoding', 'identity, br'] }],
    ['a small file', { wholeSize: 68 }],
  ])('leaves %s as it is', (_, facts) => {
    expect(coding(facts)).toBe('as it is')
    expect(coding(facts, { always: true })).toBe('as it is')
  })

  test.each(['identity', '7bit, binary', '', ',gzip'])('takes the coding "%s" for none', value => {
    expect(coding({ fields: ['Content-Encoding', value] })).toBe('gzip')
  })

  test('follows the variables of the server', () => {
    expect(coding({}, { never: true, always: true })).toBe('as it is')
    expect(coding({}, { always: true }, false)).toBe('gzip')
    expect(coding({}, { onlyHtml: true })).toBe('gzip')
    expect(coding({ type: 'text/plain' }, { onlyHtml: true })).toBe('as it is')
  })

  test('does not ask what the client takes where it does not matter', () => {
    const never = () => {
      throw new Error('asked')
    }
    expect(codingOf({ ...page, type: 'image/png' }, usual, never)).toBe('as it is')
  })
})

test('addGzip() makes the fields those of the compressed body', () => {
  const fields = [
    ...['Vary', 'Cookie', 'Content-Length', '10', 'Content-MD5', 'x', 'ETag', 'W/"a"'],
    ...['Content-Encoding', 'identity', 'X-Other', 'y'],
  ]
  addGzip(fields)
  expect(fields).toEqual([
    ...['Vary', 'Cookie,Accept-Encoding', 'ETag', 'W/"a-gzip"', 'Content-Encoding', 'gzip'],
    ...['X-Other', 'y'],
  ])
})

test.each([
  ['"a"', '"a-gzip"'],
  ['""', '""'],
  ['W/""', 'W/"-gzip"'],
  ['a', 'a'],
  ['a"', 'a"'],
])('gzipTag(%s)', (tag, coded) => {
  expect(gzipTag(tag)).toBe(coded)
})
