/** What scripts are told of TLS and HTTP/2. */
import type { TLSSocket } from 'node:tls'
import { http2Keys } from '../http2-keys.js'
import type { HttpsRules } from '../https/https-rules.js'
import { tlsKeys } from '../https/secure-keys.js'
import type { HttpExchange } from '../reply.js'

/** Keys and values, each after a NUL; none for plain HTTP/1. */
export function protocolKeys({ request, host }: HttpExchange, https: HttpsRules | null): string {
  const stream = request.stream === null ? '' : http2Keys(request.stream)
  if (!request.secure || https === null) return stream
  const isSite = host === null || host.kind === 'site'
  const keys = tlsKeys(request.socket as TLSSocket, https, isSite)
  return `${stream}\0HTTPS\0on\0REQUEST_SCHEME\0https${keys}`
}
