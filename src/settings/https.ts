/** Whether HTTPS is spoken at all. */
import type { Settings } from './settings.js'

/**
 * As the generated configuration has it: it takes a name, a port, a certificate and its key. For --https-dev all are
 * found.
 */
export function speaksHttps(settings: Settings): boolean {
  return settings.httpsDev || missingForHttps(settings).length === 0
}

/** The options without which HTTPS is not spoken, in the order of `--help`. */
export function missingForHttps(settings: Settings): string[] {
  const needed: readonly [string, unknown][] = [
    ['--https-port', settings.httpsPort],
    ['--ssl-certificate-file', settings.sslCertificateFile],
    ['--ssl-certificate-key-file', settings.sslCertificateKeyFile],
    ['--server-name', settings.serverName],
  ]
  return needed.filter(([, value]) => value === null || value === '').map(([name]) => name)
}

/** Whether the server makes its certificate itself: --https-dev where none is given. */
export function makesCertificate({ httpsDev, ...settings }: Settings): boolean {
  return httpsDev && (settings.sslCertificateFile ?? settings.sslCertificateKeyFile) === null
}

/** Where --https-dev listens when nobody says so: 8443 beside 8000, and 443 beside 80. */
export function devPort(port: number): number {
  if (port === 0) return 0
  if (port === 80) return 443
  return port + 443 <= 65_535 ? port + 443 : port - 443
}
