import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { authenticationInfo, isRightResponse } from '../../../src/front/access-control/digest.js'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

// The example of RFC 7616, 3.9.1, with MD5.
const hash = md5('Mufasa:http-auth@example.org:Circle of Life')
const fields = {
  username: 'Mufasa',
  realm: 'http-auth@example.org',
  uri: '/dir/index.html',
  algorithm: 'MD5',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  qop: 'auth',
  response: '8ca523f5e9506fed4657c9700eebdbec',
  opaque: null,
}

test('isRightResponse() computes as RFC 7616 does', () => {
  expect(isRightResponse(fields, hash, 'GET')).toBe(true)
})

test.each([
  ['method', fields, hash, 'POST'],
  ['hash', fields, md5('x'), 'GET'],
  ['uri', { ...fields, uri: '/' }, hash, 'GET'],
  ['count', { ...fields, nc: '00000002' }, hash, 'GET'],
  ['capitals', { ...fields, response: fields.response.toUpperCase() }, hash, 'GET'],
  ['length', { ...fields, response: '' }, hash, 'GET'],
] as const)('isRightResponse() refuses another %s', (_, other, otherHash, method) => {
  expect(isRightResponse(other, otherHash, method)).toBe(false)
})

test('authenticationInfo() proves that the server knows the password', () => {
  const proof = md5(
    `${hash}:${fields.nonce}:00000001:${fields.cnonce}:auth:${md5(`:${fields.uri}`)}`,
  )
  expect(authenticationInfo(fields, hash, null)).toBe(
    `rspauth="${proof}", cnonce="${fields.cnonce}", nc=00000001, qop=auth`,
  )
  expect(authenticationInfo({ ...fields, cnonce: 'a"b\\"c' }, hash, 'n')).toContain(
    ', nextnonce="n", cnonce="a\\"b\\"c", nc=',
  )
})
