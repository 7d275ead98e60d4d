import { expect, test } from 'vitest'
import { readDigest } from '../../../src/front/access-control/digest-fields.js'
import { makeNonce } from '../../../src/front/access-control/nonces.js'

const nonce = makeNonce('r', 1)
const whole = `username="a", realm="r", nonce="${nonce}", uri="/", response="x"`

test('readDigest() takes quoted texts, tokens and blanks apart; the last of a name counts', () => {
  const text = `dIgEsT  USERNAME = "a\\"b" ,realm=r,, nonce="${nonce}" junk, uri="/a,b", response=x, realm="s", qop=auth,nc=1,cnonce="", other="y`
  expect(readDigest(text)).toEqual({
    username: 'a"b',
    realm: 's',
    nonce,
    uri: '/a,b',
    response: 'x',
    algorithm: null,
    cnonce: '',
    qop: 'auth',
    nc: '1',
    opaque: null,
  })
})

test.each(['', ', qop=auth, nc=1', ', qop=auth, cnonce="x"'])(
  'readDigest() wants nc and cnonce with qop: %j',
  more => {
    const isWhole = more === ''
    expect('bad' in readDigest(`Digest ${whole}${more}`)).toBe(!isWhole)
  },
)

test.each(['username', 'realm', 'nonce', 'uri', 'response'])('readDigest() wants %s', name => {
  const text = whole.replace(`${name}=`, `no${name}=`)
  expect(readDigest(`Digest ${text}`)).toEqual({ bad: 'incomplete' })
})

test('readDigest() wants a nonce that has the form of one', () => {
  expect(readDigest(`Digest ${whole.replace(nonce, nonce.slice(1))}`)).toEqual({
    bad: 'incomplete',
  })
})

test('readDigest() names another scheme', () => {
  expect(readDigest('Basic abc')).toEqual({ bad: 'scheme', scheme: 'Basic' })
  expect(readDigest('')).toEqual({ bad: 'scheme', scheme: '' })
})

test('readDigest() comes to an end for whatever it is given', () => {
  for (const text of ['=', ',', '"', '\\', '= =', 'a="\\', ' \t', 'a b c', '\xff'.repeat(5000)]) {
    expect(readDigest(`Digest ${text}`)).toEqual({ bad: 'incomplete' })
  }
})
