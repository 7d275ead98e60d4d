import { describe, expect, test } from 'vitest'
import { isLocalVisitor, isOwnHost, isSameSite } from '../../../src/front/live-reload/visitor.js'

describe('isLocalVisitor()', () => {
  test.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
    '%s is this machine',
    address => {
      expect(isLocalVisitor(address, { host: 'localhost' })).toBe(true)
    },
  )

  test.each([
    '10.0.0.1',
    '::ffff:10.0.0.1',
    '127.evil',
    '12.7.0.1',
    '::',
    'fe80::1',
    '',
    undefined,
  ])('%s is not', address => {
    expect(isLocalVisitor(address, {})).toBe(false)
  })

  test.each([
    'x-forwarded-for',
    'x-forwarded-host',
    'forwarded',
    'via',
    'x-real-ip',
    'cf-connecting-ip',
  ])('with %s somebody else asks', name => {
    expect(isLocalVisitor('127.0.0.1', { [name]: '' })).toBe(false)
  })
})

describe('isOwnHost()', () => {
  test.each([
    'localhost',
    'localhost:8000',
    '127.0.0.1:1',
    '10.1.2.3',
    '[::1]:8000',
    'mine',
    'a.localhost',
    'mac.local',
    'shop.test:80',
    'WWW.Example.com:8000',
  ])('%s', host => {
    expect(isOwnHost(host, ['www.example.com'])).toBe(true)
  })

  test.each([
    'evil.example.org',
    'localhost.evil.org',
    '127.0.0.1.evil.org',
    'example.com',
    '',
    undefined,
    'a, b',
  ])('not %s', host => {
    expect(isOwnHost(host, ['www.example.com'])).toBe(false)
  })
})

test('isOwnHost() takes names with wildcards, as ServerAlias does', () => {
  const names = ['*.example.com', 'shop?.example.org']
  for (const host of ['a.example.com', 'A.b.example.com:80', 'shop1.example.org']) {
    expect(isOwnHost(host, names)).toBe(true)
  }
  for (const host of [
    'example.com',
    'a.example.com.evil.org',
    'axexample.com',
    'shop12.example.org',
  ]) {
    expect(isOwnHost(host, names)).toBe(false)
  }
})

describe('isSameSite()', () => {
  test.each([
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { host: 'a:80', origin: 'http://a:80' },
  ])('%j', headers => {
    expect(isSameSite(headers)).toBe(true)
  })

  test.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { host: 'a:80', origin: 'http://a:81' },
    { host: 'a', origin: 'null' },
  ])('not %j', headers => {
    expect(isSameSite(headers)).toBe(false)
  })
})
