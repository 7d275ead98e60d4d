/** Who asks: what only the developer may see, and what only pages of this site may ask for. */
import { isIPv4 } from 'node:net'
import { wildcard } from '../hosts/host-names.js'
import { plainAddress } from '../plain-address.js'
import { parseHost } from '../request-host.js'
import type { RequestFields } from './page-response.js'

/** Whether a client is on this machine, by the address of its socket, and no proxy has brought its request. */
export function isLocalVisitor(address: string | undefined, headers: RequestFields): boolean {
  return isLoopback(address) && !Object.keys(headers).some(name => ofProxies.test(name))
}

const ofProxies =
  /^(?:x-forwarded(?:-.*)?|forwarded|via|x-real-ip|x-client-ip|x-cluster-client-ip|client-ip|true-client-ip|cf-connecting-ip|x-original-.*)$/

function isLoopback(address: string | undefined): boolean {
  const plain = plainAddress(address?.toLowerCase())
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}

/**
 * Whether a Host field names this site, and not one of somebody who has his own name lead here (DNS rebinding): an
 * address, a name that the public DNS cannot have (RFC 6761, 6762, 8375), or one of those that the site goes by.
 *
 * @param names may hold wildcards, as ServerAlias does
 *
 * @example
 * isOwnHost('localhost:8000', []) // true
 * isOwnHost('evil.example.org', []) // false
 */
export function isOwnHost(field: string | undefined, names: readonly string[]): boolean {
  const name = parseHost(field ?? '')?.name
  if (name === undefined) return false
  if (name.startsWith('[') || isIPv4(name) || !name.includes('.')) return true
  return privateNames.test(name) || names.some(own => wildcard(own)(name))
}

const privateNames = /\.(?:localhost|local|test|internal|home\.arpa)$/

/** Whether a page of the same site asks, or nobody's page. Browsers say so; others may be anybody, and see what they can. */
export function isSameSite(headers: RequestFields): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin, host } = headers
  return origin === undefined || origin.replace(/^[a-z]+:\/\//i, '') === host
}
