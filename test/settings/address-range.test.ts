import { describe, expect, test } from 'vitest'
import { isAddressRange } from '../../src/settings/address-range.js'

/** What mod_wsgi-express starts with, and what it refuses. */
describe('isAddressRange()', () => {
  test.each([
    '1.2.3.4',
    '010.1.1.1',
    '1.2.3.4/32',
    '1.2.3.4/1',
    '1.2.3.4/255.255.0.0',
    '1.2.3.4/255.0.255.0',
    '10',
    '10.',
    '10.1.',
    '1.2.3',
    '0',
    '::1',
    '::1/128',
    'fe80::/10',
    '::7f00:1',
    '1::ffff:7f00:1',
  ])('accepts %s', text => {
    expect(isAddressRange(text)).toBe(true)
  })

  test.each([
    '',
    'localhost',
    '256.1.1.1',
    '300',
    '1..2',
    '1.2.3.4.5',
    '1.2.3.4:80',
    '1.2.3.4/33',
    '1.2.3.4/0',
    '1.2.3.4/',
    '1.2.3.4/x',
    '1.2.3.4/-1',
    '1.2.3.4/1.2',
    '1.2.3.4/8/9',
    '1.2/16',
    '::/0',
    '::1/129',
    '::ffff:1.2.3.4',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:7f00:1',
    '::ffff:7f00:1/128',
    'FE80::1',
    'fe80::1%eth0',
    '[::1]',
    '-1',
  ])('refuses %s', text => {
    expect(isAddressRange(text)).toBe(false)
  })
})
