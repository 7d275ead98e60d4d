import { expect, test } from 'vitest'
import { listenAddresses } from '../../src/http/listen-addresses.js'

const names = async () => ['::1', '127.0.0.1', '127.0.0.1']

test('listenAddresses() of a name are all that it has, once', async () => {
  expect(await listenAddresses('localhost', names)).toEqual(['::1', '127.0.0.1'])
})

test.each(['127.0.0.2', '::', '0.0.0.0'])('listenAddresses() of %s is itself', async address => {
  expect(await listenAddresses(address, names)).toEqual([address])
})

test('listenAddresses() rejects for a name that is not known', async () => {
  const unknown = async () => {
    throw new Error('ENOTFOUND')
  }
  await expect(listenAddresses('nobody', unknown)).rejects.toThrow('ENOTFOUND')
})
