import { describe, expect, test } from 'vitest'
import { AddressList } from '../../../src/front/trust/address-list.js'

describe('AddressList', () => {
  test.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['10.0.0.0/255.0.0.255', '10.7.7.0', true],
    ['10.0.0.0/255.0.0.255', '10.7.7.1', false],
    ['10.1', '10.1.200.3', true],
    ['10.1.', '10.2.0.0', false],
    ['10', '10.2.0.0', true],
    ['010.1.1.1', '10.1.1.1', true],
    ['1.2.3.4', '1.2.3.4', true],
    ['1.2.3.4', '::ffff:1.2.3.4', true],
    ['1.2.3.4', '::ffff:102:304', true],
    ['1.2.3.4/31', '1.2.3.5', true],
    ['1.2.3.4/31', '1.2.3.6', false],
    ['::1', '::1', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['::1', '::2', false],
    ['fe80::/10', 'febf::1', true],
    ['fe80::/10', 'fec0::1', false],
    ['fe80::/10', 'fe80::1%lo', true],
    ['::7f00:1', '127.0.0.1', false],
    ['::/1', '10.0.0.1', false],
    ['0.0.0.0/1', '::1', false],
    ['1.2.3.4', 'localhost', false],
    ['1.2.3.4', '1.2.3.4:80', false],
    ['1.2.3.4', '', false],
  ])('%s has %s: %s', (notation, address, has) => {
    expect(new AddressList([notation]).has(address)).toBe(has)
  })

  test('has what one of several has', () => {
    const list = new AddressList(['1.2.3.4', '::1'])
    expect(list.has('::1')).toBe(true)
    expect(list.has('1.2.3.4')).toBe(true)
    expect(new AddressList([]).has('::1')).toBe(false)
  })
})
