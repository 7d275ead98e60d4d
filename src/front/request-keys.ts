/** What is told of a request beside what all have: its stream of HTTP/2, its TLS, and who has asked. */
import type { TLSSocket } from 'node:tls'
import { http2Keys } from './http2-keys.js'
import type { HttpsRules } from './https/https-rules.js'
import { secureKeys, tlsKeys } from './https/secure-keys.js'
import type { HttpExchange } from './reply.js'

/** Keys and values, each after a NUL; they win over those of all requests. */
export function ownKeys(http: HttpExchange, https: HttpsRules | null): string {
  const { request, identity } = http
  const stream = request.stream === null ? '' : http2Keys(request.stream)
  const secure =
    request.secure && https !== null
      ? secureKeys(request.socket as TLSSocket, https, isSite(http))
      : ''
  const user = identity === null ? '' : identity.environ
  return stream + secure + user
}

/** What Apache itself knows of TLS and HTTP/2: error documents see it as REDIRECT_*. */
export function protocolKeys(http: HttpExchange, https: HttpsRules | null): string {
  const { request } = http
  const stream = request.stream === null ? '' : http2Keys(request.stream)
  if (!request.secure || https === null) return stream
  return `${stream}\0HTTPS\0on${tlsKeys(request.socket as TLSSocket, https, isSite(http))}`
}

/** False: the request is for the host of nobody's name. */
export function isSite({ host }: HttpExchange): boolean {
  return host === null || host.kind === 'site'
}
