/** The addresses that a host of --host stands for. */
import type Dns from 'node:dns/promises'
import { isIP } from 'node:net'
import { loadLater } from '../base/load-later.js'

const dns = loadLater<typeof Dns>('node:dns/promises')

/** All addresses of a name, in the order of the system. */
export type LookUp = (name: string) => Promise<readonly string[]>

const lookUpAll: LookUp = async name => {
  const found = await dns().lookup(name, { all: true })
  return found.map(({ address }) => address)
}

/** A name is listened on with all its addresses, as Apache does: `localhost` may have one of each family. */
export async function listenAddresses(
  host: string,
  lookUp: LookUp = lookUpAll,
): Promise<readonly string[]> {
  return isIP(host) !== 0 ? [host] : [...new Set(await lookUp(host))]
}
