/**
 * The fields by which a proxy tells what it knows of its client (--trust-proxy-header): their kinds, and what each
 * changes in the environ. The registry of mod_wsgi (wsgi_environ.c).
 */

/** Of each kind one field counts; the others are taken out, so that nobody can slip them in. */
export type HeaderKind = 'client' | 'host' | 'server' | 'port' | 'script name' | 'scheme'

/** Keys of the environ of one request. */
export type Environ = Map<string, string>

export interface ForwardingHeader {
  readonly kind: HeaderKind
  readonly apply: (environ: Environ, value: string) => void
}

/** Sets a key to the value of the field, as it is. */
function sets(...keys: readonly string[]): ForwardingHeader['apply'] {
  return (environ, value) => {
    for (const key of keys) environ.set(key, value)
  }
}

/** Words that say https, and http; others say nothing. */
function says(secure: readonly string[], plain: readonly string[]): ForwardingHeader['apply'] {
  return (environ, value) => {
    const word = value.toLowerCase()
    if (secure.includes(word)) environ.set('wsgi.url_scheme', 'https')
    else if (plain.includes(word)) environ.set('wsgi.url_scheme', 'http')
  }
}

const clientAddress = sets('REMOTE_ADDR')
const scheme = says(['https'], ['http'])
const isSecure = says(['on', 'true', '1'], ['off', 'false', '0'])
const scriptName = sets('mod_wsgi.mount_point', 'SCRIPT_NAME')

/** By the key of the environ; X-Forwarded-For is read as a list where proxies are named, and not here. */
export const forwardingHeaders: ReadonlyMap<string, ForwardingHeader> = new Map([
  [
    'HTTP_X_FORWARDED_FOR',
    {
      kind: 'client',
      apply: (environ, value) => {
        const first = addressesIn(value)[0]
        if (first !== undefined) environ.set('REMOTE_ADDR', first)
      },
    },
  ],
  ['HTTP_X_CLIENT_IP', { kind: 'client', apply: clientAddress }],
  ['HTTP_X_REAL_IP', { kind: 'client', apply: clientAddress }],
  ['HTTP_X_FORWARDED_HOST', { kind: 'host', apply: sets('HTTP_HOST') }],
  ['HTTP_X_HOST', { kind: 'host', apply: sets('HTTP_HOST') }],
  ['HTTP_X_FORWARDED_SERVER', { kind: 'server', apply: sets('SERVER_NAME') }],
  ['HTTP_X_FORWARDED_PORT', { kind: 'port', apply: sets('SERVER_PORT') }],
  ['HTTP_X_SCRIPT_NAME', { kind: 'script name', apply: scriptName }],
  ['HTTP_X_FORWARDED_SCRIPT_NAME', { kind: 'script name', apply: scriptName }],
  ['HTTP_X_FORWARDED_PROTO', { kind: 'scheme', apply: scheme }],
  ['HTTP_X_FORWARDED_SCHEME', { kind: 'scheme', apply: scheme }],
  ['HTTP_X_SCHEME', { kind: 'scheme', apply: scheme }],
  ['HTTP_X_FORWARDED_HTTPS', { kind: 'scheme', apply: isSecure }],
  ['HTTP_X_FORWARDED_SSL', { kind: 'scheme', apply: isSecure }],
  ['HTTP_X_HTTPS', { kind: 'scheme', apply: isSecure }],
])

/** The elements of a list; empty ones are skipped (RFC 9110, 5.6.1). */
export function addressesIn(value: string): string[] {
  return value
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}
