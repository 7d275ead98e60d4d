import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { isLocalClient, type NameService } from '../../../src/front/hosts/local-clients.js'

function names(table: Record<string, string>, addresses: Record<string, string[]>): NameService {
  return {
    async nameOf(address) {
      if (table[address] === undefined) throw new Error('ENOTFOUND')
      return table[address]
    },
    async addressesOf(name) {
      return addresses[name] ?? []
    },
  }
}

function from(remoteAddress: string | undefined): Socket {
  return { remoteAddress } as Socket
}

const machine = names(
  {
    '127.0.0.1': 'localhost',
    '::1': 'Ip6.LocalHost',
    '127.0.0.2': 'notlocalhost',
    '10.0.0.9': 'localhost',
  },
  { localhost: ['127.0.0.1'], 'Ip6.LocalHost': ['::1'], notlocalhost: ['127.0.0.2'] },
)

test.each([
  ['127.0.0.1', true],
  ['::ffff:127.0.0.1', true],
  ['::1', true],
  // A longer name is another one.
  ['127.0.0.2', false],
  // The name says so, but is not its own.
  ['10.0.0.9', false],
  // No name.
  ['192.168.0.1', false],
  [undefined, false],
])('isLocalClient() of %s is %s', async (address, isLocal) => {
  expect(await isLocalClient(from(address), machine)).toBe(isLocal)
})

test('isLocalClient() asks once for a connection', async () => {
  let asked = 0
  const counting: NameService = {
    ...machine,
    nameOf(address) {
      asked++
      return machine.nameOf(address)
    },
  }
  const socket = from('127.0.0.1')
  await Promise.all([isLocalClient(socket, counting), isLocalClient(socket, counting)])
  await isLocalClient(socket, counting)
  expect(asked).toBe(1)
})
