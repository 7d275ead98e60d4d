/** What the environ tells of a connection over TLS, as mod_ssl fills it in. */
import type { TLSSocket } from 'node:tls'
import { certificateKeys, exactAssertion, remainingDays } from './certificate-keys.js'
import { hasProven } from './client-rule.js'
import { derValues } from './der.js'
import type { HttpsRules } from './https-rules.js'

/** Keys made for a connection: they stay, until the client shows its certificate or other rules count. */
interface KnownKeys {
  readonly rules: HttpsRules
  readonly proven: boolean
  readonly text: string
}

const known = Symbol('environ keys of TLS')

/** Keys and values of a request that came over TLS, each after a NUL; they win over those of all requests. */
export function secureKeys(socket: TLSSocket, rules: HttpsRules, isSite: boolean): string {
  return `\0REQUEST_SCHEME\0https\0wsgi.url_scheme\0https\0mod_wsgi.listener_port\0${socket.localPort}${tlsKeys(socket, rules, isSite)}`
}

/**
 * What of these mod_ssl tells everybody, scripts too.
 *
 * @param isSite false: the request is for the host of nobody's name, which knows of no --ssl-environment
 */
export function tlsKeys(
  socket: TLSSocket & { [known]?: KnownKeys },
  rules: HttpsRules,
  isSite: boolean,
): string {
  if (!isSite) return nameKey(socket)
  const proven = hasProven(socket)
  const before = socket[known]
  if (before?.rules === rules && before.proven === proven) return before.text
  const { siteKeys } = rules
  const more = siteKeys === null ? '' : textOf(sslKeys(socket, proven)) + siteKeys
  const text = nameKey(socket) + more
  socket[known] = { rules, proven, text }
  return text
}

/** What mod_ssl knows of a connection, whatever the application is told: for the access log. */
export function knownOfTls(
  socket: TLSSocket & { [logged]?: { readonly proven: boolean; readonly text: string } },
): string {
  const proven = hasProven(socket)
  const before = socket[logged]
  // Of a connection that is gone there is nothing to learn any more.
  if (before && (before.proven === proven || socket.destroyed)) return before.text
  const { raw } = (socket.getCertificate() ?? {}) as { raw?: Buffer }
  const ofSite = raw === undefined ? [] : certificateKeys('SSL_SERVER', raw)
  const own = textOf([['HTTPS', 'on'], ...sslKeys(socket, proven), ...ofSite])
  const text = own + nameKey(socket)
  socket[logged] = { proven, text }
  return text
}

const logged = Symbol('keys of TLS for the log')

/** Keys and values, each after a NUL. Line breaks and NULs cannot be in a value. */
export function textOf(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([key, value]) => `\0${key}\0${value.replace(/[\0\r\n]/g, ' ')}`).join('')
}

/** The host that the client has named in the handshake. */
function nameKey(socket: { readonly servername?: string | false | null }): string {
  const { servername } = socket
  return servername ? textOf([['SSL_TLS_SNI', servername]]) : ''
}

function sslKeys(socket: TLSSocket, proven: boolean): [string, string][] {
  // Of a connection that is gone nothing is known.
  if (socket.destroyed) return []
  const { name } = socket.getCipher()
  const bits = String(keyBits(name))
  const keys: [string, string][] = [
    ['SSL_VERSION_INTERFACE', 'modwsgi-dev'],
    ['SSL_VERSION_LIBRARY', `OpenSSL/${process.versions.openssl}`],
    ['SSL_PROTOCOL', socket.getProtocol() ?? ''],
    ['SSL_SECURE_RENEG', 'true'],
    ['SSL_COMPRESS_METHOD', 'NULL'],
    ['SSL_CIPHER', name],
    ['SSL_CIPHER_EXPORT', 'false'],
    ['SSL_CIPHER_USEKEYSIZE', bits],
    ['SSL_CIPHER_ALGKEYSIZE', bits],
    ['SSL_CLIENT_VERIFY', proven ? 'SUCCESS' : 'NONE'],
    ['SSL_SESSION_RESUMED', socket.isSessionReused() ? 'Resumed' : 'Initial'],
  ]
  const id = sessionId(socket.getSession())
  // With TLS 1.2 a session that the client keeps has none.
  if (id !== '') keys.push(['SSL_SESSION_ID', id])
  const { raw } = socket.getPeerCertificate()
  if (!proven || raw === undefined) return keys
  return [
    ...keys,
    ...certificateKeys('SSL_CLIENT', raw),
    ['SSL_CLIENT_V_REMAIN', remainingDays(raw)],
    ['SSL_CLIENT_CERT_RFC4523_CEA', exactAssertion(raw)],
  ]
}

/** Sample: `ECDHE-RSA-AES128-GCM-SHA256` has 128. */
function keyBits(cipher: string): number {
  const [, digits] = /(?:AES|CAMELLIA|ARIA)_?(128|256)/.exec(cipher) ?? []
  return digits === undefined ? 256 : Number(digits)
}

/** Hexadecimal. The session comes as OpenSSL writes it: version, protocol, cipher, identifier, and more. */
function sessionId(session: Buffer | undefined): string {
  if (session === undefined) return ''
  const [whole] = derValues(session)
  return derValues(whole!.body)[3]!.body.toString('hex')
}
