import type { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { ClientRule, hasProven } from '../../../src/front/https/client-rule.js'

interface Shown {
  readonly authorized?: boolean
  /** Certificates above that of the client, the last of which vouches for itself. */
  readonly authorities?: number
  /** False: those are not known, as when the session is resumed. */
  readonly whole?: boolean
}

function socketWith({ authorized = true, authorities = 1, whole = true }: Shown): TLSSocket {
  const root: Record<string, unknown> = { fingerprint256: 'root' }
  if (whole) root['issuerCertificate'] = root
  let certificate = root
  for (let at = 0; at < authorities; at++)
    certificate = { fingerprint256: `below ${at}`, issuerCertificate: certificate }
  return { authorized, getPeerCertificate: () => certificate } as unknown as TLSSocket
}

describe('ClientRule', () => {
  test('admits everybody where no certificate is needed, and takes note of none', () => {
    const rule = new ClientRule(['/a', '/b/'])
    const socket = socketWith({})
    for (const path of ['/', '/ab', '/b', '/c/a']) expect(rule.admits(socket, path)).toBe(true)
    expect(hasProven(socket)).toBe(false)
  })

  test.each(['/a', '/a/', '/a/x', '/b/', '/b/x'])('needs a certificate for %s', path => {
    const rule = new ClientRule(['/a', '/b/'])
    expect(rule.admits(socketWith({ authorized: false }), path)).toBe(false)
    const known = socketWith({})
    expect(rule.admits(known, path)).toBe(true)
    expect(hasProven(known)).toBe(true)
  })

  test('without paths is for the whole site', () => {
    expect(new ClientRule([]).admits(socketWith({ authorized: false }), '/x')).toBe(false)
  })

  test('takes no certificate that the authority has not signed itself', () => {
    expect(new ClientRule([]).admits(socketWith({ authorities: 2 }), '/')).toBe(false)
  })

  test('takes none whose authority is not known, as of a resumed session', () => {
    const resumed = socketWith({ authorities: 0, whole: false })
    expect(new ClientRule([]).admits(resumed, '/')).toBe(false)
  })
})
