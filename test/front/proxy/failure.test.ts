import { describe, expect, test } from 'vitest'
import { proxyFailure } from '../../../src/front/proxy/failure.js'
import { readHops } from '../../../src/front/proxy/hops.js'
import { upstreamTarget } from '../../../src/front/proxy/request-target.js'

const begun = { connected: true, answered: false, heard: false, outOfTime: false, asked: false }
const error = (code: string) => Object.assign(new Error(code), { code })

describe('proxyFailure()', () => {
  test.each([
    ['ECONNREFUSED', { connected: false }, 503, 'Service Unavailable'],
    ['', { connected: false, outOfTime: true }, 503, 'Service Unavailable'],
    ['', { outOfTime: true }, 502, 'Proxy Error'],
    ['', { outOfTime: true, heard: true }, 502, 'Bad Gateway'],
    ['', { outOfTime: true, asked: true }, 503, 'Proxy Error'],
    ['ECONNRESET', {}, 502, 'Proxy Error'],
    ['ECONNRESET', { heard: true }, 502, 'Bad Gateway'],
    ['HPE_INVALID_CONSTANT', { heard: true }, 502, 'Proxy Error'],
    ['HPE_INVALID_HEADER_TOKEN', { heard: true }, 502, 'Bad Gateway'],
  ])('%s %o', (code, progress, status, reason) => {
    expect(proxyFailure(error(code), { ...begun, ...progress })).toMatchObject({ status, reason })
  })
})

test.each([
  [null, 'GET', { kind: 'forward', left: null }],
  ['5', 'GET', { kind: 'forward', left: 4 }],
  ['0', 'TRACE', { kind: 'here' }],
  ['0', 'GET', { kind: 'refused' }],
  ['-1', 'GET', { kind: 'refused' }],
  ['1x', 'GET', { kind: 'refused' }],
])('readHops(%s) of %s', (value, method, expected) => {
  expect(readHops(value, method)).toMatchObject(expected)
})

test.each([
  ['/a b/\xe9', '/x', '/a%20b/%E9'],
  ['/a%?#[]', '/x', '/a%25%3F%23%5B%5D'],
  ["/$-_.+!*'(),:;@&=~", '/x', "/$-_.+!*'(),:;@&=~"],
  ['/a', '/x?', '/a?'],
  ['/a', '/x??b%zz', '/a??b%zz'],
])('upstreamTarget(%s, %s)', (path, sent, expected) => {
  expect(upstreamTarget(path, sent)).toBe(expected)
})
