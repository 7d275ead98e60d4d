/** The address of a socket; an IPv4 address that came through an IPv6 socket as itself. Empty where it is not known any more. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return ''
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
