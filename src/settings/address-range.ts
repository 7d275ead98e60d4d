/**
 * The notations of `--trust-proxy`: those of apr_ipsubnet_create. An address, one with the number of bits or the mask
 * of its network behind a slash, or the first numbers of an IPv4 address.
 */
import { isIPv6 } from 'node:net'

/**
 * Whether a text is such a notation.
 *
 * @example isAddressRange('10.0.0.0/8') // true
 * @example isAddressRange('10.1') // true
 */
export function isAddressRange(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash < 0) return isBeginning(text) || isWholeIPv6(text)
  const [address, mask] = [text.slice(0, slash), text.slice(slash + 1)]
  if (isWholeIPv4(address)) return isBits(mask, 32) || isWholeIPv4(mask)
  return isWholeIPv6(address) && isBits(mask, 128)
}

function isWholeIPv4(text: string): boolean {
  return isBeginning(text) && text.split('.').length === 4
}

/** One to four numbers; a dot may follow where some are missing. */
function isBeginning(text: string): boolean {
  const numbers = text.replace(/\.$/, '').split('.')
  if (numbers.length > 4 || (numbers.length === 4 && text.endsWith('.'))) return false
  return numbers.every(number => /^\d{1,3}$/.test(number) && Number(number) <= 255)
}

/** In lower case, without a zone; one that stands for an IPv4 address is compared as that, and has to be written so. */
function isWholeIPv6(text: string): boolean {
  return isIPv6(text) && /^[0-9a-f:]+$/.test(text) && !/^(?:0+:|:)*:?ffff:[^:]+:[^:]+$/.test(text)
}

function isBits(text: string, most: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= most
}
