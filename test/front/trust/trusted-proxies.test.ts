import { describe, expect, test } from 'vitest'
import { TrustedProxies } from '../../../src/front/trust/trusted-proxies.js'

const textOf = (environ: Record<string, string>) => Object.entries(environ).flat().join('\0')

function applied(proxies: TrustedProxies, environ: Record<string, string>) {
  const parts = proxies.applyTo(textOf(environ)).split('\0')
  return Object.fromEntries(
    parts.flatMap((key, at) => (at % 2 === 0 ? [[key, parts[at + 1]!]] : [])),
  )
}

describe('TrustedProxies.applyTo()', () => {
  test('takes out what others could claim, also of a peer that is not trusted', () => {
    const proxies = new TrustedProxies(['X-Real-IP'], ['10.0.0.1'])
    const environ = {
      REMOTE_ADDR: '10.0.0.2',
      HTTP_X_REAL_IP: '1.1.1.1',
      HTTP_X_CLIENT_IP: '2.2.2.2',
      HTTP_X_HOST: 'other kind',
    }
    expect(applied(proxies, environ)).toEqual({
      REMOTE_ADDR: '10.0.0.2',
      HTTP_X_HOST: 'other kind',
    })
  })

  test('keeps the one that counts', () => {
    const proxies = new TrustedProxies(['X-Real-IP', 'X-Client-IP'], null)
    const environ = { REMOTE_ADDR: '::1', HTTP_X_REAL_IP: '1.1.1.1', HTTP_X_CLIENT_IP: '2.2.2.2' }
    expect(applied(proxies, environ)).toEqual({
      REMOTE_ADDR: '2.2.2.2',
      HTTP_X_CLIENT_IP: '2.2.2.2',
    })
  })

  test('leaves the scheme of the connection aside when the proxy speaks of it, and makes none of nonsense', () => {
    const proxies = new TrustedProxies(['X-Scheme'], null)
    const environ = (value: string) => ({ 'wsgi.url_scheme': 'https', HTTP_X_SCHEME: value })
    expect(applied(proxies, environ('http'))['wsgi.url_scheme']).toBe('http')
    expect(applied(proxies, environ('ftp'))['wsgi.url_scheme']).toBeUndefined()
    const silent = applied(proxies, { 'wsgi.url_scheme': 'https' })
    expect(silent['wsgi.url_scheme']).toBe('https')
  })
})
