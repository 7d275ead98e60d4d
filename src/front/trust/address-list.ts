/**
 * Addresses and subnets (--trust-proxy), as apr_ipsubnet_create and apr_ipsubnet_test have them. An IPv4 address that
 * came through an IPv6 socket is an IPv4 address.
 */
import { isIP } from 'node:net'

/** Bytes of a network, and which of their bits count. */
interface Subnet {
  readonly bytes: readonly number[]
  readonly mask: readonly number[]
}

export class AddressList {
  readonly #subnets: readonly Subnet[]

  /** @param notations such as `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.1`, `::1`, `fe80::/10` */
  constructor(notations: readonly string[]) {
    this.#subnets = notations.map(parseSubnet)
  }

  /** Whether an address is one of these, or in one of these networks; a text that is no address is not. */
  has(address: string): boolean {
    const bytes = bytesOf(address)
    return bytes !== null && this.#subnets.some(subnet => contains(subnet, bytes))
  }
}

function contains({ bytes, mask }: Subnet, address: readonly number[]): boolean {
  if (bytes.length !== address.length) return false
  return address.every((byte, at) => (byte & mask[at]!) === bytes[at])
}

function parseSubnet(notation: string): Subnet {
  const [text = '', size = ''] = notation.split('/')
  const beginning = text.includes(':') ? null : text.replace(/\.$/, '').split('.').map(Number)
  const bytes = beginning === null ? bytesOf(text)! : padded(beginning)
  const mask = size === '' ? maskOf((beginning ?? bytes).length * 8, bytes) : parseMask(size, bytes)
  return { bytes: bytes.map((byte, at) => byte & mask[at]!), mask }
}

function parseMask(text: string, bytes: readonly number[]): number[] {
  return text.includes('.') ? text.split('.').map(Number) : maskOf(Number(text), bytes)
}

/** So many bits of the first ones count. */
function maskOf(bits: number, bytes: readonly number[]): number[] {
  return bytes.map((_, at) => (0xff00 >> Math.min(8, Math.max(0, bits - at * 8))) & 0xff)
}

function padded(numbers: readonly number[]): number[] {
  return [0, 1, 2, 3].map(at => numbers[at] ?? 0)
}

/** 4 or 16 bytes; null for what is no address. A zone does not count. */
function bytesOf(address: string): number[] | null {
  const text = address.split('%', 1)[0]!
  const kind = isIP(text)
  if (kind === 0) return null
  if (kind === 4) return text.split('.').map(Number)
  const bytes = bytesOfIPv6(text)
  const isMapped =
    bytes.slice(0, 10).every(byte => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  return isMapped ? bytes.slice(12) : bytes
}

function bytesOfIPv6(text: string): number[] {
  const [before = '', after] = text.split('::')
  const head = bytesOfGroups(before)
  const tail = bytesOfGroups(after ?? '')
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail]
}

function bytesOfGroups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap(group => {
    if (group.includes('.')) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
