import { expect, test } from 'vitest'
import { parseListingQuery } from '../../src/static/listing-query.js'

const plain = { key: 'N', descending: false, form: 'plain', byVersion: false, repeated: '' }

test('parseListingQuery() reads words until one that is none', () => {
  const cases: [string, Partial<typeof plain>][] = [
    ['', {}],
    ['C=M;O=D', { key: 'M', descending: true }],
    ['O=D&O=A&C=S', { key: 'S' }],
    ['F=1', { form: 'text', repeated: ';F=1' }],
    ['F=1;F=2;', { form: 'table', repeated: ';F=2' }],
    ['F=0', { repeated: ';F=0' }],
    ['V=1;F=1', { form: 'text', byVersion: true, repeated: ';F=1;V=1' }],
    ['P=a%20*&V=0', { repeated: ';V=0;P=a%20*' }],
    ['P=;C=S', { key: 'S' }],
    ['P=%zz;C=S', { key: 'S' }],
    ['P=%2f;C=S', { key: 'S' }],
    ['C=X;F=1', {}],
    ['C=NN', {}],
    ['O=D;x;F=1', { descending: true }],
    [';F=1', {}],
    ['f=1', {}],
  ]
  for (const [query, expected] of cases) {
    const { shows, ...read } = parseListingQuery(query)
    expect([query, read]).toEqual([query, { ...plain, ...expected }])
    expect(shows('a b')).toBe(true)
  }
})

test('parseListingQuery() takes the last pattern, and repeats the last one that counts', () => {
  const { shows, repeated } = parseListingQuery('P=a*;P=%62*')
  expect([shows('a'), shows('b'), repeated]).toEqual([false, true, ';P=b*'])
  const none = parseListingQuery('P=a*;P=')
  expect([none.shows('b'), none.repeated]).toEqual([true, ';P=a*'])
})
