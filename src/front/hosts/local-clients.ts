/**
 * Whether a client is on this machine, as `Require host localhost` of Apache finds out: its address has to have the
 * name localhost, and that name this address. It is not asked what kind of address it is.
 */
import type Dns from 'node:dns/promises'
import type { Socket } from 'node:net'
import { loadLater } from '../../base/load-later.js'
import { plainAddress } from '../plain-address.js'

const dns = loadLater<typeof Dns>('node:dns/promises')

/** How names are found. */
export interface NameService {
  /** The name of an address; rejects when it has none. */
  nameOf(address: string): Promise<string>
  /** The addresses of a name. */
  addressesOf(name: string): Promise<readonly string[]>
}

const systemNames: NameService = {
  async nameOf(address) {
    // The port does not matter: that of the service is not looked at.
    return (await dns().lookupService(address, 0)).hostname
  },
  async addressesOf(name) {
    return (await dns().lookup(name, { all: true })).map(({ address }) => address)
  },
}

const answer = Symbol('whether the client is on this machine')

/** Asked once for each connection, as Apache does. */
export function isLocalClient(
  socket: Socket & { [answer]?: Promise<boolean> },
  names: NameService = systemNames,
): Promise<boolean> {
  socket[answer] ??= findOut(socket.remoteAddress, names)
  return socket[answer]
}

async function findOut(address: string | undefined, names: NameService): Promise<boolean> {
  if (address === undefined) return false
  const plain = plainAddress(address)
  try {
    const name = await names.nameOf(plain)
    return isLocalhost(name) && (await names.addressesOf(name)).includes(plain)
  } catch {
    return false
  }
}

/** Apache compares the ends of names, part by part. */
function isLocalhost(name: string): boolean {
  return /(?:^|\.)localhost$/i.test(name)
}
