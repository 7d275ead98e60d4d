/**
 * Where clients have to show a certificate: --ssl-verify-client. It was asked for in the handshake, so that here it is
 * only looked at.
 */
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'

/** Certificates between that of the client and the authority, which is counted: mod_ssl's SSLVerifyDepth 1. */
const mostAuthorities = 1

/** The client has shown a certificate where one is needed: from then on the application is told. */
const proven = Symbol('has shown a certificate')

type ClientSocket = TLSSocket & { [proven]?: boolean }

export class ClientRule {
  readonly #paths: readonly string[]

  /** @param paths URL paths, as the command line has them; none: the whole site */
  constructor(paths: readonly string[]) {
    this.#paths = paths.length === 0 ? ['/'] : paths
  }

  /** Whether the client may see a path: it has shown a certificate, or needs none for it. */
  admits(socket: ClientSocket, path: string): boolean {
    if (!this.#paths.some(each => isBelow(path, each))) return true
    socket[proven] ??= hasCertificate(socket)
    return socket[proven]
  }
}

/** Whether the client was asked for its certificate, as the application sees it, and has shown it. */
export function hasProven(socket: ClientSocket): boolean {
  return socket[proven] === true
}

function hasCertificate(socket: TLSSocket): boolean {
  return (
    socket.authorized &&
    !socket.destroyed &&
    authoritiesOf(socket.getPeerCertificate(true)) <= mostAuthorities
  )
}

/**
 * Of a session that is resumed only the certificate itself is known, and what is ours: who has it from somebody in
 * between has no chain to the end then, as if it were endless.
 */
function authoritiesOf(certificate: DetailedPeerCertificate): number {
  let count = 0
  let last = certificate
  while (last.issuerCertificate && last.issuerCertificate.fingerprint256 !== last.fingerprint256) {
    last = last.issuerCertificate
    count++
  }
  return last.issuerCertificate ? count : Number.POSITIVE_INFINITY
}

/** As Apache's <Location>: the path itself, and what is below it; one that ends in a slash is only what is below. */
function isBelow(path: string, location: string): boolean {
  if (!path.startsWith(location)) return false
  return location.endsWith('/') || path.length === location.length || path[location.length] === '/'
}
