import { describe, expect, test } from 'vitest'
import {
  adaptFields,
  isFragment,
  type ResponseFacts,
  tagPlace,
} from '../../../src/front/live-reload/page-response.js'

const page: ResponseFacts = { method: 'GET', status: 200, fields: [], type: 'text/html' }

describe('tagPlace()', () => {
  test.each<[Partial<ResponseFacts>, 'end' | 'inside']>([
    [{}, 'end'],
    [{ type: 'Text/HTML; charset="utf-8"' }, 'end'],
    [{ type: 'text/html;charset=iso-8859-1' }, 'end'],
    [{ type: 'application/xhtml+xml; charset=utf-8' }, 'inside'],
    [{ status: 404 }, 'end'],
    [{ status: 500, fields: ['Content-Length', '12'] }, 'end'],
    [{ fields: ['Content-Encoding', 'identity'] }, 'end'],
    [{ fields: ['Content-Disposition', 'inline'] }, 'end'],
    [{ status: 201, fields: ['Location', '/new'] }, 'end'],
  ])('%j is a page', (facts, place) => {
    expect(tagPlace({ ...page, ...facts })).toBe(place)
  })

  test.each<[string, Partial<ResponseFacts>]>([
    ['no type', { type: null }],
    ['another type', { type: 'text/plain' }],
    ['a type that only begins so', { type: 'text/html5' }],
    ['HEAD', { method: 'HEAD' }],
    ['POST', { method: 'POST' }],
    ['no content', { status: 204 }],
    ['a part', { status: 206 }],
    ['not modified', { status: 304 }],
    ['an odd status', { status: 600 }],
    ['compressed', { fields: ['content-encoding', 'gzip'] }],
    ['a part by its fields', { fields: ['Content-Range', 'bytes 0-1/2'] }],
    ['empty', { fields: ['Content-Length', '0'] }],
    ['a length that is none', { fields: ['Content-Length', '1x'] }],
    ['a download', { fields: ['Content-Disposition', 'attachment; filename="a.html"'] }],
    ['a redirect', { status: 302, fields: ['Location', '/'] }],
    ['UTF-16', { type: 'text/html; charset=utf-16le' }],
    ['an encoding with states', { type: 'text/html; charset=ISO-2022-JP' }],
  ])('%s is none', (_title, facts) => {
    expect(tagPlace({ ...page, ...facts })).toBeNull()
  })
})

describe('isFragment()', () => {
  test.each([
    { 'hx-request': 'true' },
    { 'x-requested-with': 'XMLHttpRequest' },
    { 'sec-fetch-dest': 'empty' },
    { 'sec-fetch-dest': 'image' },
  ])('%j asks for a part of a page', headers => {
    expect(isFragment(headers)).toBe(true)
  })

  test.each([{}, { 'sec-fetch-dest': 'document' }, { 'sec-fetch-dest': 'iframe' }])(
    '%j asks for a page',
    headers => {
      expect(isFragment(headers)).toBe(false)
    },
  )
})

describe('adaptFields()', () => {
  test('makes length and validators true again', () => {
    const fields = [
      'ETag',
      '"a"',
      'content-length',
      '10',
      'Content-MD5',
      'x',
      'Digest',
      'y',
      'Accept-Ranges',
      'bytes',
      'X-A',
      '1',
    ]
    adaptFields(fields, 5)
    expect(fields).toEqual(['ETag', 'W/"a"', 'content-length', '15', 'X-A', '1'])
  })

  test('leaves a weak tag, and adds no length', () => {
    const fields = ['ETag', 'W/"a"']
    adaptFields(fields, 5)
    expect(fields).toEqual(['ETag', 'W/"a"'])
  })
})
